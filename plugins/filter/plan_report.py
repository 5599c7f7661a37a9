# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter tierstack.librechat.plan_report."""

from __future__ import annotations

DOCUMENTATION = r"""
name: plan_report
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Show a plan as a table, as Markdown, as JSON or as a page
description:
  - Renders what P(tierstack.librechat.capacity_plan#filter) returns, each number with its value, why, slack, and on what it rests.
  - Told what runs, it shows that beside what is planned, and which services a run of site would reload or restart.
  - The same plan gives the same text, without a time, so that a file changes only when the plan does.
positional: _input
options:
  _input:
    description: The plan.
    type: dict
    required: true
  format:
    description:
      - V(text) is for a terminal.
      - V(html) is one page that loads nothing else, with the topology drawn, for a screen or for paper.
      - V(json) is the plan itself, and with O(running) also C(running) and the C(actions) of a run of site.
    type: str
    choices: [text, markdown, json, html]
    default: text
  running:
    description: Of each host that was looked at, what M(tierstack.librechat.running_numbers) returned as C(numbers).
    type: dict
    default: {}
  width:
    description: Longest line of V(text).
    type: int
    default: 150
"""

EXAMPLES = r"""
- name: The plan of 50 users as a page
  ansible.builtin.copy:
    content: "{{ plan | tierstack.librechat.plan_report('html') }}"
    dest: "{{ plan_page }}"
    mode: "0644"
  vars:
    plan: >-
      {{ 50 | tierstack.librechat.capacity_plan(hosts={
           'one': {'groups': ['mongo', 'redis', 'app', 'nginx', 'monitoring'], 'cores': 4, 'memory_mb': 16384}}) }}
    plan_page: /tmp/plan.html
"""

RETURN = r"""
_value:
  description: The report.
  type: str
"""

import json

from ansible.errors import AnsibleFilterError
from ansible_collections.tierstack.librechat.plugins.module_utils.plan.changes import actions
from ansible_collections.tierstack.librechat.plugins.module_utils.plan.tables import plan_markdown, plan_text
from ansible_collections.tierstack.librechat.plugins.plugin_utils.pages.plan import plan_html

WIDTHS = range(60, 1001)


def plain(value):
    """Return dictionaries and lists of Python's own: those of a template yield their values only once."""
    return json.loads(json.dumps(value))


def plan_json(plan, running):
    """Return the plan itself; with what runs, and what a run of site would do."""
    more = {"running": running, "actions": actions(plan, running)} if running else {}
    return json.dumps({**plan, **more}, indent=2) + "\n"


def plan_report(plan, format="text", running=None, width=150):
    """Return the report; see the documentation above."""
    if not isinstance(plan, dict) or not {"users", "hosts", "numbers", "checks", "inputs"} <= set(plan):
        raise AnsibleFilterError("plan_report needs a plan, as the filter capacity_plan returns it.")
    if width not in WIDTHS:
        raise AnsibleFilterError(f"width is {width!r}. It must be a whole number from {WIDTHS[0]} to {WIDTHS[-1]}.")
    render = {
        "text": lambda plan, running: plan_text(plan, running, width),
        "markdown": plan_markdown,
        "json": plan_json,
        "html": plan_html,
    }
    if format not in render:
        raise AnsibleFilterError(f"format is {format!r}. It must be one of {', '.join(render)}.")
    return render[format](plain(plan), plain(running or {}))


class FilterModule:
    """Offer the filter to Ansible."""

    def filters(self):
        """Return the filters of this file."""
        return {"plan_report": plan_report}
