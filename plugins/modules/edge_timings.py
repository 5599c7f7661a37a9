#!/usr/bin/python
# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module tierstack.librechat.edge_timings."""

from __future__ import annotations

DOCUMENTATION = r"""
module: edge_timings
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Tell how Nginx' upstream servers did since a moment
description:
  - Reads what was added to Nginx' access log since an earlier call, and adds up requests, errors and durations of each upstream server.
  - Understands both formats of the role nginx, V(main) and V(json). Lines of another format are left out.
  - A log that was rotated in between is read on where it is now, in the file with C(.1) at its end, and then the new one.
  - Nothing is changed.
extends_documentation_fragment:
  - tierstack.librechat.attributes
attributes:
  check_mode:
    support: full
    details: The log is only read.
  diff_mode:
    support: none
options:
  path:
    description: The access log.
    type: path
    default: /var/log/nginx/access.log
  since:
    description:
      - The RV(mark) of an earlier call. Without it, only a mark is made.
    type: dict
    suboptions:
      inode:
        description: Number of the file.
        type: int
        required: true
      size:
        description: Its size then.
        type: int
        required: true
  stream_paths:
    description:
      - Beginnings of paths at which answers stream. How long they take is the users' business and not counted; whether they fail is.
    type: list
    elements: str
    default: []
  stream_regex:
    description: What is asked for there with C(GET) and matches is a stream. The time until it begins is counted.
    type: str
    default: /stream/
  max_mb:
    description: So much of the log is read, its end.
    type: int
    default: 50
notes:
  - Nginx writes a line when the answer has ended. A stream that is still open is in no line.
seealso:
  - module: tierstack.librechat.canary_watch
"""

EXAMPLES = r"""
- name: Remember where the log is now
  tierstack.librechat.edge_timings:
  register: before

- name: Let users come
  ansible.builtin.wait_for:
    timeout: 30

- name: How did the workers do?
  tierstack.librechat.edge_timings:
    since: "{{ before.mark }}"
    stream_paths: [/api/agents/]
  register: edge
"""

RETURN = r"""
mark:
  description: Where the log is now; null if there is none.
  returned: success
  type: dict
  sample: {inode: 1179650, size: 48213}
upstreams:
  description: What each server did, by address.
  returned: success
  type: dict
  contains:
    requests:
      description: Requests that were sent to it, tried again elsewhere or not.
      type: int
    errors:
      description: Those that it did not answer, or with a status of 500 or above. A client that goes away is none.
      type: int
    durations_ms:
      description: How many of its answers took so many milliseconds.
      type: dict
    first_event_ms:
      description: How many of its streams began after so many milliseconds.
      type: dict
  sample:
    192.0.2.10:3080:
      requests: 412
      errors: 0
      durations_ms: {"3": 120, "4": 251, "11": 35}
      first_event_ms: {"7": 5, "9": 1}
"""

import os

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.tierstack.librechat.plugins.module_utils.rollout.canary.access_log import tally


def stat(path):
    """Return inode and size of a file, or None."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return {"inode": found.st_ino, "size": found.st_size}


def pieces(path, since, now):
    """Return the files to read, the oldest first, each with the first byte and the byte after the last."""
    if since["inode"] == now["inode"]:
        return [(path, since["size"] if since["size"] <= now["size"] else 0, now["size"])]
    rotated = stat(path + ".1")
    rest = [(path + ".1", since["size"], rotated["size"])] if rotated and rotated["inode"] == since["inode"] else []
    return [*rest, (path, 0, now["size"])]


def read(path, begin, end, bounded):
    """Yield the whole lines of a part of a file; of one that begins anywhere, from the next line on."""
    with open(path, "rb") as file:
        file.seek(begin)
        if bounded:
            file.readline()
        while file.tell() < end:
            line = file.readline(end - file.tell())
            if not line.endswith(b"\n"):
                return
            yield line.decode("utf-8", "replace")


def lines(parts, most):
    """Yield the lines of all parts, at most so many bytes, the last ones."""
    left, bounded = most, []
    for path, begin, end in reversed(parts):
        first = max(begin, end - left)
        bounded.insert(0, (path, first, end, first > begin))
        left -= end - first
    for part in bounded:
        yield from read(*part)


def main():
    """Read, and add up."""
    module = AnsibleModule(
        argument_spec={
            "path": {"type": "path", "default": "/var/log/nginx/access.log"},
            "since": {
                "type": "dict",
                "options": {
                    "inode": {"type": "int", "required": True},
                    "size": {"type": "int", "required": True},
                },
            },
            "stream_paths": {"type": "list", "elements": "str", "default": []},
            "stream_regex": {"type": "str", "default": "/stream/"},
            "max_mb": {"type": "int", "default": 50},
        },
        supports_check_mode=True,
    )
    path, since = module.params["path"], module.params["since"]
    now = stat(path)
    upstreams = {}
    if since and now:
        try:
            parts = pieces(path, since, now)
            streams = module.params["stream_paths"], module.params["stream_regex"]
            upstreams = tally(lines(parts, module.params["max_mb"] * 1024**2), *streams)
        except OSError as error:
            module.fail_json(msg=f"{path}: {error.strerror}")
    module.exit_json(changed=False, mark=now, upstreams=upstreams)


if __name__ == "__main__":
    main()
