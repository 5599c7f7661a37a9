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
- name: What is the environment of a worker
  ansible.builtin.debug:
    msg: "{{ contract | tierstack.librechat.app_env(endpoints=endpoints, numbers=numbers, secrets=secrets, site=site) }}"
  vars:
    contract: {env: {NODE_ENV: production}}
    endpoints:
      mongo_uri: mongodb://192.0.2.10/LibreChat?replicaSet=rs0
      redis_uri: redis://192.0.2.10:6379
      redis_cluster: true
      redis_user: librechat
      redis_password: "{{ vaulted_redis_password | default('') }}"
      redis_key_prefix: librechat
    numbers: "{{ dict(names | zip([10] * 14)) }}"
    names:
      - app_release_mongo_max_pool_size
      - app_release_mongo_min_pool_size
      - app_release_mongo_max_connecting
      - app_release_mongo_max_idle_time_ms
      - app_release_mongo_wait_queue_timeout_ms
      - app_release_redis_max_listeners
      - app_release_concurrent_message_max
      - app_release_message_ip_max
      - app_release_message_user_max
      - app_release_login_max
      - app_release_register_max
      - app_release_keep_alive_timeout_ms
      - app_release_headers_timeout_ms
      - app_release_drain_s
    secrets: {jwt_secret: "", jwt_refresh_secret: "", creds_key: "", creds_iv: "", metrics_secret: ""}
    site:
      address: 192.0.2.10
      release: v0.8.7
      public_url: https://chat.example.org
      trusted_hops: 1
      allow_registration: false
      log_dir: /var/log/librechat
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
