#!/usr/bin/python
# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module tierstack.librechat.nginx_upstream."""

from __future__ import annotations

DOCUMENTATION = r"""
module: nginx_upstream
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Take servers out of an upstream of Nginx, and put them back
description:
  - Adds C(down) to the C(server) directives of an upstream, or removes it. Every other byte of the file stays.
  - The new configuration is proved with C(nginx -t) before it is installed. Nginx is reloaded, and the module returns when the reload
    is in effect, which is when every old worker process of Nginx only finishes what it has begun.
  - Requests and streams that a server has already are not touched. The module M(tierstack.librechat.worker_drain) waits for their end.
  - When the reload does not take effect, the file is put back and the module fails.
extends_documentation_fragment:
  - tierstack.librechat.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
options:
  path:
    description: File with the upstream, which must be the main configuration file of Nginx.
    type: path
    default: /etc/nginx/nginx.conf
  upstream:
    description: Name of the upstream.
    type: str
    default: workers
  servers:
    description: The servers to switch, each an address as the configuration has it.
    type: list
    elements: str
    required: true
  state:
    description: Whether the servers get new requests.
    type: str
    choices: [up, down]
    required: true
  least_up:
    description: So many servers of the upstream stay up. The module fails, and changes nothing, before there are fewer.
    type: int
    default: 1
  service:
    description: Unit of systemd that runs Nginx. It is reloaded only when it is active.
    type: str
    default: nginx.service
seealso:
  - module: tierstack.librechat.worker_drain
"""

EXAMPLES = r"""
- name: No new requests for this worker
  tierstack.librechat.nginx_upstream:
    servers: ["192.0.2.10:3080"]
    state: down

- name: It gets requests again
  tierstack.librechat.nginx_upstream:
    servers: ["192.0.2.10:3080"]
    state: up
"""

RETURN = r"""
up:
  description: Servers of the upstream that get new requests, after the change.
  returned: success
  type: list
  elements: str
  sample: ["192.0.2.10:3081"]
down:
  description: Servers of the upstream that get none, after the change.
  returned: success
  type: list
  elements: str
  sample: ["192.0.2.10:3080"]
absent:
  description: Servers that were to be switched, and are not in the upstream. All of them when the file does not exist yet.
  returned: success
  type: list
  elements: str
  sample: []
"""

import os
import tempfile
import time

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.tierstack.librechat.plugins.module_utils.rollout.upstream import members, switch

RELOAD_SECONDS = 5
POLL_SECONDS = 0.1


class Nginx:
    """The running Nginx, as a unit of systemd."""

    def __init__(self, module):
        self.module = module
        self.unit = module.params["service"]

    def systemctl(self, *arguments):
        """Run systemctl and return its exit status and output."""
        return self.module.run_command(["systemctl", *arguments, self.unit])

    def is_active(self):
        return self.systemctl("is-active", "--quiet")[0] == 0

    def serving(self):
        """Return the worker processes that accept connections, and not those that only finish what they have begun."""
        master = self.systemctl("show", "--property=MainPID", "--value")[1].strip()
        processes = self.module.run_command(["ps", "--ppid", master, "-o", "pid=,args="])[1]
        titles = dict(line.split(None, 1) for line in processes.splitlines())
        return {pid for pid, title in titles.items() if title.strip() == "nginx: worker process"}

    def reload(self):
        """Reload, wait until only new worker processes serve, and return what went wrong, if anything."""
        old = self.serving()
        code, out, err = self.systemctl("reload")
        if code != 0:
            return (err or out).strip()
        end = time.monotonic() + RELOAD_SECONDS
        while time.monotonic() < end:
            now = self.serving()
            if now and not now & old:
                return None
            time.sleep(POLL_SECONDS)
        return f"the reload is not in effect after {RELOAD_SECONDS} s; see Nginx' error log"


def stage(path, text):
    """Write the text beside the file, where what it includes by a relative path is found."""
    directory, name = os.path.split(path)
    handle, staged = tempfile.mkstemp(prefix=f".{name}.", dir=directory)
    with open(handle, "w", encoding="utf-8", newline="", errors="surrogateescape") as file:
        file.write(text)
    return staged


def install(module, path, text):
    """Prove the text and put it in the place of the file."""
    staged = stage(path, text)
    module.add_cleanup_file(staged)
    code, out, err = module.run_command([module.get_bin_path("nginx", required=True), "-t", "-q", "-c", staged])
    if code != 0:
        module.fail_json(msg=f"Nginx refuses the new configuration; {path} is as it was. {(err or out).strip()}")
    module.atomic_move(staged, path)


def read(path):
    """Return the text of the file, byte for byte, or nothing when there is no file."""
    try:
        with open(path, encoding="utf-8", newline="", errors="surrogateescape") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def main():
    """Compare, then act."""
    module = AnsibleModule(
        argument_spec={
            "path": {"type": "path", "default": "/etc/nginx/nginx.conf"},
            "upstream": {"type": "str", "default": "workers"},
            "servers": {"type": "list", "elements": "str", "required": True},
            "state": {"type": "str", "choices": ["up", "down"], "required": True},
            "least_up": {"type": "int", "default": 1},
            "service": {"type": "str", "default": "nginx.service"},
        },
        supports_check_mode=True,
    )
    path, upstream, servers, state = (module.params[key] for key in ("path", "upstream", "servers", "state"))
    before = read(path)
    after = switch(before, upstream, servers, state)
    up, down = members(after, upstream)
    result = {
        "changed": after != before,
        "up": up,
        "down": down,
        "absent": [server for server in servers if server not in up + down],
        "diff": {"before_header": path, "after_header": path, "before": before, "after": after},
    }
    if result["changed"] and state == "down" and len(up) < module.params["least_up"]:
        module.fail_json(
            msg="Without {} the upstream {} would have {} servers up ({}), and least_up is {}. Nothing was changed.".format(
                ", ".join(servers), upstream, len(up), ", ".join(up) or "none", module.params["least_up"]
            )
        )
    if result["changed"] and not module.check_mode:
        install(module, path, after)
        nginx = Nginx(module)
        problem = nginx.reload() if nginx.is_active() else None
        if problem:
            install(module, path, before)
            nginx.systemctl("reload")
            module.fail_json(msg=f"{path} was put back: {problem}")
    module.exit_json(**result)


if __name__ == "__main__":
    main()
