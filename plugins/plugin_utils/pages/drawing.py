# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The topology as a drawing: hosts as boxes, the services in them, and what goes between; here is where each of them is."""

from __future__ import annotations

from ansible_collections.tierstack.librechat.plugins.module_utils.plan.words import amount, plural

# Group -> column; browsers are column 0
COLUMNS = {"nginx": 1, "app": 2, "mongo": 3, "redis": 3, "monitoring": 4}
LEFT = {0: 10, 1: 265, 2: 590, 3: 920, 4: 1150}
WIDTH = {0: 95, 1: 160, 2: 160, 3: 170, 4: 150}
RIGHT_EDGE = 1325
SLOT, BLOCK, HEAD, MARGIN, GAP = 92, 64, 34, 14, 30


def kinds(hosts):
    """Return hosts that are alike as one: a list of names, and of them the first host."""
    found = {}
    for name, host in hosts.items():
        found.setdefault((tuple(sorted(host["groups"])), host["cores"], host["memory_mb"]), []).append(name)
    return [(names, hosts[names[0]]) for names in found.values()]


def some(names):
    """``app-1``; ``app-1, app-2``; ``app-1 to app-9``."""
    return ", ".join(names) if len(names) < 3 else f"{names[0]} to {names[-1]}"


def topology(plan):
    """Return what is drawn, and where."""
    boxes = placed(plan["hosts"])
    blocks = [block for box in boxes for block in box["blocks"]]
    height = max(box["top"] + box["height"] for box in boxes) + 10
    nginx = [middle(block) for block in blocks if block["group"] == "nginx"]
    browser = {"group": "browser", "column": 0, "top": sum(nginx) / len(nginx) - BLOCK / 2 if nginx else height / 2}
    curves, flows = edges([browser, *blocks], plan)
    return {
        "width": RIGHT_EDGE,
        "height": f"{height:g}",
        "description": description(plan),
        "hosts": [host_shape(box) for box in boxes],
        "edges": curves,
        "flows": flows,
        "blocks": [block_shape(block, plan) for block in [browser, *blocks]],
    }


def description(plan):
    words = [f"{some(names)}: {', '.join(host['groups'])}" for names, host in kinds(plan["hosts"])]
    return "Browsers reach Nginx, Nginx the workers, the workers MongoDB and Redis. Hosts: " + "; ".join(words) + "."


def placed(hosts):
    """Return a box for each kind of host. A box spans the columns of its services; each goes as high as there is room."""
    free = dict.fromkeys(LEFT, 10)
    boxes = []
    for names, host in sorted(kinds(hosts), key=lambda kind: -len(kind[1]["groups"])):
        groups = [group for group in COLUMNS if group in host["groups"]]
        columns = range(min(COLUMNS[group] for group in groups), max(COLUMNS[group] for group in groups) + 1)
        in_column = {column: [group for group in groups if COLUMNS[group] == column] for column in columns}
        slots = max(len(found) for found in in_column.values())
        top = max(free[column] for column in columns)
        height = HEAD + slots * SLOT
        for column in columns:
            free[column] = top + height + GAP
        blocks = [
            {
                "group": group,
                "column": column,
                "top": top + HEAD + (slots - len(found)) * SLOT / 2 + place * SLOT + MARGIN / 2,
            }
            for column, found in in_column.items()
            for place, group in enumerate(found)
        ]
        boxes.append({"names": names, "host": host, "columns": columns, "top": top, "height": height, "blocks": blocks})
    return centred(boxes)


def centred(boxes):
    """Move the boxes of a column to its middle, where none of them spans more than it."""
    height = max(box["top"] + box["height"] for box in boxes)
    for column in LEFT:
        here = [box for box in boxes if column in box["columns"]]
        if here and all(len(box["columns"]) == 1 for box in here):
            down = (height - max(box["top"] + box["height"] for box in here)) / 2
            for box in here:
                box["top"] += down
                for block in box["blocks"]:
                    block["top"] += down
    return boxes


def host_shape(box):
    """Return the box of a host, with two more behind it where it stands for several, and its label in a line or two."""
    first, last = box["columns"][0], box["columns"][-1]
    left, width = LEFT[first] - MARGIN, LEFT[last] + WIDTH[last] - LEFT[first] + 2 * MARGIN
    host, many = box["host"], len(box["names"])
    size = f"{plural(host['cores'], 'core')}, {amount(round(host['memory_mb'] / 1024, 1))} GB"
    size = f"{many} x {size}" if many > 1 else size
    label = f"{some(box['names'])}: {size}"
    return {
        "left": left + 10,
        "boxes": [
            {"left": left + shift, "top": box["top"] + shift, "width": width, "height": box["height"]}
            for shift in ((8, 4, 0) if many > 1 else (0,))
        ],
        "lines": [(box["top"] + 21, label)]
        if len(label) <= width / 8
        else [(box["top"] + 15, some(box["names"])), (box["top"] + 29, size)],
    }


def block_shape(block, plan):
    name, *lines = facts(block["group"], plan)
    size = {"left": LEFT[block["column"]], "width": WIDTH[block["column"]], "height": BLOCK}
    return {**block, **size, "name": name, "facts": lines}


def facts(group, plan):
    """Return the name of a service and what is said of it in its block."""
    number = _Numbers(plan)
    return {
        "browser": ("Browsers", number("{} users", value=plan["users"])),
        "nginx": (
            "Nginx",
            number("{nginx_worker_processes} x {nginx_worker_connections} connections"),
            number("{nginx_nofile} open files"),
        ),
        "app": (
            number("{app_pm2_workers} workers") or "Workers",
            number("heap {app_pm2_heap_mb} MB each"),
            number("pool of {app_release_mongo_max_pool_size} each"),
        ),
        "mongo": (
            "MongoDB",
            number("cache {mongo_wiredtiger_cache_mb} MB"),
            number("at most {mongo_max_incoming_connections} sockets"),
        ),
        "redis": ("Redis", number("{redis_maxmemory_mb} MB"), number("at most {redis_maxclients} clients")),
        "monitoring": (
            "Prometheus",
            number("every {monitoring_scrape_interval_s} s"),
            number("for {monitoring_retention_days} days"),
        ),
    }[group]


EDGES = (
    ("browser", "nginx", ("{edge_connections} connections", "{request_rate} calls/s")),
    ("nginx", "app", ("{requests_in_flight} calls", "{open_streams} open streams")),
    ("app", "mongo", ("{mongo_sockets_steady} sockets", "{mongo_sockets_release} in a release")),
    ("app", "redis", ("{redis_connections} sockets", "{redis_operations_rate} op/s")),
)


class _Numbers:
    """Fills numbers of the plan into a text; the text is empty where one is missing."""

    def __init__(self, plan):
        self.values = {name: amount(one["value"]) for name, one in plan["numbers"].items()}

    def __call__(self, text, value=None):
        try:
            return text.format(value, **self.values)
        except KeyError:
            return ""


def middle(block):
    return block["top"] + BLOCK / 2


def edges(blocks, plan):
    """Return the edges, (kind, curve), and what flows along them."""
    number = _Numbers(plan)
    curves, flows = [], []
    for source, target, words in EDGES:
        pairs = [
            (one, other) for one in blocks if one["group"] == source for other in blocks if other["group"] == target
        ]
        for place, (one, other) in enumerate(pairs):
            begin, end = LEFT[one["column"]] + WIDTH[one["column"]], LEFT[other["column"]]
            bend = begin + 0.72 * (end - begin)
            up, down = middle(one), middle(other)
            curves.append((target, f"M{begin},{up:g} C{bend:g},{up:g} {bend:g},{down:g} {end},{down:g}"))
            if place == 0:
                flows += flow(begin, end, bend, up, down, [number(text) for text in words])
    return curves, flows


def flow(begin, end, bend, up, down, lines):
    """Return two lines beside an edge: above it where it is level, else at the height of its end and left of its bend."""
    level = abs(down - up) < 2
    left, top, anchor = ((begin + end) / 2, up - 24, "middle") if level else (bend - 6, down - 4, "end")
    return [
        {"left": f"{left:g}", "top": f"{top + 14 * place:g}", "anchor": anchor, "words": line}
        for place, line in enumerate(lines)
    ]
