"""The examples of docs/roles.md, which use a role without the stack."""

import json
import re

import yaml

import lab

PAGE = (lab.ROOT / "docs/roles.md").read_text()
PLAYS = [play for example in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) for play in yaml.safe_load(example)]


def test_a_role_runs_in_check_mode_without_the_stack(site, secrets, tmp_path):
    playbook = tmp_path / "alone.yml"
    playbook.write_text(yaml.safe_dump([{**play, "hosts": "all"} for play in PLAYS], sort_keys=False))
    vault = {f"vault_{name}": secret for name, secret in secrets.items()}
    code, output, totals = site("--check", "-e", json.dumps(vault), name=str(playbook))
    assert code == 0, output
    assert totals["failed"] == 0
