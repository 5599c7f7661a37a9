#!/usr/bin/python
# Copyright: the tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: redis_slots
short_description: Give all free slots of a one-node Redis Cluster to its node
version_added: 0.1.0
description:
  - Assigns the hash slots that no node holds, and waits until the cluster serves.
  - Only the free ranges are asked for. A server that became a cluster node over existing keys has claimed their slots,
    and refuses a range that contains one of them as a whole.
  - A node that knows others is not changed. There, slots are moved by a rebalance.
options:
  timeout:
    description: Seconds to wait for the cluster to serve. Redis itself takes 2 to 3 seconds after each start.
    type: int
    default: 30
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
extends_documentation_fragment:
  - tierstack.librechat.attributes
  - tierstack.librechat.redis_login
author:
  - The tierstack authors (@tierstack)
"""

EXAMPLES = r"""
- name: All slots on this node
  tierstack.librechat.redis_slots:
    socket: /run/redis/redis-server.sock
    login_user: admin
    login_password: "{{ redis_admin_password }}"
"""

RETURN = r"""
assigned:
  description: Ranges of slots that were, or would be, assigned.
  returned: success
  type: list
  elements: list
  sample: [[0, 16383]]
state:
  description: C(cluster_state) of C(CLUSTER INFO).
  returned: success
  type: str
  sample: ok
slots_ok:
  description: C(cluster_slots_ok) of C(CLUSTER INFO).
  returned: success
  type: int
  sample: 16384
addresses:
  description: Addresses of the nodes as C(CLUSTER SLOTS) tells them to clients.
  returned: success
  type: list
  elements: str
  sample: ["10.0.0.5:6379"]
"""

import time

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.tierstack.librechat.plugins.module_utils.redis.cluster import SLOTS, cluster_info
from ansible_collections.tierstack.librechat.plugins.module_utils.redis.server import (
    addresses,
    connect,
    free_ranges,
    listening,
    server_argument_spec,
)


def read(client):
    return cluster_info(client.execute_command("CLUSTER", "INFO")), client.execute_command("CLUSTER", "SLOTS")


def serves(info):
    return info["cluster_state"] == "ok" and int(info["cluster_slots_ok"]) == SLOTS


def main():
    module = AnsibleModule(
        argument_spec=dict(server_argument_spec(), timeout={"type": "int", "default": 30}),
        supports_check_mode=True,
    )

    client = connect(module) if listening(module.params["socket"]) else None
    clustered = client is not None and client.info("cluster")["cluster_enabled"] == 1
    if not clustered:
        if module.check_mode:
            module.exit_json(changed=True, assigned=[(0, SLOTS - 1)], state="down", slots_ok=0, addresses=[])
        module.fail_json(msg=f"No cluster node serves this user at {module.params['socket']}.")

    info, slots = read(client)
    free = free_ranges(slots)
    if free and int(info["cluster_known_nodes"]) > 1:
        module.fail_json(
            msg=f"Slots {free} have no node, and the cluster has {info['cluster_known_nodes']} nodes: look at CLUSTER NODES, then rebalance."
        )

    if not module.check_mode:
        for first, last in free:
            client.execute_command("CLUSTER", "ADDSLOTSRANGE", first, last)
        deadline = time.monotonic() + module.params["timeout"]
        while not serves(info):
            if time.monotonic() > deadline:
                module.fail_json(
                    msg=f"The cluster does not serve after {module.params['timeout']} s: state {info['cluster_state']}, "
                    f"{info['cluster_slots_ok']} of {SLOTS} slots."
                )
            time.sleep(0.2)
            info, slots = read(client)

    module.exit_json(
        changed=bool(free),
        assigned=free,
        state=info["cluster_state"],
        slots_ok=int(info["cluster_slots_ok"]),
        addresses=addresses(slots),
    )


if __name__ == "__main__":
    main()
