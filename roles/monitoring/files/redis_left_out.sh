#!/bin/sh
# Counts what the running Redis or Valkey left out when it read its append-only file, for node exporter: redis_left_out.sh DIRECTORY
set -eu
start=$(systemctl show --property=InvocationID --value redis-server.service valkey-server.service | grep --max-count=1 .)
journalctl --sync
count=$(journalctl --quiet --output=cat --grep=AOF-loading-client "_SYSTEMD_INVOCATION_ID=$start" | wc --lines)
cat > "$1/redis_left_out.prom.$$" <<END
# HELP tierstack_redis_left_out_commands Commands of the append-only file that Redis left out when it started.
# TYPE tierstack_redis_left_out_commands gauge
tierstack_redis_left_out_commands $count
END
mv "$1/redis_left_out.prom.$$" "$1/redis_left_out.prom"
