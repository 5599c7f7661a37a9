# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to tierstack.librechat: results as Prometheus text. No I/O."""

from __future__ import annotations

import re


def exposition(families):
    """Gauges as Prometheus text.

    :param families: name, help, and the samples: labels and value of each
    """
    lines = []
    for name, help_text, samples in families:
        lines += [f"# HELP {name} {help_text}", f"# TYPE {name} gauge"]
        lines += [f"{name}{_labels(label)} {value:.12g}" for label, value in samples]
    return "\n".join(lines) + "\n"


def live(results, moment):
    """What a stack that is probed all the time shows of it.

    :param results: result of each probe, as the module health_check returns it
    :param moment: when they were found, in seconds since 1970
    """

    def of_each(value, *names):
        """The samples of those probes that have the value."""
        found = [
            ({"probe": result["name"], **{name: result[name] for name in names}}, value(result)) for result in results
        ]
        return [(labels, number) for labels, number in found if number is not None]

    def seconds(milliseconds):
        return None if milliseconds is None else milliseconds / 1000

    return exposition(
        (
            (
                "tierstack_healthy",
                "Whether no probe finds anything broken.",
                [({}, int(all(result["ok"] for result in results)))],
            ),
            ("tierstack_health_time_seconds", "When the probes were made.", [({}, moment)]),
            (
                "tierstack_probe_up",
                "Whether the probe finds nothing broken.",
                of_each(lambda result: int(result["ok"]), "layer"),
            ),
            (
                "tierstack_probe_duration_seconds",
                "How long the probe took.",
                of_each(lambda result: seconds(result["latency"]["max"]), "layer"),
            ),
            (
                "tierstack_probe_certificate_not_after_seconds",
                "When the certificate ends.",
                of_each(lambda result: result["evidence"].get("not_after_epoch")),
            ),
            (
                "tierstack_probe_first_event_seconds",
                "How long the first event of the answer was awaited.",
                of_each(lambda result: seconds(result["evidence"].get("first_event_ms"))),
            ),
        )
    )


def _labels(labels):
    escaped = {name: re.sub(r'[\\"]', r"\\\g<0>", value).replace("\n", r"\n") for name, value in labels.items()}
    return "{" + ",".join(f'{name}="{value}"' for name, value in escaped.items()) + "}" if escaped else ""
