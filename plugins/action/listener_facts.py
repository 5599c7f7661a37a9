# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which programs listen, by one plain command."""

from __future__ import annotations

import os
import subprocess

from ansible_collections.tierstack.librechat.plugins.module_utils import listeners
from ansible_collections.tierstack.librechat.plugins.plugin_utils.read_first import ReadFirst


def this_run():
    """Return what tells this run of Ansible from every other: its process, and when that one began."""
    started = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(os.getppid())], capture_output=True, text=True, check=False
    ).stdout.strip()
    return f"{os.getppid()} {started}"


class ActionModule(ReadFirst):
    """All of it is the question and its answer."""

    def run(self, tmp=None, task_vars=None):
        """Ask the host, unless it was asked in this run: a cache of facts knows what was true yesterday."""
        result = super().run(tmp, task_vars)
        self.validate_argument_spec(argument_spec={})
        run = this_run()
        if (task_vars or {}).get("ansible_facts", {}).get("tcp_listen_run") == run:
            return {**result, "changed": False}
        return {
            **result,
            "changed": False,
            "ansible_facts": {"tcp_listen": listeners.answer(self._ask(listeners.QUESTION)), "tcp_listen_run": run},
        }
