# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter tierstack.librechat.console_page."""

from __future__ import annotations

DOCUMENTATION = r"""
name: console_page
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Show a dashboard without Grafana
description:
  - Turns a dashboard of Grafana into a console template of Prometheus, with the same panels, numbers and limits.
  - Knows rows and panels of the types C(stat), C(timeseries) and C(table), and the variable C(host).
positional: _input
options:
  _input:
    description: Text of the dashboard, as Grafana imports it.
    type: str
    required: true
  pages:
    description: Title of each page by its file name, in the order of the navigation.
    type: dict
    required: true
  style:
    description: Style sheet to put into the page.
    type: str
    default: ""
  script:
    description: Script to put into the page. It draws what the page describes.
    type: str
    default: ""
  links:
    description: More pages to lead to, address by title.
    type: dict
    default: {}
  scrape_s:
    description: Seconds between two samples.
    type: int
    default: 15
"""

EXAMPLES = r"""
- name: The page
  ansible.builtin.copy:
    content: "{{ dashboard | to_json | tierstack.librechat.console_page({'overview': 'Overview'}) }}"
    dest: /tmp/overview.html
    mode: "0644"
  vars:
    dashboard:
      title: Overview
      description: Is all well?
      templating: {list: []}
      panels:
        - title: Nginx
          description: Whether Nginx answers.
          type: stat
          gridPos: {w: 4}
          targets: [{refId: A, expr: min(nginx_up), legendFormat: ""}]
          fieldConfig: {defaults: {unit: none}, overrides: []}
          options: {textMode: auto}
"""

RETURN = r"""
_value:
  description: The template, for a file below C(/etc/prometheus/consoles).
  type: str
"""

import json

from ansible_collections.tierstack.librechat.plugins.plugin_utils.pages.console import console_page as page


def console_page(dashboard, pages, style="", script="", links=None, scrape_s=15):
    """Return what the documentation above says."""
    return page(json.loads(dashboard), pages, style, script, links, int(scrape_s))


class FilterModule:
    """Offer the filter to Ansible."""

    def filters(self):
        """Return the filters of this file."""
        return {"console_page": console_page}
