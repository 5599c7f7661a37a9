# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The capacity model: from users and hosts to every number of the stack, each with its reason.

:func:`plan` is the way in. It is pure: the same arguments give the same plan, and nothing is read or written.

* ``inputs.py``: what a user does and what a call costs, with units and sources
* ``formulas.py``: the numbers
* ``checks.py``: what must hold between numbers and hosts
* ``sheet.py``: how a number knows what it came from
* ``sizing.py``: which hosts would do
"""

from __future__ import annotations

from .planning import CapacityError, plan

__all__ = ["CapacityError", "plan"]
