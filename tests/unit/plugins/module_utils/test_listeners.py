"""Which programs listen: the output is that of Debian 13."""

from __future__ import annotations

from ansible_collections.tierstack.librechat.plugins.module_utils.listeners import answer

OUTPUT = """\
LISTEN 0      511    172.30.18.10:443  0.0.0.0:*    users:(("nginx",pid=900,fd=6),("nginx",pid=812,fd=6))
LISTEN 0      4096           [::1]:631     [::]:*    users:(("node /srv/x",pid=77,fd=9))
LISTEN 0      4096               *:9100       *:*
processes:
    812 root
    900 www-data
     77 a_name_that_is_longer_than_thirty_two_characters
"""


def test_each_socket_and_process_is_told_with_its_user():
    assert answer(OUTPUT)[:2] == [
        {"address": "172.30.18.10", "port": 443, "name": "nginx", "pid": 900, "user": "www-data"},
        {"address": "172.30.18.10", "port": 443, "name": "nginx", "pid": 812, "user": "root"},
    ]
    assert answer(OUTPUT)[2]["name"] == "node /srv/x"
    assert answer(OUTPUT)[2]["address"] == "[::1]"


def test_a_socket_without_a_process_is_in_use_all_the_same():
    assert answer(OUTPUT)[3] == {"address": "*", "port": 9100, "name": "", "pid": 0, "user": ""}


def test_a_host_that_does_not_tell_has_no_list():
    assert answer("") == []
    assert answer("sh: 1: ss: not found\n") == []
