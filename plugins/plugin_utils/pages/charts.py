# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Charts of values over time: where each line of them is."""

from __future__ import annotations

from math import ceil, floor, log10

WIDTH, HEIGHT = 600, 250
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 12, 30
TICKS = 5
COLOURS = 8


def nice_step(largest, ticks=TICKS):
    """Return a step of 1, 2 or 5 times a power of ten, so that about so many reach the largest value."""
    rough = max(largest, 1e-9) / ticks
    power = 10 ** floor(log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)


def number(value):
    """Return a value as an axis shows it."""
    return f"{value:,.10g}".replace(",", "\u202f")


def segments(at, values):
    """Return runs of (time, value) without a gap."""
    runs, run = [], []
    for time, value in zip(at, values, strict=False):
        if value is None:
            runs, run = ([*runs, run] if run else runs), []
        else:
            run.append((time, value))
    return [*runs, run] if run else runs


class Scale:
    """From values to places in the drawing."""

    def __init__(self, seconds, largest):
        self.step = nice_step(largest)
        self.top = max(1, ceil(round(largest / self.step, 6))) * self.step
        self.seconds = seconds

    def x(self, second):
        return LEFT + (WIDTH - LEFT - RIGHT) * second / self.seconds

    def y(self, value):
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * min(value, self.top) / self.top


def chart(title, unit, lines, seconds, held=None, objective=None):
    """Return what is drawn, and where.

    :param lines: name -> (times in seconds, values, of which None is a gap)
    :param seconds: length of the time axis
    :param held: from when to when figures are judged, shaded
    :param objective: a value to draw a line at
    """
    values = [value for _at, column in lines.values() for value in column if value is not None]
    most = max(values, default=1)
    # An SLO far above all that was seen would press everything to the ground.
    shown = objective is not None and objective <= 3 * most
    scale = Scale(seconds, (max([*values, objective or 0]) if shown else most) or 1)
    steps = [round(place * scale.step, 10) for place in range(round(scale.top / scale.step) + 1)]
    return {
        "title": title,
        "unit": unit,
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "right": WIDTH - RIGHT,
        "top": TOP,
        "bottom": HEIGHT - BOTTOM,
        "held": held
        and {
            "left": f"{scale.x(held['from']):.1f}",
            "width": f"{scale.x(held['to']) - scale.x(held['from']):.1f}",
        },
        "grid": [
            {"at": f"{scale.y(step):.1f}", "base": f"{scale.y(step) + 4:.1f}", "words": number(step)} for step in steps
        ],
        "times": [
            (f"{scale.x(second):.1f}", clock(second)) for second in range(0, int(seconds) + 1, time_step(seconds))
        ],
        "slo": {"at": f"{scale.y(objective):.1f}", "words": f"{number(objective)} {unit}"} if shown else None,
        "lines": [
            {"name": name, "colour": f"c{place % COLOURS}", "paths": [path(scale, run) for run in segments(*line)]}
            for place, (name, line) in enumerate(lines.items())
        ],
    }


def time_step(seconds):
    """Return a step in seconds that people count in."""
    return next((step for step in (5, 10, 15, 30, 60, 120, 300, 600, 1800) if seconds / step <= 8), 3600)


def clock(second):
    return f"{second // 60}:{second % 60:02d}"


def path(scale, run):
    """Return a line through values without a gap; one value alone is a dot."""
    points = [f"{scale.x(time):.1f},{scale.y(value):.1f}" for time, value in run]
    if len(points) == 1:
        points.append(f"{scale.x(run[0][0]) + 1:.1f},{scale.y(run[0][1]):.1f}")
    return "M" + " L".join(points)
