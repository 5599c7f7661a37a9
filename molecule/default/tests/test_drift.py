"""Drift is repaired: what a run declares on the host is changed behind its back, and the next run repairs exactly that, and says so."""

import collections
import itertools
import shlex

import pytest
from conftest import INVENTORIES

import lab

# Package and unit that nothing else needs
REMOVED, ITS_UNIT = "mtail", "mtail.service"
FILE = {
    "content": "echo >> {path}",
    "mode": "chmod o+t {path}",
    "owner": "chown daemon {path}",
    "missing": "rm {path}",
    "replaced by a link": "mv {path} {path}.moved && ln -s {path}.moved {path}",
}
LINK = {
    "missing": "rm {path}",
    "replaced by a file": "rm {path} && touch {path}",
    "elsewhere": "ln -sfn /nonexistent {path}",
}
UNIT = {
    "stopped": "systemctl stop {path}",
    "disabled": "systemctl disable --quiet {path}",
    "masked": "test -e /etc/systemd/system/{path} || systemctl mask --quiet {path}",
}
# Bit by bit: a directory that its service cannot use any more would be an outage.
DIRECTORY = {"mode": "chmod o+t {path}"}


def place(row):
    name = row.get("path") or row.get("dest") or row["name"]
    return ", ".join(name) if isinstance(name, list) else name


def kinds(row):
    """Return what can be done to what a task declares."""
    state = row.get("state", "file")
    if row["action"] == "systemd_service":
        if state == "started":
            return UNIT
        return {"disabled": UNIT["disabled"]} if row["enabled"] else {"enabled": "systemctl enable --quiet {path}"}
    if (
        row["action"] == "apt" or row.get("force") is False
    ):  # one package is removed as well; what is only made once is the service's own
        return {}
    if state == "absent":
        return {"there": "touch {path}"}
    if row["action"] == "file" and state == "file":  # made by another program
        return {kind: FILE[kind] for kind in ("mode", "owner")}
    if place(row).endswith("history.json"):  # what is lost of it cannot be known
        return {"content": FILE["content"]}
    return {"file": FILE, "link": LINK, "directory": DIRECTORY}[state]


@pytest.fixture(scope="module")
def owned(tmp_path_factory):
    """Return what a run declares on a host that is as it should be: a row for each path, unit and package."""
    totals, rows = lab.declared(INVENTORIES, "default", tmp_path_factory.mktemp("declared"))
    assert totals["changed"] == 0
    return list({place(row): row for row in rows if row["action"] != "apt"}.values())


def seen(host, rows):
    """Return what is at each place, as a line for each."""
    paths = [place(row) for row in rows if row["action"] != "systemd_service"]
    units = [place(row) for row in rows if row["action"] == "systemd_service"]
    # Of these another program writes what is in them.
    others = {place(row) for row in rows if row["action"] == "file" or row.get("force") is False}
    looks = [
        f'echo {path} $(stat -c "%F %a %U %G" {path} 2>&1 | sed "s/ empty//") $(readlink {path})'
        + ("" if path in others else f" $(test ! -L {path} && test -f {path} && sha256sum < {path})")
        for path in map(shlex.quote, paths)
    ]
    looks += [f"echo {unit} $(systemctl is-active {unit}) $(systemctl is-enabled {unit})" for unit in units]
    return host.check_output("; ".join(looks)).splitlines()


@pytest.mark.late(2)
def test_all_that_a_run_declares_is_repaired_when_it_was_changed_and_nothing_else(host, owned, tmp_path):
    before = seen(host, owned)
    # Files of one sort take turns, whatever stands between them. Units come first: systemctl looks at their files.
    turns, done = collections.defaultdict(itertools.count), {}
    for row in sorted(owned, key=lambda row: row["action"] != "systemd_service"):
        if choices := kinds(row):
            done[place(row)] = list(choices)[next(turns[tuple(choices)]) % len(choices)]
            host.check_output(choices[done[place(row)]].format(path=place(row)))
    host.check_output(f"apt-get remove --yes --quiet {REMOVED}")
    assert set(FILE) | set(LINK) | set(UNIT) | set(DIRECTORY) <= set(done.values()), "each kind has its turn"
    drifted = seen(host, owned)
    assert len([line for line in drifted if line not in before]) >= 0.95 * len(done)

    _totals, rows = lab.declared(INVENTORIES, "default", tmp_path)

    assert [line for line in seen(host, owned) if line not in before] == []
    assert host.package(REMOVED).is_installed
    changed = {place(row) for row in rows if row["changed"]}
    # A unit that was stopped may have been started by the handler of a file that was repaired before.
    by_handlers = {path for path, kind in done.items() if kind in ("stopped", "masked")}
    assert set(done) - by_handlers <= changed, "all of it is reported"
    installed = {place(row) for row in rows if row["action"] == "apt" and REMOVED in place(row).split(", ")}
    assert changed - set(done) - installed - {ITS_UNIT} == set(), "nothing else is"
