"""What runs in the labs of this machine, part by part: make status [TIER=prod50]."""

import json
import subprocess
import sys

UNITS = {
    "MongoDB": ["mongod"],
    "Redis": ["redis-server", "valkey-server"],
    "Workers": ["pm2-librechat"],
    "Nginx": ["nginx"],
    "Node exporter": ["prometheus-node-exporter"],
    "Prometheus": ["prometheus"],
    "Alertmanager": ["prometheus-alertmanager"],
    "Logs": ["tierstack-log-sender"],
}
HEALTH = [
    "curl",
    "--silent",
    "--insecure",
    "--max-time",
    "5",
    "--output",
    "/dev/null",
    "--write-out",
    "%{http_code} in %{time_total} s",
]


def run(*command):
    """Return the output of a command, or None when it failed."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def inside(container, *command):
    """Run a command in a container."""
    return run("docker", "exec", container, *command)


def workers(container):
    """Say how many workers are online."""
    listed = inside(
        container,
        "sh",
        "-c",
        "runuser -u librechat -- env PM2_HOME=/srv/librechat/pm2 "
        "$(sed -n 's/^ExecStart=\\(.*\\) resurrect/\\1/p' /etc/systemd/system/pm2-librechat.service) jlist --silent",
    )
    if not listed:
        return ""
    states = [process["pm2_env"]["status"] for process in json.loads(listed.splitlines()[-1])]
    return f", {states.count('online')} of {len(states)} online"


def show(container, name, address, lab):
    """Print a host with its parts."""
    print(f"\n{name} ({address})")
    for part, units in UNITS.items():
        states = [
            state
            for state in (inside(container, "sh", "-c", f"systemctl is-active {unit}; true") for unit in units)
            if state
        ]
        state = "active" if "active" in states else (states or ["unknown"])[0]
        print(f"  {part:14} {state}{workers(container) if part == 'Workers' and state == 'active' else ''}")
    print(f"  {'Health':14} {run(*HEALTH, f'https://{address}/health') or 'no answer'}")
    print(f"  Open           https://{address}/  (its certificate is self-signed)")
    print(
        f"  Monitoring     https://{address}:9443/  (user admin, password in .cache/lab/{lab}.secrets/nginx_admin_password)"
    )


def main():
    """Print every host of the wanted labs; fail where there is none."""
    wanted = sys.argv[1:2]
    listing = run(
        "docker",
        "ps",
        "--filter",
        "label=tierstack.lab" + (f"={wanted[0]}" if wanted else ""),
        "--format",
        "{{.Names}}",
    )
    for container in (listing or "").split():
        facts = json.loads(run("docker", "inspect", container))[0]
        show(
            container,
            facts["Config"]["Hostname"],
            next(iter(facts["NetworkSettings"]["Networks"].values()))["IPAddress"],
            facts["Config"]["Labels"]["tierstack.lab"],
        )
    if not listing:
        print("No lab runs" + (f" for {wanted[0]}." if wanted else ". Start one with: make up"))
    return 0 if listing else 1


if __name__ == "__main__":
    sys.exit(main())
