# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible.builtin.template that reads first."""

from __future__ import annotations

from ansible.plugins.action.template import ActionModule as Template


class ReadingCopy:
    """The loader of plugins, with the collection's copy in the builtin's place."""

    def __init__(self, loader):
        self.action_loader = self
        self._loader = loader

    def __getattr__(self, name):
        return getattr(self._loader, name)

    def get(self, name, **options):
        """Return the action plugin that a template hands its file to."""
        name = "tierstack.librechat.copy" if name == "ansible.legacy.copy" else name
        return self._loader.action_loader.get(name, **{**options, "shared_loader_obj": self._loader})


class ActionModule(Template):
    """The builtin's own plugin: it renders here, and copies what it has rendered."""

    TRANSFERS_FILES = False

    def run(self, tmp=None, task_vars=None):
        """Render the template and copy it where the host has another."""
        self._shared_loader_obj = ReadingCopy(self._shared_loader_obj)
        return super().run(tmp, task_vars)
