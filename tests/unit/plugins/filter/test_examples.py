"""The examples of every filter's documentation run as they stand there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[4]


def play(path):
    """The tasks of a filter's examples, on a host of its own, so that no example sees what another has set."""
    examples = re.search(r'^EXAMPLES = r"""\n(.*?)^"""', path.read_text(), re.MULTILINE | re.DOTALL)[1]
    tasks = [task for task in yaml.safe_load(examples) if "hosts" not in task]
    return {"hosts": path.stem, "gather_facts": False, "tasks": tasks}


def test_the_examples_of_all_filters_run(tmp_path):
    # In one run: most of its time is the start.
    plays = [play(path) for path in sorted((ROOT / "plugins/filter").glob("*.py"))]
    playbook = tmp_path / "examples.yml"
    playbook.write_text(yaml.safe_dump(plays, sort_keys=False))
    run = subprocess.run(
        [
            "ansible-playbook",
            "--inventory",
            ",".join(one["hosts"] for one in plays),
            "--connection",
            "local",
            "-e",
            f"ansible_python_interpreter={sys.executable}",
            playbook,
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    recap = dict(re.findall(r"^(\w+)\s+: ok=(\d+)", run.stdout, re.MULTILINE))
    assert [one["hosts"] for one in plays if int(recap[one["hosts"]]) < len(one["tasks"])] == []
