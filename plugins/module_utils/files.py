# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Private to tierstack.librechat: writing files."""

from __future__ import annotations

import os
import tempfile


def replace(module, path, text):
    """Put the text in the file's place in one step. Bytes that came in by ``surrogateescape`` and line endings go out as they were."""
    handle, temporary = tempfile.mkstemp(dir=module.tmpdir)
    with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape", newline="") as new:
        new.write(text)
    module.atomic_move(temporary, path)
