# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which programs listen, by one plain command."""

from __future__ import annotations

from ansible_collections.tierstack.librechat.plugins.module_utils import listeners
from ansible_collections.tierstack.librechat.plugins.plugin_utils.read_first import ReadFirst


class ActionModule(ReadFirst):
    """All of it is the question and its answer."""

    def run(self, tmp=None, task_vars=None):
        """Ask the host."""
        result = super().run(tmp, task_vars)
        self.validate_argument_spec(argument_spec={})
        return {
            **result,
            "changed": False,
            "ansible_facts": {"tcp_listen": listeners.answer(self._ask(listeners.QUESTION))},
        }
