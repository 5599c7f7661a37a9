# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Private to tierstack.librechat: what ansible.builtin.slurp would read."""

from __future__ import annotations

import re

from .options import first
from .path import quoted


def question(options):
    """See the package."""
    path = quoted(first(options, "src", "path"))
    if set(options) - {"src", "path"} or path is None:
        return None
    return f"if test -f {path}; then base64 -w 0 < {path} && echo; elif ! test -e {path}; then echo absent:; fi"


def answer(options, output):
    """See the package."""
    line = output.removesuffix("\n")
    if line == "absent:":
        return {"failed": True, "changed": False, "msg": f"file not found: {first(options, 'src', 'path')}"}
    if not output.endswith("\n") or not re.fullmatch("[A-Za-z0-9+/]*=*", line):
        return None
    return {"changed": False, "content": line, "encoding": "base64", "source": first(options, "src", "path")}
