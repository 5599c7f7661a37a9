# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the exporter makes of a real list of PM2, and of the files that releases leave."""

import json
import os
import pathlib
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from programs import load_program

HERE = pathlib.Path(__file__).parent
PROGRAM = HERE.parents[3] / "roles/monitoring/files/pm2_exporter.py"
JLIST = json.dumps(json.loads((HERE / "jlist.json").read_text()))
FIRST, SECOND = ("librechat-3080", "10.0.0.5:3080", "0"), ("librechat-3081", "10.0.0.5:3081", "1")


@pytest.fixture(scope="module")
def exporter():
    return load_program(PROGRAM)


def as_dict(samples):
    return {(name, labels): value for name, labels, value in samples}


def test_a_worker_is_told_by_its_address(exporter):
    found = as_dict(exporter.workers(JLIST))
    assert found["pm2_process_online", FIRST] == 1
    assert found["pm2_process_memory_bytes", FIRST] == 92983296
    assert found["pm2_process_cpu_ratio", FIRST] == pytest.approx(0.008)
    assert found["pm2_process_start_time_seconds", FIRST] == pytest.approx(1795424285.267)


def test_a_worker_that_restarts_is_not_online(exporter):
    found = as_dict(exporter.workers(JLIST))
    assert found["pm2_process_online", SECOND] == 0
    assert (found["pm2_process_restarts", SECOND], found["pm2_process_unstable_restarts", SECOND]) == (7, 3)
    statuses = {
        labels[3]: v for (name, labels), v in found.items() if name == "pm2_process_status" and labels[2] == "1"
    }
    assert [status for status, value in statuses.items() if value] == ["waiting restart"]
    assert len(statuses) == len(exporter.STATUSES)


def test_nothing_of_a_workers_environment_is_exported(exporter):
    assert "must-never-be-seen" in JLIST
    assert "must-never-be-seen" not in repr(list(exporter.workers(JLIST)))


def test_instances_of_a_cluster_are_told_apart_by_their_id(exporter):
    cluster = json.loads(JLIST)
    cluster[1]["name"], cluster[1]["pm2_env"]["env"]["PORT"] = "librechat-3080", "3080"
    samples = list(exporter.workers(json.dumps(cluster)))
    assert len(as_dict(samples)) == len(samples)


def test_notices_before_the_list_and_pm2s_own_modules_are_passed_over(exporter):
    processes = json.loads(JLIST)
    processes[0]["pm2_env"]["pmx_module"] = True
    text = f"[PM2] In memory PM2 is out-of-date\n\n{json.dumps(processes)}\n"
    assert {labels[0] for name, labels, _value in exporter.workers(text)} == {"librechat-3081"}


@pytest.mark.parametrize("text", ["", "[PM2] Spawning PM2 daemon\n", "Error: must-never-be-seen"])
def test_what_is_no_list_is_refused_without_being_quoted(exporter, text):
    with pytest.raises(ValueError, match=r"^pm2 jlist printed no list$"):
        list(exporter.workers(text))


def test_the_current_release_is_the_one_of_the_links_even_after_a_rollback(exporter):
    history = [{"at": 200, "config": "b", "release": "v2-22"}, {"at": 100, "config": "a", "release": "v1-rc-11"}]
    assert as_dict(exporter.release(json.dumps(history), ("v1-rc-11", "a"))) == {
        ("tierstack_release_info", ("v1-rc", "v1-rc-11", "a")): 1,
        ("tierstack_release_time_seconds", ()): 200,
    }


LOCK = json.dumps({"until_epoch": 1000, "holder": {"owner": "root", "out": "10.0.0.5:3080 10.0.0.6:3080"}})


def test_workers_are_out_while_the_lease_of_the_lock_lasts(exporter):
    assert as_dict(exporter.lock(LOCK, now=999)) == {
        ("tierstack_release_under_way", ()): True,
        ("tierstack_release_worker_out", ("10.0.0.5:3080",)): 1,
        ("tierstack_release_worker_out", ("10.0.0.6:3080",)): 1,
    }


def test_workers_are_left_out_when_the_lease_is_over_and_the_lock_is_still_there(exporter):
    assert as_dict(exporter.lock(LOCK, now=1000)) == {
        ("tierstack_release_under_way", ()): False,
        ("tierstack_release_worker_left_out", ("10.0.0.5:3080",)): 1,
        ("tierstack_release_worker_left_out", ("10.0.0.6:3080",)): 1,
    }


def test_nothing_is_under_way_without_a_lock(exporter):
    assert as_dict(exporter.lock(None, 0)) == {("tierstack_release_under_way", ()): False}


def test_a_lock_of_a_run_that_has_taken_nobody_out_says_so(exporter):
    text = json.dumps({"until_epoch": 1000, "holder": {"owner": "root"}})
    assert as_dict(exporter.lock(text, 1)) == {("tierstack_release_under_way", ()): True}


def test_releases_are_counted_by_what_was_done_and_how_it_ended(exporter):
    lines = [("deploy", "done"), ("deploy", "undone"), ("deploy", "done"), ("rollback", "done")]
    text = "\n".join(json.dumps({"action": action, "result": result}) for action, result in lines)
    assert as_dict(exporter.audit(text + '\n{"action": "depl')) == {
        ("tierstack_releases", ("deploy", "done")): 2,
        ("tierstack_releases", ("deploy", "undone")): 1,
        ("tierstack_releases", ("rollback", "done")): 1,
    }


# The program itself, with a PM2 of a few lines. Its daemon is a process with the daemon's name.


@pytest.fixture
def run(tmp_path):
    """Start the exporter with a ``pm2`` that does what is asked for, and return its metrics and PM2's directory."""
    processes = []

    def start(pm2, pid=None, interval=1):
        home = tmp_path / "pm2"
        home.mkdir()
        script = tmp_path / "pm2.py"
        script.write_text(f"import pathlib, sys, time\npathlib.Path('{tmp_path}/asked').touch()\n{pm2}")
        if pid is None:
            processes.append(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", "God Daemon"]))
            pid = str(processes[0].pid)
        (home / "pm2.pid").write_text(pid)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            listen = f"127.0.0.1:{free.getsockname()[1]}"
        command = [sys.executable, PROGRAM, "--listen", listen, "--interval", str(interval), "--pm2-home", home]
        command += ["--pid-file", home / "pm2.pid", "--pm2", script, "--app-root", tmp_path]
        log = (tmp_path / "log").open("w")
        processes.append(subprocess.Popen(command, stderr=log, env=os.environ))
        return f"http://{listen}/metrics"

    yield start
    for process in processes:
        process.kill()
        process.wait()


def scrape(url, seconds=10):
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                return answer.read().decode()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def test_pm2_is_asked_and_its_workers_are_shown(run):
    text = scrape(run(f"print(pathlib.Path('{HERE}/jlist.json').read_text().replace(chr(10), ''))"))
    assert "\npm2_up 1.0\n" in text
    assert 'pm2_process_restarts_total{id="1",name="librechat-3081",worker="10.0.0.5:3081"} 7.0' in text
    assert "tierstack_release_under_way 0.0" in text


@pytest.mark.parametrize("pid", ["", "999999999", str(os.getpid())], ids=["no", "a dead", "another"])
def test_pm2_is_not_asked_when_its_pid_file_names_no_daemon(run, tmp_path, pid):
    assert "\npm2_up 0.0\n" in scrape(run("print('[]')", pid=pid))
    assert not (tmp_path / "asked").exists()


def test_what_pm2_prints_when_it_fails_reaches_no_log(run, tmp_path):
    text = scrape(run("print('must-never-be-seen'); print('must-never-be-seen', file=sys.stderr); sys.exit(1)"))
    assert "\npm2_up 0.0\n" in text
    assert (tmp_path / "log").read_text() == "pm2 jlist printed no list\n"
