# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter tierstack.librechat.edge_assets."""

from __future__ import annotations

DOCUMENTATION = r"""
name: edge_assets
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Say which hashed assets each edge lacks, and which are of no release that is kept
description:
  - Compares the assets in the releases of the application hosts with those on the edges, by name and size. On the edges all are of 2000-01-01.
positional: _input
options:
  _input:
    description:
      - For each application host the lines C(SIZE MODIFIED CHANGED RELEASE/DIRECTORY/PATH) of its files, times in seconds since 1970.
    type: dict
    required: true
  edges:
    description: For each edge the lines C(SIZE MODIFIED CHANGED PATH) of its files.
    type: dict
    required: true
  directory:
    description: Directory of a release from which the application answers the paths.
    type: str
    required: true
  paths:
    description: Prefixes of the assets' paths in URLs.
    type: list
    elements: str
    required: true
  pattern:
    description: Regular expression that is found in the name of a hashed asset, and in no other.
    type: str
    required: true
  before:
    description: Only what came to the edge before this time, in seconds since 1970, is superfluous.
    type: int
    required: true
"""

EXAMPLES = r"""
- name: What edge-1 lacks
  ansible.builtin.debug:
    msg: >-
      {{ {'app-1': ['34 1769860800 1769860900 v2/dist/assets/main.0a1b2c3d.js']}
         | tierstack.librechat.edge_assets({'edge-1': []}, directory='dist', paths=['/assets/'], pattern='[.][0-9a-f]{8}[.]', before=0) }}
"""

RETURN = r"""
_value:
  description:
    - C(copies), each with C(source) (the application host), C(edge), C(files) (paths there) and C(paths) (paths on the edge).
    - C(superfluous), each with C(edge) and C(paths).
  type: dict
"""

from ansible_collections.tierstack.librechat.plugins.module_utils.rollout.assets import plan


class FilterModule:
    """Offer the filter to Ansible."""

    def filters(self):
        """Return the filters of this file."""
        return {"edge_assets": plan}
