"""The examples of every filter's documentation run as they stand there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[4]
FILTERS = sorted((ROOT / "plugins/filter").glob("*.py"))


@pytest.mark.parametrize("path", FILTERS, ids=lambda path: path.stem)
def test_the_examples_run(path, tmp_path):
    examples = re.search(r'^EXAMPLES = r"""\n(.*?)^"""', path.read_text(), re.MULTILINE | re.DOTALL)[1]
    tasks = [task for task in yaml.safe_load(examples) if "hosts" not in task]
    play = [{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]
    playbook = tmp_path / "examples.yml"
    playbook.write_text(yaml.safe_dump(play, sort_keys=False))
    run = subprocess.run(
        [
            "ansible-playbook",
            "--inventory",
            "localhost,",
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
