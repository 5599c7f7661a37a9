# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible.builtin.copy that reads first."""

from __future__ import annotations

from ansible.plugins.action.copy import ActionModule as Copy
from ansible.utils.hashing import checksum
from ansible_collections.tierstack.librechat.plugins.plugin_utils.read_first import ReadFirst


class ActionModule(ReadFirst, Copy):
    """The builtin's own plugin. What it asks of the host is read by a plain command."""

    def _copy_file(self, source_full, source_rel, content, content_tempfile, dest, task_vars, follow):
        # The builtin expects the directory into which it would send the file.
        present = self._execute_remote_stat(dest, all_vars=task_vars, follow=follow)
        if present.get("isdir") and not self._connection._shell.path_has_trailing_slash(dest):
            # The builtin would put the file into it, and no daemon would find it there.
            return {
                "failed": True,
                "msg": f"{dest} is a directory, where a file belongs. Move it away, then run again.",
            }
        if present["checksum"] != checksum(source_full):
            self._make_tmp_path()
        return super()._copy_file(source_full, source_rel, content, content_tempfile, dest, task_vars, follow)
