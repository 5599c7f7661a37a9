# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Percentiles by nearest rank."""

from __future__ import annotations

from math import ceil


def percentile(values, share):
    """The smallest value that at least this share of the values does not exceed; None of no values."""
    return sorted(values)[max(0, ceil(share * len(values)) - 1)] if values else None
