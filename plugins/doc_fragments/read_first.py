# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What it means that a module reads first. Its options are those of the module of ansible.builtin."""

from __future__ import annotations


class ModuleDocFragment:
    """Shared documentation."""

    DOCUMENTATION = r"""
description:
  - Takes the options of the module of the same name in C(ansible.builtin), and returns what that one returns.
  - The host is asked first, with one plain command of its shell, whether it has what the options want. Where it has, the task is C(ok) and
    nothing else runs on the host. Where it has not, where an option is used that a plain command cannot judge, and where the answer is in
    doubt, the module of C(ansible.builtin) runs, with its own validation, check mode, diff and backup.
  - To start Python and a module on a host takes ten times as long as a plain command, so that a run without changes is that much shorter.
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
notes:
  - What is not different is not validated by the module either.
"""
