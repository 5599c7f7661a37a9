# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible.builtin.assert, whose message is rendered only when it is needed."""

from __future__ import annotations

from importlib import import_module

MESSAGES = ("fail_msg", "msg", "success_msg")


class ActionModule(import_module("ansible.plugins.action.assert").ActionModule):
    """The builtin's own plugin. To render what nobody will read takes longer than the assertion."""

    @classmethod
    def finalize_task_arg(cls, name, value, templar, context):
        """Leave the messages as templates."""
        return value if name in MESSAGES else super().finalize_task_arg(name, value, templar, context)

    def run(self, tmp=None, task_vars=None):
        """Assert, and render the message that is shown."""
        result = super().run(tmp, task_vars)
        if "msg" in result and (result.get("failed") or not self._task.args.get("quiet")):
            result["msg"] = self._templar.template(result["msg"])
        return result
