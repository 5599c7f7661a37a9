# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private to tierstack.librechat: what can be said of a probe, for each kind. No I/O."""

from __future__ import annotations

import copy

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.tierstack.librechat.plugins.module_utils.health.verdict import LAYERS

COMPARISON = {
    "path": {"type": "str", "required": True},
    "op": {
        "type": "str",
        "choices": ["eq", "ne", "lt", "le", "gt", "ge", "contains", "matches", "exists", "absent"],
        "default": "eq",
    },
    "value": {"type": "raw"},
}
CERTIFICATES = {
    "ca_file": {"type": "path"},
    "validate_certs": {"type": "bool", "default": True},
    "client_cert": {"type": "path"},
    "client_key": {"type": "path"},
}
REQUEST = {
    "url": {"type": "str", "required": True},
    "method": {"type": "str", "default": "GET"},
    "body": {"type": "raw"},
    "headers": {"type": "dict"},
    "token": {"type": "str", "no_log": True},
    "user": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "address": {"type": "str"},
    "redirects": {"type": "int", "default": 0},
    "max_body": {"type": "int", "default": 1048576},
    **CERTIFICATES,
}
STEP = {
    "url": {"type": "str", "required": True},
    "method": {"type": "str", "default": "POST"},
    "body": {"type": "raw", "no_log": True},
    "headers": {"type": "dict"},
    "status": {"type": "list", "elements": "int", "default": [200, 201]},
    "take": {"type": "dict"},
}
STATUS = {"type": "list", "elements": "int", "default": [200]}
ADDRESS = {"host": {"type": "str", "required": True}, "port": {"type": "int", "required": True}}

# What each kind takes beside what all take, and the layer where it belongs unless it is told otherwise
KINDS = {
    "http": {
        **REQUEST,
        "status": STATUS,
        "body_regex": {"type": "str"},
        "json": {"type": "list", "elements": "dict", "options": COMPARISON},
        "answer_headers": {"type": "dict"},
    },
    "tcp": ADDRESS,
    "mongodb": {
        "uri": {"type": "str", "required": True, "no_log": True},
        "write": {"type": "bool", "default": True},
        "members": {"type": "int"},
        "max_lag_s": {"type": "float", "default": 30.0},
    },
    "redis": {
        "host": {"type": "str", "required": True},
        "port": {"type": "int", "default": 6379},
        "user": {"type": "str"},
        "password": {"type": "str", "no_log": True},
        "tls": {"type": "bool", "default": False},
        **CERTIFICATES,
        "role": {"type": "str", "choices": ["master", "replica", "any"], "default": "master"},
        "cluster": {"type": "bool", "default": False},
        "write": {"type": "bool", "default": True},
        "memory_percent": {"type": "float", "default": 95.0},
        "memory_limit_mb": {"type": "int"},
    },
    "stream": {
        **REQUEST,
        "status": STATUS,
        "before": {"type": "list", "elements": "dict", "options": STEP},
        "first_event_ms": {"type": "int"},
        "gap_ms": {"type": "int"},
        "events": {"type": "int", "default": 1},
        "final_event": {"type": "str"},
        "final_regex": {"type": "str"},
    },
    "tls": {
        **ADDRESS,
        "port": {"type": "int", "default": 443},
        "server_name": {"type": "str"},
        "days_left": {"type": "int", "default": 14},
        "version": {"type": "str", "choices": ["TLSv1.2", "TLSv1.3"], "default": "TLSv1.2"},
        **CERTIFICATES,
    },
    "disk": {
        "paths": {"type": "list", "elements": "path", "default": ["/"]},
        "free_percent": {"type": "float", "default": 10.0},
        "free_mb": {"type": "int", "default": 0},
        "free_inodes_percent": {"type": "float", "default": 5.0},
        "writable": {"type": "bool", "default": True},
    },
    "clock": {
        "reference": {"type": "float"},
        "url": {"type": "str"},
        "tolerance_s": {"type": "float", "default": 2.0},
    },
}
LAYER_OF_KIND = {
    "http": "app",
    "tcp": "process",
    "mongodb": "mongodb",
    "redis": "redis",
    "stream": "stream",
    "tls": "edge",
    "disk": "host",
    "clock": "host",
}
RULES = {
    "http": {"required_together": [("client_cert", "client_key")]},
    "stream": {"required_together": [("client_cert", "client_key")]},
    "redis": {"required_together": [("client_cert", "client_key")]},
    "tls": {"required_together": [("client_cert", "client_key")]},
    "clock": {"required_one_of": [("reference", "url")], "mutually_exclusive": [("reference", "url")]},
}

# How often a probe is tried. A probe's own value wins over the module's.
PACE = {
    "samples": {"type": "int", "default": 1},
    "interval": {"type": "float", "default": 1.0},
    "timeout": {"type": "float", "default": 5.0},
    "successes": {"type": "int", "default": 1},
    "deadline": {"type": "float", "default": 30.0},
}
LIMITS = {name: {"type": "float"} for name in ("p50_ms", "p95_ms", "max_ms")}
COMMON = {
    "name": {"type": "str", "required": True},
    "kind": {"type": "str", "required": True, "choices": list(KINDS)},
    "layer": {"type": "str", "choices": LAYERS},
    **LIMITS,
}


def probe_options():
    """The options of all kinds together. Which of them a kind needs, and its defaults, are for :func:`complete`."""
    every = {name: option for options in KINDS.values() for name, option in options.items()}
    every.update(PACE)
    return {**_bare(every), **COMMON}


def _bare(options):
    return {
        name: {key: value for key, value in option.items() if key not in ("default", "required")}
        for name, option in copy.deepcopy(options).items()
    }


def required_options():
    """What each kind needs, as ``required_if``."""
    needs = {
        kind: tuple(name for name, option in options.items() if option.get("required"))
        for kind, options in KINDS.items()
    }
    return [("kind", kind, names) for kind, names in needs.items() if names]


def complete(probe, pace):
    """(the probe with every option of its kind, the complaints about it)."""
    kind = probe["kind"]
    given = {name: value for name, value in probe.items() if value is not None}
    spec = {**COMMON, **_bare(PACE), **KINDS[kind]}
    foreign = sorted(set(given) - set(spec))
    complaints = [f"{name} is not an option of kind {kind}" for name in foreign]
    known = {**pace, **{name: value for name, value in given.items() if name in spec}}
    result = ArgumentSpecValidator(spec, **RULES.get(kind, {})).validate(known)
    options = result.validated_parameters
    complaints += result.error_messages or _nonsense(options)
    options["layer"] = options["layer"] or LAYER_OF_KIND[kind]
    return options, complaints


def _nonsense(options):
    positive = ("samples", "timeout", "successes", "deadline", *LIMITS)
    return [
        f"{name} is {options[name]}, it must be more than 0"
        for name in positive
        if options[name] is not None and not options[name] > 0
    ] + [
        f"{name} is {options[name]}, it must not be negative"
        for name in ("interval", "redirects", "max_lag_s", "tolerance_s", "days_left")
        if options.get(name) is not None and not options[name] >= 0
    ]


def complete_all(probes, pace):
    """(every probe in full, every complaint with the place where it belongs)."""
    done, complaints, names = [], [], set()
    for number, probe in enumerate(probes):
        options, found = complete(probe, pace)
        if probe["name"] in names:
            found.append("another probe has this name")
        names.add(probe["name"])
        done.append(options)
        complaints += [f"probes[{number}] ({probe['name']}): {complaint}" for complaint in found]
    return done, complaints
