# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look at a certificate and its key by one plain command."""

from __future__ import annotations

from ansible_collections.tierstack.librechat.plugins.module_utils import tls_pair
from ansible_collections.tierstack.librechat.plugins.plugin_utils.read_first import ReadFirst


class ActionModule(ReadFirst):
    """All of it is the question and its answer."""

    def run(self, tmp=None, task_vars=None):
        """Ask the host."""
        result = super().run(tmp, task_vars)
        _validated, options = self.validate_argument_spec(
            argument_spec={
                "certificate": {"type": "path", "required": True},
                "key": {"type": "path", "required": True},
                "seconds": {"type": "int", "default": 0},
                "authority": {"type": "path"},
            }
        )
        return {**result, "changed": False, **tls_pair.answer(self._ask(tls_pair.question(**options)))}
