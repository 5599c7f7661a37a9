# Copyright: the tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Private to tierstack.librechat: what its redis modules share."""

from __future__ import annotations

import re
import socket
import traceback

from ansible.module_utils.basic import missing_required_lib
from ansible_collections.tierstack.librechat.plugins.module_utils.redis.cluster import SLOTS

try:
    import redis

    REDIS_IMPORT_ERROR = None
except ImportError:
    REDIS_IMPORT_ERROR = traceback.format_exc()

UNITS = {
    "b": 1,
    "k": 1000,
    "kb": 1024,
    "m": 1000**2,
    "mb": 1024**2,
    "g": 1000**3,
    "gb": 1024**3,
}

# CONFIG SET moves only the clients' listener: the cluster bus and the announced address stay where they were.
RESTART_ONLY = frozenset(("bind", "cluster-port", "port", "tls-port"))


def server_argument_spec():
    return {
        "socket": {"type": "path", "required": True},
        "login_user": {"type": "str", "required": True},
        "login_password": {"type": "str", "required": True, "no_log": True},
    }


def listening(path):
    """Does a server accept connections at this Unix socket?"""
    probe = socket.socket(socket.AF_UNIX)
    try:
        probe.connect(path)
    except (FileNotFoundError, ConnectionRefusedError):
        return False
    finally:
        probe.close()
    return True


def connect(module):
    """The client, or None for a server that does not know this user and password."""
    if REDIS_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("redis"), exception=REDIS_IMPORT_ERROR)
    client = redis.Redis(
        unix_socket_path=module.params["socket"],
        username=module.params["login_user"],
        password=module.params["login_password"],
        decode_responses=True,
        socket_timeout=10,
    )
    try:
        client.ping()
    except redis.RedisError as exc:
        # Debian 12's client library does not tell a refused password from other errors.
        if isinstance(exc, redis.AuthenticationError) or str(exc).startswith("WRONGPASS"):
            return None
        module.fail_json(msg=f"The server at {module.params['socket']} does not serve: {exc}")
    return client


def normalise(value):
    """One notation for what the file and CONFIG GET write differently: yes and true, 256mb and 268435456, replica and slave."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(_normalise_word(word) for word in str(value).split())


def _normalise_word(word):
    size = re.fullmatch(r"(\d+)([kmg]?b|[kmg])", word.lower())
    if size:
        return str(int(size.group(1)) * UNITS[size.group(2)])
    return "slave" if word == "replica" else word


def differences(wanted, live):
    """Names of the settings that the server holds otherwise; what CONFIG GET does not show cannot differ."""
    return [name for name, value in wanted.items() if name in live and normalise(value) != normalise(live[name])]


def acl_users(lines):
    """Of each user of an ACL file or of ACL LIST: is it on, and its password hashes. Rules are printed differently by each version."""
    users = {}
    for words in (line.split() for line in lines):
        if words[:1] == ["user"]:
            users[words[1]] = ("on" in words[2:], frozenset(word for word in words[2:] if word.startswith("#")))
    return users


def free_ranges(cluster_slots):
    """Ranges of slots that no node of the answer to CLUSTER SLOTS holds."""
    ranges, following = [], 0
    for first, last in sorted((entry[0], entry[1]) for entry in cluster_slots):
        if first > following:
            ranges.append((following, first - 1))
        following = max(following, last + 1)
    if following < SLOTS:
        ranges.append((following, SLOTS - 1))
    return ranges


def addresses(cluster_slots):
    """Addresses of all nodes, as clients are told them; a node without a known address is an empty string before the colon."""
    return sorted({f"{node[0] or ''}:{node[1]}" for entry in cluster_slots for node in entry[2:]})
