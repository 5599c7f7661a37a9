#!/usr/bin/python
# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module tierstack.librechat.running_numbers."""

from __future__ import annotations

DOCUMENTATION = r"""
module: running_numbers
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Read the numbers that a host's services are configured with
description:
  - Reads the configuration files of MongoDB, Redis, the workers, Nginx, Prometheus and the kernel, as the roles write them,
    and returns each number under the name of the role's variable.
  - A file that is not there is passed over, so that one call serves every host. Nothing but numbers is returned, no secrets.
  - The application's environment is readable for its own user only, so that this needs C(become).
extends_documentation_fragment:
  - tierstack.librechat.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
options:
  mongo_config_file:
    description: Configuration file of mongod.
    type: path
    default: /etc/mongod.conf
  redis_package:
    description: Which of Debian's packages serves, and so the name of its directory and of its unit.
    type: str
    choices: [redis, valkey]
    default: redis
  app_root:
    description: Directory of the application, with C(ecosystem.json) and C(config/current/env).
    type: path
    default: /srv/librechat
  app_user:
    description: User of the workers, and so the name of the unit of PM2.
    type: str
    default: librechat
"""

EXAMPLES = r"""
- name: What is this host configured with
  tierstack.librechat.running_numbers:
    app_root: /srv/librechat
    app_user: librechat
  become: true
  register: running

- name: How large may a worker's pool of connections grow
  ansible.builtin.debug:
    msg: "{{ running.numbers.app_release_mongo_max_pool_size | default('no worker here') }}"
"""

RETURN = r"""
numbers:
  description: Variable and number. A list of numbers where one variable is written at several places that disagree.
  returned: success
  type: dict
  sample: {app_pm2_workers: 4, mongo_max_incoming_connections: 500}
files:
  description: Files that were read.
  returned: success
  type: list
  elements: str
  sample: [/etc/mongod.conf]
"""

import os

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.tierstack.librechat.plugins.module_utils.running_numbers import (
    NotUnderstood,
    paths,
    running_numbers,
)


def read(path):
    """Return the text of a file."""
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def main():
    """Read, and say."""
    module = AnsibleModule(
        argument_spec={
            "mongo_config_file": {"type": "path", "default": "/etc/mongod.conf"},
            "redis_package": {"type": "str", "choices": ["redis", "valkey"], "default": "redis"},
            "app_root": {"type": "path", "default": "/srv/librechat"},
            "app_user": {"type": "str", "default": "librechat"},
        },
        supports_check_mode=True,
    )
    present = {kind: path for kind, path in paths(**module.params).items() if os.path.isfile(path)}
    numbers = {}
    try:
        numbers = running_numbers({kind: read(path) for kind, path in present.items()})
    except OSError as problem:
        module.fail_json(msg=f"{problem.filename} cannot be read: {problem.strerror}")
    except NotUnderstood as problem:
        module.fail_json(msg=f"{present[problem.kind]} cannot be understood: it is {problem}.")
    module.exit_json(changed=False, numbers=numbers, files=sorted(present.values()))


if __name__ == "__main__":
    main()
