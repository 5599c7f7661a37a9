#!/usr/bin/python
# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation of tierstack.librechat.listener_facts, which is an action plugin."""

from __future__ import annotations

DOCUMENTATION = r"""
module: listener_facts
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Read which programs listen on which TCP ports
description:
  - Asks C(ss) and C(ps) on the host with one plain command. Where they are missing, the list is empty.
  - A host is asked once in a run of Ansible, however often the task is there. What a cache of facts knows of an earlier run does not count.
  - The fact has the name and the keys that M(community.general.listen_ports_facts) gives it.
extends_documentation_fragment:
  - tierstack.librechat.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
options: {}
"""

EXAMPLES = r"""
- name: Read which ports are in use
  tierstack.librechat.listener_facts:
"""

RETURN = r"""
ansible_facts:
  description: What is known of the host.
  returned: always
  type: dict
  contains:
    tcp_listen:
      description: An entry for each socket and process.
      type: list
      elements: dict
      sample: [{address: 0.0.0.0, port: 443, name: nginx, pid: 812, user: root}]
    tcp_listen_run:
      description: The run of Ansible that has asked.
      type: str
"""
