# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The samples in Prometheus' text exposition format. No input or output here."""

from __future__ import annotations

import re

SAMPLE = re.compile(
    r"(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)\s*"
    r"(?:\{(?P<labels>(?:[^\"}]|\"(?:[^\"\\]|\\.)*\")*)\})?"
    r"\s+(?P<value>\S+)(?:\s+-?\d+)?"
    r"(?:\s+#.*)?$"  # OpenMetrics: an exemplar
)
LABEL = re.compile(r"([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*\"((?:[^\"\\]|\\.)*)\"")
ESCAPED = re.compile(r"\\(.)")


def samples(text):
    """Return the samples of an exposition, in its order.

    :param text: what a worker answers at its metrics path
    :returns: list of ``(name, labels, value)``; the labels are a dict, the value is a float
    :raises ValueError: a line is neither a comment nor a sample
    """
    found = []
    # Not splitlines: a label may hold what Python takes for the end of a line.
    for line in text.split("\n"):
        line = line.strip(" \t\r")
        if not line or line.startswith("#"):
            continue
        match = SAMPLE.match(line)
        if not match:
            raise ValueError(f"not a sample: {line[:100]}")
        labels = {
            name: ESCAPED.sub(lambda escaped: "\n" if escaped[1] == "n" else escaped[1], value)
            for name, value in LABEL.findall(match["labels"] or "")
        }
        found.append((match["name"], labels, float(match["value"])))
    return found


def total(found, name):
    """Return the sum of a metric over all its labels, 0.0 if it has no sample.

    :param found: result of :func:`samples`
    :param name: name of the samples, e.g. ``http_requests_in_flight``
    """
    return sum((value for sample, _labels, value in found if sample == name), 0.0)
