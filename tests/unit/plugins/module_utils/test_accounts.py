"""No account that somebody else made becomes the account of a service."""

from __future__ import annotations

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.accounts import foreign_accounts

CHAT = {"name": "chat", "home": "/srv/chat"}
MONGODB = {"name": "mongodb", "home": "/var/lib/mongodb", "packaged": True}


@pytest.mark.parametrize(
    ("lines", "service"),
    [
        ([], CHAT),
        (["noise of a login shell: a:b", "chat:x:998:998::/srv/chat:/usr/sbin/nologin", "chat:x:998:"], CHAT),
        (["chat:x:998:998::/srv/chat:/usr/sbin/nologin\r"], CHAT),
        (["other:x:1000:1000::/home/other:/bin/bash"], CHAT),
        (["mongodb:x:111:65534::/home/mongodb:/usr/sbin/nologin", "mongodb:x:111:mongodb"], MONGODB),
        (["mongodb:x:111:65534::/nonexistent:/bin/false"], MONGODB),
    ],
)
def test_new_accounts_and_our_own_are_taken(lines, service):
    assert foreign_accounts(lines, [service]) == []


@pytest.mark.parametrize(
    ("line", "service", "told"),
    [
        ("chat:x:0:0:root:/root:/bin/bash", CHAT, "an account chat (uid 0, home /root, shell /bin/bash)"),
        ("chat:x:1001:1001::/srv/chat:/usr/sbin/nologin", CHAT, "an account chat (uid 1001, home /srv/chat"),
        ("chat:x:999:999::/srv/chat:/bin/sh", CHAT, "an account chat (uid 999, home /srv/chat, shell /bin/sh)"),
        ("chat:x:33:33::/var/www:/usr/sbin/nologin", CHAT, "an account chat (uid 33, home /var/www"),
        ("chat:x:27:ada,grace", CHAT, "a group chat without an account chat"),
        ("mongodb:x:1001:1001::/home/mongodb:/bin/bash", MONGODB, "an account mongodb (uid 1001"),
    ],
)
def test_what_others_made_is_named(line, service, told):
    found = foreign_accounts([line], [service])
    assert len(found) == 1
    assert found[0].startswith(told)
