# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the page looks: on a light screen, on a dark one, and on paper."""

from __future__ import annotations

STYLE = """
:root {
  --ground: #fff; --paper: #f5f6f8; --ink: #1c2128; --faint: #5b6470; --line: #d0d5dc;
  --ok: #1a7f4b; --accepted: #9a6200; --failed: #c22f2f;
  --app_pm2: #3465a4; --mongo: #2e8540; --redis: #c4402f; --nginx: #7a4fa3; --monitoring: #c27c0e; --system: #7d8590;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171c; --paper: #1e232a; --ink: #e6e9ed; --faint: #a0a9b5; --line: #3b434e;
    --ok: #46b97c; --accepted: #dca33c; --failed: #f0716b;
    --app_pm2: #7aa7e0; --mongo: #62b873; --redis: #ec8073; --nginx: #b591da; --monitoring: #e3aa4d; --system: #98a1ac;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
main { max-width: 1280px; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.7rem; margin: 0 0 .5rem; }
h2 { font-size: 1.25rem; margin: 2.2rem 0 .7rem; border-bottom: 1px solid var(--line); padding-bottom: .3rem; }
h3 { font-size: 1.02rem; margin: 1.4rem 0 .4rem; }
p { margin: .4rem 0; }
small { display: block; color: var(--faint); }
code { font: .9em ui-monospace, monospace; }
figure { margin: 1.5rem 0; }
.figures { display: flex; flex-wrap: wrap; gap: .6rem; list-style: none; padding: 0; margin: 1rem 0; }
.figures li { background: var(--paper); border: 1px solid var(--line); border-radius: 6px; padding: .5rem .9rem; color: var(--faint); }
.figures b { display: block; font-size: 1.4rem; color: var(--ink); }
.badge { border: 1px solid; border-radius: 1em; padding: 0 .6em; font-size: .85em; white-space: nowrap; color: var(--faint); }
.badge.ok, .badge.measured { color: var(--ok); }
.badge.accepted, .badge.assumed { color: var(--accepted); }
.badge.FAILED { color: var(--failed); font-weight: bold; }
.overridden { color: var(--accepted); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--line); }
th { color: var(--faint); font-weight: 600; white-space: nowrap; }
td.value, td.running, td.slack, td.full, td.cores, td.memory { white-space: nowrap; font-variant-numeric: tabular-nums; }
td.subject { min-width: 11rem; overflow-wrap: anywhere; }
td.host, td.service { white-space: nowrap; }
td.remediation { min-width: 13rem; }
td.value small { white-space: normal; }
tr { break-inside: avoid; }
.bars { display: grid; gap: .45rem; }
.bar { display: grid; grid-template-columns: 15rem 1fr 17rem; gap: 0 .8rem; align-items: center; font-size: .9rem; break-inside: avoid; }
.bar .much { color: var(--faint); font-variant-numeric: tabular-nums; }
.bar .of { grid-column: 2 / 4; }
.track { position: relative; height: .95rem; background: var(--paper); border: 1px solid var(--line); border-radius: 3px; overflow: hidden; display: flex; }
.track i { display: block; height: 100%; background: var(--app_pm2); }
.track i.accepted { background: var(--accepted); }
.track i.FAILED { background: var(--failed); }
.track.stacked { height: 1.3rem; }
.track i.part { border-right: 1px solid var(--ground); }
.track i.mark { position: absolute; width: 3px; background: var(--ink); }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; font-size: .9rem; }
.legend i { display: inline-block; width: .8rem; height: .8rem; border-radius: 2px; }
.legend i.mark { width: 3px; background: var(--ink); }
.part.app_pm2 { background: var(--app_pm2) !important; } .part.mongo { background: var(--mongo) !important; }
.part.redis { background: var(--redis) !important; } .part.nginx { background: var(--nginx) !important; }
.part.monitoring { background: var(--monitoring) !important; } .part.system { background: var(--system) !important; }
.topology { width: 100%; height: auto; font: 12px system-ui, sans-serif; }
.topology text { fill: var(--ink); }
.topology .host { fill: var(--paper); stroke: var(--line); stroke-width: 1.5; }
.topology .label { fill: var(--faint); font-weight: 600; }
.topology .service { fill: var(--ground); stroke: var(--system); stroke-width: 2; }
.topology .service.nginx, .topology .edge.nginx { stroke: var(--nginx); }
.topology .service.app, .topology .edge.app { stroke: var(--app_pm2); }
.topology .service.mongo, .topology .edge.mongo { stroke: var(--mongo); }
.topology .service.redis, .topology .edge.redis { stroke: var(--redis); }
.topology .service.monitoring { stroke: var(--monitoring); }
.topology .name { font-weight: 700; font-size: 13px; }
.topology .fact { fill: var(--faint); font-size: 11.5px; }
.topology .edge { fill: none; stroke-width: 2; }
.topology .flow { font-size: 11.5px; paint-order: stroke; stroke: var(--paper); stroke-width: 4px; stroke-linejoin: round; }
@media screen and (max-width: 800px) {
  .bar { grid-template-columns: 1fr; }
  .bar .of { grid-column: 1; }
  figure.wide { overflow-x: auto; }
  .topology { min-width: 900px; }
}
@media print {
  :root {
    --ground: #fff; --paper: #f5f6f8; --ink: #000; --faint: #444; --line: #bbb;
    --ok: #1a7f4b; --accepted: #8a5600; --failed: #b02020;
    --app_pm2: #3465a4; --mongo: #2e8540; --redis: #c4402f; --nginx: #7a4fa3; --monitoring: #c27c0e; --system: #7d8590;
  }
  @page { size: A4 landscape; margin: 12mm; }
  :root { font-size: 10.5px; }
  body { font-size: 1rem; }
  small { display: inline; margin-left: .6em; }
  td.why { line-height: 1.3; }
  main { max-width: none; padding: 0; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .scroll { overflow: visible; }
  h2, h3 { break-after: avoid; }
}
"""
