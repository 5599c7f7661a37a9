# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to tierstack.librechat: what a node says of its Redis Cluster. No I/O."""

from __future__ import annotations

SLOTS = 16384


def cluster_info(text):
    """CLUSTER INFO as a dictionary."""
    return dict(line.split(":", 1) for line in text.split() if ":" in line)
