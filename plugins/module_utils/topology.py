# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many hosts each group of an inventory may have."""

from __future__ import annotations


def unfit_groups(sizes, topology):
    """Return what is wrong with the sizes of the groups, a sentence for each that does not fit.

    :param sizes: group -> number of its hosts; a group that is not there has none
    :param topology: group -> ``{"hosts": what its hosts are, "least": int, "most": int, "odd": bool}``; ``odd``, false if it is left out, is for
        hosts that vote
    :returns: list of str, in the order of the topology
    """
    found = []
    for group, rule in topology.items():
        size, least, most, odd = sizes.get(group, 0), rule["least"], rule["most"], rule.get("odd", False)
        if least <= size <= most and not (odd and size % 2 == 0):
            continue
        wanted = str(least) if least == most else f"{'an odd number from ' if odd else ''}{least} to {most}"
        reason = ", since half of an even number is no majority" if odd and least <= size <= most else ""
        found.append(
            f"Group {group} ({rule['hosts']}) has {size} host{'' if size == 1 else 's'}; it needs {wanted}{reason}."
        )
    return found
