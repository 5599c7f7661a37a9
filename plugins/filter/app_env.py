# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter tierstack.librechat.app_env."""

from __future__ import annotations

DOCUMENTATION = r"""
name: app_env
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Say what the environment of the application is
description:
  - Puts together the settings of the app contract, where the databases are, the numbers of the capacity model and the secrets.
  - It is the one place that says which variable carries what, for every way to run the application.
positional: _input
options:
  _input:
    description: The app contract, of which C(env) are settings of the application's own.
    type: dict
    required: true
  endpoints:
    description: Where the databases are. C(mongo_uri), C(redis_uri), C(redis_cluster), C(redis_user), C(redis_password), C(redis_key_prefix).
    type: dict
    required: true
  numbers:
    description: Numbers of the capacity model by name, at least those of the pools, of the limits per user and address, and of the drain.
    type: dict
    required: true
  secrets:
    description: C(jwt_secret), C(jwt_refresh_secret), C(creds_key), C(creds_iv), C(metrics_secret).
    type: dict
    required: true
  site:
    description:
      - C(address) of the workers, C(release), C(public_url), C(trusted_hops) (proxies in front), C(allow_registration), C(log_dir).
    type: dict
    required: true
  extra:
    description: Settings of the administrator, which win over all.
    type: dict
    default: {}
"""

EXAMPLES = r"""
- name: Write the environment of the application
  ansible.builtin.copy:
    content: "{{ (environment | tierstack.librechat.env_file).text }}"
    dest: /etc/chat.env
    mode: "0600"
  vars:
    environment: "{{ contract | tierstack.librechat.app_env(endpoints=endpoints, numbers=numbers, secrets=secrets, site=site) }}"
"""

RETURN = r"""
_value:
  description: Value of each variable, by its name.
  type: dict
"""

from ansible_collections.tierstack.librechat.plugins.module_utils.app_environment import app_env


class FilterModule:
    """Offer the filter to Ansible."""

    def filters(self):
        """Return the filters of this file."""
        return {"app_env": app_env}
