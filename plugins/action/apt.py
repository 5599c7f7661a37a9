# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible.builtin.apt that reads first, and says when it waits for somebody else's lock."""

from __future__ import annotations

import time

from ansible.utils.display import Display
from ansible_collections.tierstack.librechat.plugins.plugin_utils.read_first import ReadingModule

# An upgrade by night may take this long.
WAIT_S = 900
SAID_AFTER_S = 10


class ActionModule(ReadingModule):
    """Waits for apt's lock long enough for unattended upgrades, unless the task has a lock_timeout of its own."""

    def _execute_module(self, module_name=None, module_args=None, task_vars=None, **options):
        arguments = self._task.args if module_args is None else module_args

        def within(seconds):
            return super(ActionModule, self)._execute_module(
                module_name, {"lock_timeout": seconds, **arguments}, task_vars, **options
            )

        result = within(SAID_AFTER_S)
        if "lock_timeout" in arguments or not is_locked(result):
            return result
        Display().display(
            f"{task_vars['inventory_hostname']}: another program has apt's lock, perhaps an unattended upgrade. It is waited for up to {WAIT_S // 60} minutes."
        )
        end = time.monotonic() + WAIT_S
        while is_locked(result) and time.monotonic() < end:
            time.sleep(SAID_AFTER_S)
            result = within(1)
        return result


def is_locked(result):
    """Tell whether apt failed because another program had its lock."""
    said = " ".join(str(result.get(key, "")) for key in ("msg", "stderr"))
    return bool(result.get("failed")) and ("Could not get lock" in said or "Failed to lock" in said)
