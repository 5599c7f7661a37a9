"""The environment of the application carries what the stack decided, and the administrator has the last word."""

from __future__ import annotations

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.app_environment import NUMBERS, app_env
from hypothesis import given
from hypothesis import strategies as st
from rolespec import STACK, load

CONTRACT = {"env": {"NODE_ENV": "production"}}
GIVEN = {
    "endpoints": {
        "mongo_uri": "mongodb://10.0.0.1:27017/LibreChat",
        "redis_uri": "redis://10.0.0.1:16379",
        "redis_cluster": True,
        "redis_user": "librechat",
        "redis_password": "hole",
        "redis_key_prefix": "chat",
    },
    "numbers": {name: place for place, name in enumerate(NUMBERS.values())},
    "secrets": {name: name for name in ("jwt_secret", "jwt_refresh_secret", "creds_key", "creds_iv", "metrics_secret")},
    "site": {
        "address": "10.0.0.1",
        "release": "v1-abc",
        "public_url": "https://chat.example.org",
        "trusted_hops": 1,
        "allow_registration": False,
        "log_dir": "/var/log/chat",
    },
}


def test_endpoints_secrets_and_numbers_arrive_under_their_variables():
    found = app_env(CONTRACT, **GIVEN)
    assert found["MONGO_URI"] == "mongodb://10.0.0.1:27017/LibreChat"
    assert found["DOMAIN_CLIENT"] == found["DOMAIN_SERVER"] == "https://chat.example.org"
    assert found["CREDS_KEY"] == "creds_key"
    assert {variable: found[variable] for variable in NUMBERS} == {
        variable: GIVEN["numbers"][number] for variable, number in NUMBERS.items()
    }
    assert (found["USE_REDIS"], found["NODE_ENV"]) == ("true", "production")


@given(st.sampled_from([*app_env(CONTRACT, **GIVEN), "OTHER"]))
def test_the_administrators_own_settings_win(variable):
    assert app_env(CONTRACT, **GIVEN, extra={variable: "mine"})[variable] == "mine"


@pytest.mark.parametrize("part", ["endpoints", "numbers", "secrets", "site"])
def test_what_is_missing_is_an_error_and_no_empty_setting(part):
    with pytest.raises(KeyError):
        app_env(CONTRACT, **{**GIVEN, part: {}})


def test_every_number_of_the_environment_is_one_of_the_capacity_model():
    assert set(NUMBERS.values()) <= set(load(STACK.path / "defaults/main/numbers.yml"))
