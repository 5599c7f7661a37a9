# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A dashboard of Grafana as a console template of Prometheus: the server writes the numbers, a script draws the curves. No input or output here."""

from __future__ import annotations

import html
import re

RANGES = {"1h": 3600, "6h": 21600, "24h": 86400, "7d": 604800}
DEFAULT_RANGE = "6h"
POINTS = 240
LABEL = re.compile(r"\{\{\s*(\w+)\s*\}\}")
WATCHED = 'ALERTS{alertstate="firing",alertname!="Watchdog"}'

# It compares with nothing, and is greater than everything for Go's templates.
NOT_A_NUMBER = 'eq (printf "%f" $v) "NaN"'
# The value $v as text, by the unit of Grafana
NUMBER = (
    '{{ define "number" }}{{ if and (lt . 0.0005) (gt . -0.0005) }}0{{ else if and (lt . 99.5) (gt . -99.5) }}{{ printf "%.3g" . }}'
    '{{ else if and (lt . 10000.0) (gt . -10000.0) }}{{ printf "%.0f" . }}{{ else }}{{ humanize . }}{{ end }}{{ end }}'
)
UNITS = {
    "bytes": '{{ reReplaceAll "([A-Za-z]*)$" " ${1}B" (humanize1024 $v | reReplaceAll "k" "K") }}',
    "Bps": '{{ reReplaceAll "([A-Za-z]*)$" " ${1}B/s" (humanize1024 $v | reReplaceAll "k" "K") }}',
    "percentunit": '{{ reReplaceAll "%" " %" (humanizePercentage $v) }}',
    "reqps": '{{ template "number" $v }}/s',
    "ops": '{{ template "number" $v }}/s',
    "s": '{{ humanizeDuration $v | reReplaceAll "^(-?[0-9]+[dhm] [0-9]+[hms]) .*" "$1" | reReplaceAll "us$" "µs" | reReplaceAll "([0-9])([a-zµ]+)" "$1 $2" }}',
}


def console_page(dashboard, pages, style="", script="", links=None, scrape_s=15):
    """Return the template.

    :param dashboard: the dashboard as Grafana imports it
    :param pages: title of each page by its file name, in the order of the navigation
    :param style: style sheet that is put into the page
    :param script: script that is put into the page
    :param links: address by title of more pages to lead to
    :param scrape_s: seconds between two samples
    """
    has_host = any(variable["name"] == "host" for variable in dashboard["templating"]["list"])
    return "\n".join(
        [
            NUMBER + settings(scrape_s),
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">',
            f"<title>{text(dashboard['title'])}</title>\n<style>\n{style}</style>\n</head>",
            '<body data-end="{{ printf "%.0f" (query "time()" | first | value) }}" data-seconds="{{ $seconds }}">',
            header(dashboard["title"], pages, links or {}, has_host),
            f"<main>\n<p>{text(dashboard['description'])}</p>",
            *(PANELS[panel["type"]](panel) for panel in dashboard["panels"]),
            '</main>\n<footer>As of {{ query "time()" | first | value | humanizeTimestamp | reReplaceAll "([.]| [+]).*" "" }} UTC.</footer>',
            f"<script>\n{script}</script>\n</body>\n</html>\n",
        ]
    )


def text(words):
    """Return words for the page: escaped, and none of it an action of the template."""
    return html.escape(words).replace("{{", '{{ "{{" }}')


def settings(scrape_s):
    """Return what the address of the page chooses: the time to show and the host."""
    known = "".join(
        f'{{{{ if eq .Params.range "{name}" }}}}{assign(name, seconds, scrape_s)}{{{{ end }}}}'
        for name, seconds in RANGES.items()
    )
    begin = assign(DEFAULT_RANGE, RANGES[DEFAULT_RANGE], scrape_s).replace(" = ", " := ")
    host = '{{ $host := reReplaceAll "[^A-Za-z0-9._-]" "" .Params.host }}{{ $hosts := or $host ".*" }}'
    return begin + known + host


def assign(name, seconds, scrape_s):
    rate = max(4 * scrape_s, seconds // POINTS)
    return f'{{{{ $range = "{name}" }}}}{{{{ $seconds = "{seconds}" }}}}{{{{ $rate = "{rate}s" }}}}'


def query(expression):
    """Return the expression as the template's text, with Grafana's variables put in."""
    found = f"`{expression}`"
    for name, value in (
        (r"[$]__rate_interval", "$rate"),
        (r"[$]__range", '(printf "%ss" $seconds)'),
        (r"[$]host", "$hosts"),
    ):
        if re.search(name, expression):
            found = f'(reReplaceAll "{name}" {value} {found})'
    return found


def header(title, pages, links, has_host):
    here = "{{ if $host }}&amp;host={{ $host }}{{ end }}"
    others = "".join(
        f'<a href="{name}.html?range={{{{ $range }}}}{here}"{current(other == title)}>{text(other)}</a>'
        for name, other in pages.items()
    )
    outside = "".join(f'<a href="{html.escape(address)}">{text(name)}</a>' for name, address in links.items())
    ranges = "".join(
        f'<a href="?range={name}{here}"{{{{ if eq $range "{name}" }}}} aria-current="true"{{{{ end }}}}>{name}</a>'
        for name in RANGES
    )
    hosts = (
        '{{ $all := query `count by (host) (up{host!=""})` | sortByLabel "host" }}{{ if gt (len $all) 1 }}<nav aria-label="Host">'
        '<a href="?range={{ $range }}"{{ if not $host }} aria-current="true"{{ end }}>all hosts</a>{{ range $all }}'
        '<a href="?range={{ $range }}&amp;host={{ .Labels.host }}"{{ if eq .Labels.host $host }} aria-current="true"{{ end }}>'
        "{{ .Labels.host }}</a>{{ end }}</nav>{{ end }}"
    )
    alerts = (
        f'<span class="alerts">{{{{ with query `count({WATCHED})` }}}}<span class="red">{{{{ . | first | value }}}} firing</span>'
        '{{ else }}<span class="green">no alerts</span>{{ end }}</span>'
    )
    return (
        f'<header><h1>{text(title)}</h1>{alerts}\n<nav aria-label="Pages">{others}{outside}</nav>\n'
        f'<nav class="ranges" aria-label="Time">{ranges}</nav>\n{hosts if has_host else ""}</header>'
    )


def current(is_it):
    return ' aria-current="page"' if is_it else ""


def frame(element, kind, panel, inside, attributes=""):
    return (
        f'<{element} class="panel {kind}" style="--w: {panel["gridPos"]["w"]}"{attributes}>'
        f"<details><summary>{text(panel['title'])}</summary><p>{text(panel['description'])}</p></details>\n{inside}</{element}>"
    )


def legend(target):
    """Return the name of a series as an expression of the template inside ``range query``."""
    return LABEL.sub(r"{{ .Labels.\1 }}", html.escape(target["legendFormat"]))


def sorted_query(target, labels):
    """Return the query, its results in the order of the first label."""
    return query(target["expr"]) + (f' | query | sortByLabel "{labels[0]}"' if labels else " | query")


def value(config):
    """Return the text of the value ``$v``: its word where it has one, else the number with its unit."""
    number = UNITS.get(config.get("unit"), '{{ template "number" $v }}')
    if config.get("decimals") is not None:
        number = f'{{{{ printf "%.{config["decimals"]}f" $v }}}}'
    shown = f"{{{{ if {NOT_A_NUMBER} }}}}-{{{{ else }}}}{number}{{{{ end }}}}"
    for key, mapped in words(config):
        shown = f"{{{{ if eq $v {float(key)} }}}}{text(mapped['text'])}{{{{ else }}}}{shown}{{{{ end }}}}"
    return shown


def words(config):
    return [
        pair for one in config.get("mappings", []) if one["type"] == "value" for pair in sorted(one["options"].items())
    ]


def colour(config):
    """Return the class of the value ``$v``: by its word where it has one, else by its thresholds."""
    steps = config.get("thresholds", {}).get("steps", [])
    found = steps[0]["color"] if steps else "text"
    for step in steps[1:]:
        found = f"{{{{ if ge $v {float(step['value'])} }}}}{step['color']}{{{{ else }}}}{found}{{{{ end }}}}"
    for key, mapped in words(config):
        found = f"{{{{ if eq $v {float(key)} }}}}{mapped['color']}{{{{ else }}}}{found}{{{{ end }}}}"
    return found if found == "text" else f"{{{{ if {NOT_A_NUMBER} }}}}text{{{{ else }}}}{found}{{{{ end }}}}"


def row(panel):
    return f"<h2>{text(panel['title'])}</h2>"


def stat(panel):
    """Return a panel of single values."""
    config = panel["fieldConfig"]["defaults"]
    nothing = text(config.get("noValue", "no data"))
    parts = []
    for target in panel["targets"]:
        name = legend(target)
        shown, small = (name, "") if panel["options"]["textMode"] == "name" else (value(config), name)
        small = f" <small>{small}</small>" if small else ""
        parts.append(
            f"{{{{ range {sorted_query(target, LABEL.findall(target['legendFormat']))} }}}}{{{{ $v := .Value }}}}"
            f'<p class="value {colour(config)}">{shown}{small}</p>{{{{ else }}}}<p class="value none">{nothing}</p>{{{{ end }}}}\n'
        )
    return frame("section", "stat", panel, "".join(parts))


def graph(panel):
    """Return a panel of curves: its entries and their present values; the script draws the rest."""
    config = panel["fieldConfig"]["defaults"]
    limits = {
        override["matcher"]["options"]
        for override in panel["fieldConfig"]["overrides"]
        if any(one["id"] == "custom.lineStyle" for one in override["properties"])
    }
    lists = []
    for target in panel["targets"]:
        limit = ' class="limit"' if target["refId"] in limits else ""
        names = html.escape(LABEL.sub(r"[\1]", target["legendFormat"]))
        lists.append(
            f'<ul{limit} data-query="{{{{ {query(target["expr"])} }}}}" data-legend="{names}">'
            f"{{{{ range {sorted_query(target, LABEL.findall(target['legendFormat']))} }}}}{{{{ $v := .Value }}}}"
            f"<li><i{limit}></i><span>{legend(target)}</span> <b>{value(config)}</b></li>{{{{ end }}}}</ul>\n"
        )
    nothing = text(config.get("noValue", "no data"))
    inside = (
        f'<div class="plot" data-nothing="{nothing}"></div>\n<figcaption><time></time>{"".join(lists)}</figcaption>'
    )
    return frame("figure", "graph", panel, inside, f' data-unit="{config["unit"]}"')


def columns(panel):
    """Return (field, title) of the columns that are shown, in their order."""
    options = next(one["options"] for one in panel["transformations"] if one["id"] == "organize")
    order = sorted(options["indexByName"], key=options["indexByName"].get)
    return [
        (field, options["renameByName"].get(field, field))
        for field in order
        if not options["excludeByName"].get(field, False)
    ]


def column_config(panel, title):
    """Return the options of a column: those of the panel and of the overrides by its name."""
    config = dict(panel["fieldConfig"]["defaults"])
    for override in panel["fieldConfig"]["overrides"]:
        if override["matcher"] == {"id": "byName", "options": title}:
            config |= {one["id"]: one["value"] for one in override["properties"]}
    return config


def table(panel):
    """Return a table: the first query has its rows, the others are joined to them by the labels that are shown."""
    shown = columns(panel)
    labels = [field for field, _title in shown if not field.startswith("Value")]
    targets = {f"Value #{target['refId']}": target for target in panel["targets"]}
    first = panel["targets"][0]
    others = {field: f"${target['refId']}" for field, target in targets.items() if target is not first}
    load = "".join(f"{{{{ {name} := {query(targets[field]['expr'])} | query }}}}" for field, name in others.items())
    same = " ".join(f"(eq .Labels.{label} $row.Labels.{label})" for label in labels)
    heads, cells = [], []
    for field, title in shown:
        if field in labels:
            heads.append(f"<th>{text(title)}</th>")
            cells.append(f"<td>{{{{ $row.Labels.{field} }}}}</td>")
            continue
        config = column_config(panel, title)
        cell = f'<span class="{colour(config)}">{value(config)}</span>'
        if field in others:
            cell = f"{{{{ range {others[field]} }}}}{{{{ if and {same} }}}}{{{{ $v := .Value }}}}{cell}{{{{ end }}}}{{{{ end }}}}"
        heads.append(f'<th class="number">{text(title)}</th>')
        cells.append(f'<td class="number">{cell}</td>')
    nothing = text(panel["fieldConfig"]["defaults"].get("noValue", "no data"))
    inside = (
        f'{load}{{{{ with {sorted_query(first, labels)} }}}}<div class="scroll"><table><thead><tr>{"".join(heads)}</tr></thead><tbody>'
        f"{{{{ range . }}}}{{{{ $row := . }}}}{{{{ $v := .Value }}}}<tr>{''.join(cells)}</tr>\n{{{{ end }}}}</tbody></table></div>"
        f'{{{{ else }}}}<p class="value none">{nothing}</p>{{{{ end }}}}'
    )
    return frame("section", "table", panel, inside)


PANELS = {"row": row, "stat": stat, "timeseries": graph, "table": table}
