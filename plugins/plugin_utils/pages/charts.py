# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Charts of values over time, as SVG elements. No input or output here."""

from __future__ import annotations

from math import ceil, floor, log10

from .markup import tag

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
    """Return a chart with its legend.

    :param lines: name -> (times in seconds, values, of which None is a gap)
    :param seconds: length of the time axis
    :param held: from when to when figures are judged, shaded
    :param objective: a value to draw a line at
    """
    values = [value for _at, column in lines.values() for value in column if value is not None]
    largest = max([*values, objective or 0, 0])
    # An SLO far above all that was seen would press everything to the ground.
    scale = Scale(
        seconds, max(values, default=1) if objective and objective > 3 * max(values, default=1) else largest or 1
    )
    shown = objective if objective is not None and objective <= scale.top else None
    drawing = tag(
        "svg",
        tag("title", title),
        held
        and tag(
            "rect",
            x=f"{scale.x(held['from']):.1f}",
            y=TOP,
            width=f"{scale.x(held['to']) - scale.x(held['from']):.1f}",
            height=HEIGHT - TOP - BOTTOM,
            class_="held",
        ),
        axes(scale),
        (shown is not None and slo_line(scale, shown)) or None,
        [curve(scale, at, column, place) for place, (at, column) in enumerate(lines.values())],
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        class_="chart",
    )
    legend = [tag("span", tag("i", class_=f"c{place % COLOURS}"), f" {name}") for place, name in enumerate(lines)]
    if shown is not None:
        legend.append(tag("span", tag("i", class_="slo"), f" SLO {number(objective)} {unit}"))
    caption = tag("figcaption", tag("b", title), f", {unit}" if unit else "")
    return tag("figure", caption, drawing, tag("p", legend, class_="legend"), class_="plot")


def axes(scale):
    parts = []
    for place in range(round(scale.top / scale.step) + 1):
        value = round(place * scale.step, 10)
        y = f"{scale.y(value):.1f}"
        parts += [
            tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_="grid"),
            tag("text", number(value), x=LEFT - 6, y=f"{scale.y(value) + 4:.1f}", text_anchor="end"),
        ]
    step = time_step(scale.seconds)
    for second in range(0, int(scale.seconds) + 1, step):
        x = f"{scale.x(second):.1f}"
        parts.append(tag("text", clock(second), x=x, y=HEIGHT - 10, text_anchor="middle"))
    return parts


def time_step(seconds):
    """Return a step in seconds that people count in."""
    return next((step for step in (5, 10, 15, 30, 60, 120, 300, 600, 1800) if seconds / step <= 8), 3600)


def clock(second):
    return f"{second // 60}:{second % 60:02d}"


def slo_line(scale, value):
    y = f"{scale.y(value):.1f}"
    return tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_="slo")


def curve(scale, at, values, place):
    """Return a line for each run without a gap; one value alone is a dot."""
    parts = []
    for run in segments(at, values):
        points = [f"{scale.x(time):.1f},{scale.y(value):.1f}" for time, value in run]
        if len(points) == 1:
            points.append(f"{scale.x(run[0][0]) + 1:.1f},{scale.y(run[0][1]):.1f}")
        parts.append(tag("path", d="M" + " L".join(points), class_=f"curve c{place % COLOURS}"))
    return parts
