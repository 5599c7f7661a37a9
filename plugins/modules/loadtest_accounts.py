#!/usr/bin/python
# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module tierstack.librechat.loadtest_accounts."""

from __future__ import annotations

DOCUMENTATION = r"""
module: loadtest_accounts
version_added: 0.1.0
author: The tierstack authors (@tierstack)
short_description: Make the accounts of a load test
description:
  - Registers numbered accounts at the workers' own addresses, and finds out by logging in which of them are there already.
  - Each account comes from an address of its own, said in C(X-Forwarded-For), so that limits for an address do not count.
  - Accounts are made in blocks, and of a block the last account last. So a block that was cut off is made again.
  - Registration must be allowed. Whoever registers first in an empty installation becomes its administrator; the module warns if that was an
    account of its own.
extends_documentation_fragment:
  - tierstack.librechat.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
options:
  workers:
    description: Addresses of workers, each as address:port.
    type: list
    elements: str
    required: true
  count:
    description: How many accounts there must be.
    type: int
    required: true
  email:
    description: E-mail address of an account, with C(%04d) for its number.
    type: str
    required: true
  password:
    description: Password of all of them.
    type: str
    required: true
  register_path:
    description: Path of the registration.
    type: str
    default: /api/auth/register
  login_path:
    description: Path of the login.
    type: str
    default: /api/auth/login
  user_agent:
    description: Browser to pass for.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Fifty accounts
  tierstack.librechat.loadtest_accounts:
    workers: [10.0.0.5:3080]
    count: 50
    email: loadtest-%04d@example.org
    password: "{{ loadtest_password }}"
    user_agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36
"""

RETURN = r"""
made:
  description: How many accounts were made, or would be in check mode.
  returned: success
  type: int
"""

import json
from concurrent.futures import ThreadPoolExecutor
from urllib.error import HTTPError

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.urls import open_url
from ansible_collections.tierstack.librechat.plugins.module_utils.loadtest.accounts import (
    address,
    blocks,
    first_missing,
)

AT_A_TIME = 4


class Accounts:
    """The accounts, as the workers know them."""

    def __init__(self, options):
        self.options = options

    def ask(self, path, number, **body):
        """Send a request in the name of an account and return (status, answer)."""
        workers = self.options["workers"]
        try:
            answer = open_url(
                f"http://{workers[number % len(workers)]}{path}",
                method="POST",
                data=json.dumps({"email": self.options["email"] % number, **body}),
                headers={
                    "Content-Type": "application/json",
                    "User-Agent": self.options["user_agent"],
                    "X-Forwarded-For": address(number),
                },
                timeout=30,
                use_proxy=False,
            )
            return answer.status, json.loads(answer.read())
        except HTTPError as error:
            return error.code, error.read().decode(errors="replace")

    def login(self, number):
        """Return the account as the service knows it, or None if it does not."""
        status, answer = self.ask(self.options["login_path"], number, password=self.options["password"])
        if status == 200:
            return answer.get("user") or {}
        if status in (401, 404, 422):
            return None
        raise RuntimeError(f"the login of {self.options['email'] % number} was answered {status}: {str(answer)[:200]}")

    def register(self, number):
        """Make an account."""
        password = self.options["password"]
        name = f"loadtest-{number:04d}"
        more = {"name": name, "username": name, "password": password, "confirm_password": password}
        status, answer = self.ask(self.options["register_path"], number, **more)
        if status != 200:
            raise RuntimeError(
                f"the registration of {self.options['email'] % number} was answered {status}: {str(answer)[:200]}. "
                "Registration must be allowed while accounts are made (app_release_allow_registration)."
            )


def main():
    """Find out how many there are, and make the rest."""
    module = AnsibleModule(
        argument_spec={
            "workers": {"type": "list", "elements": "str", "required": True},
            "count": {"type": "int", "required": True},
            "email": {"type": "str", "required": True},
            "password": {"type": "str", "required": True, "no_log": True},
            "register_path": {"type": "str", "default": "/api/auth/register"},
            "login_path": {"type": "str", "default": "/api/auth/login"},
            "user_agent": {"type": "str", "required": True},
        },
        supports_check_mode=True,
    )
    accounts = Accounts(module.params)
    wanted = blocks(module.params["count"])
    try:
        missing = wanted[first_missing(wanted, lambda block: accounts.login(block[-1]) is not None) :]
        made = sum(map(len, missing))
        if missing and not module.check_mode:
            with ThreadPoolExecutor(AT_A_TIME) as pool:
                for block in missing:
                    list(pool.map(accounts.register, block[:-1]))
                    accounts.register(block[-1])
            if accounts.login(wanted[-1][-1]) is None:
                raise RuntimeError(
                    "the accounts were registered, but cannot log in. Must an address be verified first?"
                )
            if (accounts.login(1) or {}).get("role") == "ADMIN":
                module.warn(
                    f"{module.params['email'] % 1} was the first account of this installation and is its administrator now. "
                    "Make an account of your own the administrator, and take that role from this one."
                )
    except (OSError, RuntimeError, ValueError) as error:
        module.fail_json(msg=f"The accounts of the load test could not be made: {error}")
    module.exit_json(changed=bool(missing), made=made)


if __name__ == "__main__":
    main()
