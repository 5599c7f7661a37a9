#!/usr/bin/env python
"""What each part of the request path costs: the same 100 ordinary calls a second with all parts, then without one of them, in turn.

make up, and whatever application is to be measured; then, on a machine that does nothing else:
PYTHONPATH=molecule/shared tests/bench/request_path.py [--seconds 20] [--rounds 2]

CPU is that of everything in the host's container, in cores, so that the load is not counted. Times are the caller's.
"""

import argparse
import http.client
import itertools
import re
import shlex
import ssl
import statistics
import threading
import time

import lab
import load

DOMAIN, RATE, USERS = "chat.example.org", 100, 50
PATHS = ["/api/config", "/api/user", "/api/banner", "/api/user", "/"]
CONNECTION_REQUESTS = 50
# What was restarted has work of its own at first.
SETTLE_S = 10
WORKERS = (3080, 3081, 3082, 3083)
NGINX = "/etc/nginx/nginx.conf"


def nginx(name, expression):
    """Return how Nginx' configuration is edited, and how it is put back."""
    kept = f"/run/nginx.conf.{name}"
    return (
        f"cp -p {NGINX} {kept} && sed -Ei {shlex.quote(expression)} {NGINX} && nginx -qt && systemctl reload nginx",
        f"cp -p {kept} {NGINX} && systemctl reload nginx",
    )


def stopped(*units):
    """Return how units are stopped and started."""
    return f"systemctl stop {' '.join(units)}", f"systemctl start {' '.join(units)}"


def unbound(*services):
    """Return how services run without their sandbox, and with it again."""
    free = (
        "[Service]\\nSystemCallFilter=\\nNoNewPrivileges=no\\nPrivateDevices=no\\nRestrictAddressFamilies=\\nMemoryDenyWriteExecute=no\\n"
        "RestrictNamespaces=no\\nRestrictRealtime=no\\nRestrictSUIDSGID=no\\nLockPersonality=no\\nSystemCallArchitectures=\\n"
        "ProtectKernelModules=no\\nProtectKernelLogs=no\\nProtectClock=no\\nProtectHostname=no\\nProtectKernelTunables=no\\n"
    )
    files = [f"/run/systemd/system/{one}.service.d/zz-bench.conf" for one in services]
    again = f"systemctl daemon-reload && systemctl restart {' '.join(services)}"
    write = " && ".join(f"mkdir -p $(dirname {one}) && printf '{free}' > {one}" for one in files)
    return f"{write} && {again}", f"rm {' '.join(files)} && {again}"


EXPORTERS = (
    "mongodb-exporter",
    "pm2-exporter",
    "prometheus-nginx-exporter",
    "prometheus-node-exporter",
    "prometheus-redis-exporter",
)
PARTS = {
    "TLS": nginx("tls", r"s/(listen .*:?443) ssl( http2)?/\1/"),
    "access log in JSON": nginx("log", r"s/^( *)access_log .*;/\1access_log off;/"),
    "mtail": stopped("mtail"),
    "log sender and collector": stopped("tierstack-log-sender", "tierstack-log-collector"),
    "exporters and scrapes": stopped("prometheus", *EXPORTERS),
    "health probes": stopped("tierstack-health.timer"),
    "sandbox of Nginx": unbound("nginx"),
}


class Caller(threading.Thread):
    """A user who calls at an even pace."""

    def __init__(self, address, user, number, seconds, tls, ports):
        super().__init__()
        self.address, self.tls, self.number, self.seconds = address, tls, number, seconds
        self.port = ports[number % len(ports)]
        kept = user.session.headers
        self.headers = {name: kept[name] for name in ("Host", "User-Agent", "Authorization", "X-Forwarded-For")}
        self.took, self.failed = [], 0

    def connect(self):
        if self.tls:
            context = ssl._create_unverified_context()
            return http.client.HTTPSConnection(self.address, self.port, timeout=20, context=context)
        return http.client.HTTPConnection(self.address, self.port, timeout=20)

    def run(self):
        pause, begin = USERS / RATE, time.monotonic()
        due, connection = begin + pause * self.number / USERS, None
        for turn, path in enumerate(itertools.cycle(PATHS)):
            time.sleep(max(0, due - time.monotonic()))
            due += pause
            asked = time.monotonic()
            if asked - begin > self.seconds:
                break
            if turn % CONNECTION_REQUESTS == 0:
                connection = self.connect()
            connection.request("GET", path, headers=self.headers)
            answer = connection.getresponse()
            answer.read()
            self.took.append(time.monotonic() - asked)
            self.failed += answer.status != 200


def addresses(host):
    """Return how Nginx is told to believe each user's own address, so that no limit is met, and how that ends."""
    here = host.address.rsplit(".", 1)[0] + ".1"
    believed = f"set_real_ip_from {here}; real_ip_header X-Forwarded-For; real_ip_recursive on;"
    return nginx("users", rf"s/^http \{{/http {{ {believed}/")


def user(host, number):
    """Return a user who has logged in, with an address of its own."""
    browser = lab.Browser(host.address, DOMAIN)
    browser.session.headers["X-Forwarded-For"] = f"198.18.0.{number + 1}"
    return browser.register(f"{host.address}:3080").login()


def cpu_s(host):
    return int(re.search(r"usage_usec (\d+)", host.check_output("cat /sys/fs/cgroup/unified/cpu.stat"))[1]) / 1e6


def measure(host, users, seconds, tls, ports):
    """Return p50 and p95 in ms, and the cores that the host took."""
    callers = [Caller(host.address, user, number, seconds, tls, ports) for number, user in enumerate(users)]
    begin, before = time.monotonic(), cpu_s(host)
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    cores = (cpu_s(host) - before) / (time.monotonic() - begin)
    took = [one for caller in callers for one in caller.took]
    failed = sum(caller.failed for caller in callers)
    if failed or len(took) < 0.95 * RATE * seconds:
        raise SystemExit(f"{failed} of {len(took)} requests failed; {RATE * seconds} were to be made")
    return 1000 * load.percentile(took, 0.5), 1000 * load.percentile(took, 0.95), cores


def main():
    """Make the users, measure, and leave the host as it was."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=float, default=20)
    options.add_argument("--rounds", type=int, default=2)
    options.add_argument("--parts", nargs="*", default=PARTS, choices=PARTS)
    given = options.parse_args()
    host = lab.server("prod50", "prod50-1")
    begin, end = addresses(host)
    host.check_output(begin)
    try:
        table(host, [user(host, number) for number in range(USERS)], given)
    finally:
        host.check_output(end)


def table(host, users, given):
    """Measure each part in turn and print the table."""

    def measured(*off, ports=(443,)):
        for part in off:
            host.check_output(PARTS[part][0])
        try:
            time.sleep(SETTLE_S)
            return measure(host, users, given.seconds, "TLS" not in off and ports == (443,), ports)
        finally:
            for part in reversed(off):
                host.check_output(PARTS[part][1])

    def show(name, rounds):
        p50, p95, cores = (statistics.median(column) for column in zip(*rounds, strict=True))
        print(f"| {name} | {p50:.1f} | {p95:.1f} | {cores:.3f} | {100 * cores / 2:.1f} |", flush=True)

    print("| Without | p50, ms | p95, ms | cores | % of 2 cores |\n| --- | ---: | ---: | ---: | ---: |")
    measured()
    for part in given.parts:
        pairs = [(measured(), measured(part)) for _round in range(given.rounds)]
        show("(all parts)", [pair[0] for pair in pairs])
        show(part, [pair[1] for pair in pairs])
    show("all of these", [measured(*PARTS) for _round in range(given.rounds)])
    show("all of these, and Nginx", [measured(*PARTS, ports=WORKERS) for _round in range(given.rounds)])


if __name__ == "__main__":
    main()
