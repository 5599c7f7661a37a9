# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Private to tierstack.librechat: what a plain command of the shell tells of a host, so that a module runs there only where something differs.

For each module there is a reader: a module of this package with two pure functions.

``question(options)``
    The command that reads what the module would compare with, a line for a POSIX shell; None where the options ask for more than a
    plain command can tell.
``answer(options, output)``
    The result of the module, a dict as the module itself would return it, where the output shows that nothing is to be done; None
    where something differs or is in doubt. Then the module runs, and its word counts.
"""

from __future__ import annotations

from . import file, group, package, slurp, stat, unit, user

READERS = {
    "apt": package,
    "file": file,
    "group": group,
    "slurp": slurp,
    "stat": stat,
    "systemd_service": unit,
    "user": user,
}
