# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's part of the module tierstack.librechat.loadtest_watch."""

from __future__ import annotations

import time

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.tierstack.librechat.plugins.module_utils.loadtest.artillery import progress_line

LOOK_EVERY_S = 3


class ActionModule(ActionBase):
    """Asks until the unit has ended, and shows each period as it comes."""

    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        periods = []
        while True:
            looked = self._execute_module(module_args={**self._task.args, "after": len(periods)}, task_vars=task_vars)
            if looked.get("failed") or looked.get("unreachable"):
                return {**result, **looked}
            for period in looked["periods"]:
                periods.append(period)
                Display().display("  " + progress_line(periods, int(self._task.args["seconds"])))
            if not looked["running"]:
                return {**result, **looked, "periods": periods}
            time.sleep(LOOK_EVERY_S)
