# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible.builtin.user that reads first."""

from __future__ import annotations

from ansible_collections.tierstack.librechat.plugins.plugin_utils.read_first import ReadingModule as ActionModule

__all__ = ["ActionModule"]
