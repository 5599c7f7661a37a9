"""What was measured, a row for each case: shown at the end of the tests, and kept beside the logs.

A scenario's conftest.py imports pytest_terminal_summary from here.
"""

from lab import ROOT

ROWS = {}


def record(case, **figures):
    """Keep the figures of a case; more may be added later."""
    ROWS.setdefault(case, {}).update(figures)


def table():
    columns = list(dict.fromkeys(column for row in ROWS.values() for column in row))
    lines = [["case", *columns], ["---", *("---:" for _column in columns)]]
    lines += [[case, *(str(row.get(column, "")) for column in columns)] for case, row in ROWS.items()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def pytest_terminal_summary(terminalreporter, config):
    if not ROWS:
        return
    terminalreporter.section("figures")
    terminalreporter.line(table())
    path = ROOT / ".cache" / "figures" / f"{config.invocation_params.dir.name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(table() + "\n")
