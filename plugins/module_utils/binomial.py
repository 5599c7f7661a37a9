# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The exact binomial distribution: how probable are so many errors among so many requests?"""

from __future__ import annotations

from functools import lru_cache
from itertools import count
from math import exp, lgamma, log, log1p


def exactly(successes, trials, share):
    """The probability of this many successes."""
    if share in (0, 1):
        return float(successes == trials * share)
    ways = lgamma(trials + 1) - lgamma(successes + 1) - lgamma(trials - successes + 1)
    return exp(ways + successes * log(share) + (trials - successes) * log1p(-share))


def at_most(successes, trials, share):
    """The probability of this many successes or fewer."""
    return min(1.0, sum(exactly(number, trials, share) for number in range(min(successes, trials) + 1)))


def at_least(successes, trials, share):
    """The probability of this many successes or more."""
    if successes <= trials * share:
        return 1 - at_most(successes - 1, trials, share) if successes > 0 else 1.0
    # The terms fall from here on; those that no longer count are left out.
    total = 0.0
    for number in range(successes, trials + 1):
        term = exactly(number, trials, share)
        total += term
        if term <= total * 1e-12:
            break
    return min(1.0, total)


@lru_cache(maxsize=64)
def sample_size(low, high, risk):
    """The fewest trials, for which there is a number of successes above which the share is not ``low`` and up to which it is not ``high``.

    Each of the two errors has at most the probability ``risk``.
    """
    for accepted in count():
        trials = accepted + 1
        step = 1 << 12
        while step:
            if at_most(accepted, trials + step - 1, high) > risk:
                trials += step
            step >>= 1
        if at_least(accepted + 1, trials, low) <= risk:
            return trials
