# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to tierstack.librechat: results for other programs. No I/O."""

from __future__ import annotations

import re
import time
from xml.etree import ElementTree

from ansible_collections.tierstack.librechat.plugins.module_utils.health.metrics import exposition

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(results, duration_s):
    """The results as JUnit XML: a test case for each probe, of a class named after its layer."""
    suite = ElementTree.Element(
        "testsuite",
        name="health_check",
        tests=str(len(results)),
        failures=str(sum(not result["ok"] for result in results)),
        errors="0",
        skipped=str(sum(result["skipped"] for result in results)),
        time=f"{duration_s:.3f}",
    )
    for result in results:
        seconds = (result["latency"]["p50"] or 0) / 1000
        case = ElementTree.SubElement(
            suite, "testcase", classname=result["layer"], name=_xml(result["name"]), time=f"{seconds:.3f}"
        )
        if result["skipped"]:
            ElementTree.SubElement(case, "skipped", message=_xml(result["reason"]))
        elif not result["ok"]:
            failure = ElementTree.SubElement(case, "failure", message=_xml(result["reason"]), type=result["kind"])
            failure.text = _xml(result["detail"])
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(suite, encoding="unicode") + "\n"


def _xml(text):
    return NOT_XML.sub("?", text)


def prometheus(results, verdict, moment=None):
    """The results as Prometheus text, for the textfile collector of the node exporter."""
    labels = [{name: result[name] for name in ("name", "kind", "layer")} for result in results]
    taken = [(label, result) for label, result in zip(labels, results, strict=True) if not result["skipped"]]
    families = [
        ("healthy", "Whether nothing is broken, and the verdict.", [({"verdict": verdict}, int(verdict == "healthy"))]),
        ("timestamp_seconds", "When this was found.", [({}, time.time() if moment is None else moment)]),
        ("probe_healthy", "Whether the probe is healthy.", [(label, int(result["ok"])) for label, result in taken]),
        ("probe_attempts", "Attempts of the probe.", [(label, result["attempts"]) for label, result in taken]),
        ("probe_failures", "Failed attempts.", [(label, result["failures"]) for label, result in taken]),
        (
            "probe_latency_seconds",
            "Latency of the successful attempts.",
            [
                ({**label, "quantile": quantile}, result["latency"][name] / 1000)
                for label, result in taken
                for name, quantile in (("p50", "0.5"), ("p95", "0.95"), ("max", "1"))
                if result["latency"][name] is not None
            ],
        ),
    ]
    return exposition((f"tierstack_health_{name}", help_text, samples) for name, help_text, samples in families)
