#!/usr/bin/python
# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module tierstack.librechat.tree_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: tree_info
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Identify a directory of source code
description:
  - Returns a fingerprint that is the same wherever and whenever the same tree is checked out, and says whether the tree is built.
  - C(.git) and C(.env) are not looked at. A tree with the data directory of a server in it is refused.
extends_documentation_fragment:
  - tierstack.librechat.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
options:
  path:
    description: Directory to look at.
    type: path
    required: true
  built_when:
    description: Paths below O(path) that only a built tree has, all of them.
    type: list
    elements: str
    default: []
  build:
    description:
      - Whether the tree will be built before it is used. With V(auto) it will, unless it is built already.
      - Of a tree that will be built, installed packages (C(node_modules)) do not count.
    type: str
    choices: [auto, always, never]
    default: auto
"""

EXAMPLES = r"""
- name: Which release is this
  tierstack.librechat.tree_info:
    path: /home/me/LibreChat
    built_when: [node_modules, client/dist/index.html]
  delegate_to: localhost
  register: tree
"""

RETURN = r"""
fingerprint:
  description: Digest of paths, contents, links and executable bits.
  returned: success
  type: str
  sample: 3f0c9a6be1d2
to_build:
  description: Whether the tree is to be built before it is used.
  returned: success
  type: bool
missing:
  description: Paths of O(built_when) that are not there.
  returned: success
  type: list
  elements: str
"""

import os

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.tierstack.librechat.plugins.module_utils.tree import DataInside, fingerprint


def main():
    """Look, and say."""
    module = AnsibleModule(
        argument_spec={
            "path": {"type": "path", "required": True},
            "built_when": {"type": "list", "elements": "str", "default": []},
            "build": {"type": "str", "choices": ["auto", "always", "never"], "default": "auto"},
        },
        supports_check_mode=True,
    )
    path, build = module.params["path"], module.params["build"]
    if not os.path.isdir(path):
        module.fail_json(msg=f"{path} is not a directory.")
    missing = [name for name in module.params["built_when"] if not os.path.exists(os.path.join(path, name))]
    to_build = build == "always" or (build == "auto" and bool(missing))
    try:
        digest = fingerprint(path, with_installed=not to_build)
    except DataInside as error:
        module.fail_json(
            msg=f"{error} It is no part of a release, and each of its changes would make another one. Move it out of {path}, or release from Git."
        )
    except OSError as error:
        module.fail_json(
            msg=f"{error.filename} cannot be read: {error.strerror}. It would be missing in the release. Make it readable, or move it out of {path}."
        )
    module.exit_json(fingerprint=digest, to_build=to_build, missing=missing)


if __name__ == "__main__":
    main()
