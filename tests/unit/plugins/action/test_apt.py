"""When another program has apt's lock."""

import pytest
from ansible_collections.tierstack.librechat.plugins.action.apt import is_locked

BY_DPKG = "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 4711 (unattended-upgr)\nE: Unable to acquire the dpkg frontend lock"


@pytest.mark.parametrize(
    ("result", "locked"),
    [
        ({"failed": True, "msg": "'/usr/bin/apt-get install' failed: " + BY_DPKG}, True),
        ({"failed": True, "msg": "apt-get failed", "stderr": BY_DPKG}, True),
        (
            {
                "failed": True,
                "msg": "Failed to lock apt for exclusive operation: Failed to lock directory /var/lib/apt/lists/",
            },
            True,
        ),
        ({"failed": True, "msg": "No package matching 'nginxx' is available"}, False),
        ({"changed": True, "stderr": BY_DPKG}, False),
    ],
)
def test_only_a_failure_by_a_lock_is_waited_for(result, locked):
    assert is_locked(result) is locked
