# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The numbered accounts of a load test. No input or output here."""

from __future__ import annotations

BLOCK = 10


def blocks(count):
    """Return the numbers of whole blocks with at least so many accounts, beginning with 1."""
    return [range(first, first + BLOCK) for first in range(1, count + 1, BLOCK)]


def first_missing(wanted, is_there):
    """Return how many blocks are there. They were made one after the other: halving finds the first that is not.

    :param is_there: tells whether a block is
    """
    low, high = 0, len(wanted)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if is_there(wanted[middle]) else (low, middle)
    return low


def address(number):
    """Return the address that an account is registered from, of those kept for load tests (RFC 2544)."""
    return f"198.19.{number >> 8 & 255}.{number & 255}"
