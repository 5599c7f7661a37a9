# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results that the hosts of a play have registered."""

from __future__ import annotations


def collected(variables, hosts, name, key=None):
    """Return what hosts have registered: host -> result.

    :param variables: host -> its variables, Ansible's ``hostvars``
    :param hosts: the hosts to look at
    :param name: name of the registered result
    :param key: without it, the whole result, and an empty one of a host that has none; with it, what stands in the result under this key, and
        nothing of a host that has none
    """
    results = {host: variables[host].get(name) or {} for host in hosts}
    if key is None:
        return results
    return {host: result[key] for host, result in results.items() if key in result}


def first_problem(variables, hosts, names):
    """Return the first failure among registered results, in words, or nothing.

    :param variables: host -> its variables, Ansible's ``hostvars``
    :param hosts: the hosts to look at
    :param names: names of registered results, in the order in which they came
    :returns: ``host: reason``, or an empty string
    """
    for name in names:
        for host in hosts:
            result = variables[host].get(name) or {}
            if result.get("unreachable"):
                return f"{host} cannot be reached any more"
            if result.get("failed"):
                failed = [each for each in result.get("results", []) if each.get("failed") or each.get("unreachable")]
                return f"{host}: {(failed or [result])[0].get('msg', 'no reason given')}"
    return ""
