#!/usr/bin/python
# Copyright: the tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: redis_config
short_description: Bring a running Redis or Valkey to its configuration files
version_added: 0.1.0
description:
  - Compares the running server with the wanted settings and with its ACL file, and changes live what can be changed live.
  - What needs a restart is named in RV(restart) and left to the caller.
  - The files themselves are not written. C(CONFIG REWRITE) and C(ACL SAVE) are never used.
options:
  settings:
    description:
      - Directive and value, as in the configuration file. No secrets here.
      - Directives unknown to C(CONFIG GET) are passed over.
    type: dict
    required: true
  acl_file:
    description: ACL file of the server. It is loaded when its users, their state or their passwords are not those of the server.
    type: path
    required: true
  acl_changed:
    description: Load O(acl_file) in any case. Rules of commands and keys are not compared, as each version prints them differently.
    type: bool
    default: false
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
extends_documentation_fragment:
  - tierstack.librechat.attributes
  - tierstack.librechat.redis_login
author:
  - The tierstack authors (@tierstack)
"""

EXAMPLES = r"""
- name: Twice the memory, no restart
  tierstack.librechat.redis_config:
    socket: /run/redis/redis-server.sock
    login_user: admin
    login_password: "{{ redis_admin_password }}"
    acl_file: /etc/redis/users.acl
    settings:
      maxmemory: 512mb
  register: result
"""

RETURN = r"""
applied:
  description: Settings changed live, or to be changed live in check mode.
  returned: success
  type: list
  elements: str
  sample: [maxmemory]
restart:
  description:
    - Settings that only a restart can change.
    - V(unixsocket) if nothing listens at O(socket), V(aclfile) if the server does not know O(login_user) with O(login_password).
  returned: success
  type: list
  elements: str
  sample: [port]
acl_loaded:
  description: Whether the ACL file was, or would be, loaded.
  returned: success
  type: bool
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.tierstack.librechat.plugins.module_utils.redis.server import (
    RESTART_ONLY,
    acl_users,
    connect,
    differences,
    listening,
    normalise,
    server_argument_spec,
)

try:
    from redis import ResponseError
except ImportError:  # reported by connect()
    ResponseError = Exception


def apply(client, names, settings, check_mode):
    """Set each setting; what the server refuses to change live, in valid files, needs a restart."""
    applied, restart = [], []
    for name in names:
        try:
            if name in RESTART_ONLY:
                restart.append(name)
                continue
            if not check_mode:
                client.config_set(name, normalise(settings[name]))
            applied.append(name)
        except ResponseError:
            restart.append(name)
    return applied, restart


def main():
    module = AnsibleModule(
        argument_spec=dict(
            server_argument_spec(),
            settings={"type": "dict", "required": True},
            acl_file={"type": "path", "required": True},
            acl_changed={"type": "bool", "default": False},
        ),
        supports_check_mode=True,
    )
    settings = module.params["settings"]

    if not listening(module.params["socket"]):
        module.exit_json(changed=True, applied=[], restart=["unixsocket"], acl_loaded=False)
    client = connect(module)
    if client is None:
        module.exit_json(changed=True, applied=[], restart=["aclfile"], acl_loaded=False)

    live = client.config_get("*")
    names = differences(settings, live)
    applied, restart = apply(client, names, settings, module.check_mode)

    with open(module.params["acl_file"], encoding="utf-8") as acl_file:
        load_acl = module.params["acl_changed"] or acl_users(acl_file) != acl_users(client.acl_list())
    if load_acl and not module.check_mode:
        client.acl_load()

    module.exit_json(
        changed=bool(names) or load_acl,
        applied=applied,
        restart=restart,
        acl_loaded=load_acl,
        diff={
            "before": {name: normalise(live[name]) for name in names},
            "after": {name: normalise(settings[name]) for name in names},
        },
    )


if __name__ == "__main__":
    main()
