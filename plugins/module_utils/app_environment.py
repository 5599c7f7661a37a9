# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The environment of the application: the one place that says which variable carries what."""

from __future__ import annotations

# Variable of the environment: number of the capacity model
NUMBERS = {
    "MONGO_MAX_POOL_SIZE": "app_release_mongo_max_pool_size",
    "MONGO_MIN_POOL_SIZE": "app_release_mongo_min_pool_size",
    "MONGO_MAX_CONNECTING": "app_release_mongo_max_connecting",
    "MONGO_MAX_IDLE_TIME_MS": "app_release_mongo_max_idle_time_ms",
    "MONGO_WAIT_QUEUE_TIMEOUT_MS": "app_release_mongo_wait_queue_timeout_ms",
    "REDIS_MAX_LISTENERS": "app_release_redis_max_listeners",
    "CONCURRENT_MESSAGE_MAX": "app_release_concurrent_message_max",
    "MESSAGE_IP_MAX": "app_release_message_ip_max",
    "MESSAGE_USER_MAX": "app_release_message_user_max",
    "LOGIN_MAX": "app_release_login_max",
    "REGISTER_MAX": "app_release_register_max",
    "HTTP_KEEP_ALIVE_TIMEOUT_MS": "app_release_keep_alive_timeout_ms",
    "HTTP_HEADERS_TIMEOUT_MS": "app_release_headers_timeout_ms",
    "SHUTDOWN_DRAIN_S": "app_release_drain_s",
}
# Variable: key of what is given
ENDPOINTS = {
    "MONGO_URI": "mongo_uri",
    "USE_REDIS_CLUSTER": "redis_cluster",
    "REDIS_URI": "redis_uri",
    "REDIS_USERNAME": "redis_user",
    "REDIS_PASSWORD": "redis_password",
    "REDIS_KEY_PREFIX": "redis_key_prefix",
}
SITE = {
    "HOST": "address",
    "APP_VERSION": "release",
    "DOMAIN_CLIENT": "public_url",
    "DOMAIN_SERVER": "public_url",
    "TRUST_PROXY": "trusted_hops",
    "ALLOW_REGISTRATION": "allow_registration",
    "LIBRECHAT_LOG_DIR": "log_dir",
}
SECRETS = {
    "JWT_SECRET": "jwt_secret",
    "JWT_REFRESH_SECRET": "jwt_refresh_secret",
    "CREDS_KEY": "creds_key",
    "CREDS_IV": "creds_iv",
    "METRICS_SECRET": "metrics_secret",
}
# Redis counts messages and logins for all workers together.
ALWAYS = {
    "USE_REDIS": "true",
    "LIMIT_CONCURRENT_MESSAGES": "true",
    "LIMIT_MESSAGE_IP": "true",
    "LIMIT_MESSAGE_USER": "true",
}


def app_env(contract, endpoints, numbers, secrets, site, extra=None):
    """Return the environment of the application: name -> value.

    :param contract: the app contract, of which ``env`` are settings of its own
    :param endpoints: where the databases are: ``mongo_uri``, ``redis_uri``, ``redis_cluster`` (bool), ``redis_user``, ``redis_password``,
        ``redis_key_prefix``
    :param numbers: number of the capacity model -> value, all of :data:`NUMBERS` at least
    :param secrets: ``jwt_secret``, ``jwt_refresh_secret``, ``creds_key``, ``creds_iv``, ``metrics_secret``
    :param site: ``address`` (of the workers), ``release``, ``public_url``, ``trusted_hops`` (proxies in front), ``allow_registration`` (bool),
        ``log_dir``
    :param extra: settings of the administrator, which win over all
    :raises KeyError: something is not given
    """
    follows = {
        variable: given[key]
        for table, given in ((SITE, site), (ENDPOINTS, endpoints), (SECRETS, secrets))
        for variable, key in table.items()
    }
    counted = {variable: numbers[number] for variable, number in NUMBERS.items()}
    return {**contract["env"], **ALWAYS, **follows, **counted, **(extra or {})}
