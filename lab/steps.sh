# Functions for scripts that take long: each step says what it does, how far it is, and what may help when it fails.
# Sourced by lab/up and tests/run.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=$root/.cache
venv=$root/.venv
logs=$cache/logs
mkdir -p "$logs"

# What is installed by "activate" on a machine that has it already, and what ansible needs to find its own programs.
export PATH=$venv/bin:$PATH ANSIBLE_FORCE_COLOR=0 ANSIBLE_NOCOLOR=1 PYTHONUNBUFFERED=1

# What each step took, a line each.
took=

# step TITLE REMEDIATION COMMAND...: runs the command with its output in a log; every 15 s it shows the last line that names a task.
step() {
  local title=$1 remediation=$2 begin=$SECONDS log pid shown=$SECONDS
  shift 2
  log=$logs/$(tr -cs 'A-Za-z0-9' '-' <<<"$title" | tr '[:upper:]' '[:lower:]' | sed 's/^-//; s/-$//').log
  printf '%-58s ' "$title ..."
  "$@" >"$log" 2>&1 </dev/null &
  pid=$!
  # A terminal's Ctrl-C ends the step as well, with everything it started.
  trap 'kill -TERM $pid 2>/dev/null; exit 130' INT TERM
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.2
    if ((SECONDS - shown >= 15)); then
      shown=$SECONDS
      printf '\n  %4d s  %-48s ' $((SECONDS - begin)) "$(grep -aE '^(TASK|PLAY|RUNNING HANDLER|INFO|[A-Z]: |tests/)' "$log" | tail -1 | cut -c1-110)"
    fi
  done
  trap - INT TERM
  if wait "$pid"; then
    printf 'ok (%d s)\n' $((SECONDS - begin))
    took+=$(printf '%6d s  %s' $((SECONDS - begin)) "$title")$'\n'
    return 0
  fi
  printf 'FAILED (%d s)\n\n' $((SECONDS - begin))
  grep -aE '^(fatal|failed|\[ERROR\]|FAILED|E  )' -A 8 "$log" | tail -40 || true
  printf '\nStep:        %s\nLog:         %s\nRemediation: %s\n' "$title" "${log#"$root"/}" "$remediation" >&2
  tail -5 "$log" | sed 's/^/         /' >&2
  return 1
}

# may_install WHAT: true where installing on this machine needs no question: as root, or in CI; else it asks.
may_install() {
  if [ "$(id -u)" -eq 0 ] || [ -n "${CI:-}" ]; then return 0; fi
  if [ ! -t 0 ]; then
    echo "$1 is missing. Install it, or run this as root." >&2
    return 1
  fi
  read -r -p "$1 is missing. Install it on this machine with sudo apt-get? [y/N] " answer
  [[ $answer == [yY]* ]]
}

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }

# install_packages PACKAGE...: with apt-get, whatever another run of it left behind
install_packages() {
  as_root env DEBIAN_FRONTEND=noninteractive dpkg --configure -a
  as_root apt-get -o DPkg::Lock::Timeout=120 update
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 install --yes --no-install-recommends "$@"
}

make_venv() {
  local wanted
  wanted=$(cat "$root"/requirements*.txt <(python3 --version) | sha256sum)
  if [ "$(cat "$venv/.complete" 2>/dev/null)" = "$wanted" ]; then return 0; fi
  rm -rf "$venv"  # before the shell looks for python3: it would remember the one in there
  python3 -c 'import ensurepip, venv' 2>/dev/null || install_packages python3-venv
  python3 -m venv "$venv"
  "$venv/bin/pip" install --disable-pip-version-check --requirement "$root/requirements-dev.txt"
  echo "$wanted" >"$venv/.complete"
}

docker_answers() { docker info >/dev/null 2>&1; }

start_docker() {
  local missing=()
  command -v dockerd >/dev/null || missing+=(docker.io iptables)
  command -v mmdebstrap >/dev/null || missing+=(mmdebstrap)
  command -v ssh >/dev/null || missing+=(openssh-client)
  if [ ${#missing[@]} -gt 0 ]; then install_packages "${missing[@]}"; fi
  # Debian 13 has the client in a package of its own.
  command -v docker >/dev/null || install_packages docker-cli
  if docker_answers; then return 0; fi
  if [ -d /run/systemd/system ]; then
    as_root systemctl start docker
  else
    # An engine that was killed leaves its process numbers behind, which may be somebody else's by now.
    if ! pgrep -x dockerd >/dev/null; then
      as_root pkill -x containerd || true
      as_root rm -f /var/run/docker.pid /var/run/docker/containerd/containerd.pid
    fi
    as_root sh -c 'exec setsid dockerd >/var/log/dockerd.log 2>&1 </dev/null &' 9>&-
  fi
  for _ in $(seq 60); do
    if docker_answers; then return 0; fi
    sleep 0.5
  done
  tail -5 /var/log/dockerd.log || true
  echo "the Docker engine does not answer" >&2
  return 1
}

# build_image SUITE: unless the image is there, made by the recipe of today
build_image() {
  local tag=tierstack-lab:$1
  if [ "$(docker image inspect --format '{{ index .Config.Labels "tierstack.lab.recipe" }}' "$tag" 2>/dev/null)" = "$("$root/lab/image/recipe" "$1")" ]; then
    return 0
  fi
  "$root/lab/image/build" "$1" "$tag"
}

# One run at a time; the kernel takes the lock back from a run that was killed. What such a run has left at work is waited for.
lock() {
  exec 9>"$cache/lock"
  flock --nonblock 9 && return
  echo "Another run of make up or make test is at work here; this one goes on when it has ended."
  flock --wait 3600 9
}

# prepare SUITE...: everything a lab needs before its first host
prepare() {
  if ! docker_answers && ! command -v dockerd >/dev/null; then may_install "Docker Engine"; fi
  if ! command -v mmdebstrap >/dev/null; then may_install "mmdebstrap, which builds the image"; fi
  step "Python environment" "Python 3.11 or later with venv (apt-get install python3-venv), and a package index that answers." make_venv
  step "Docker engine" "See /var/log/dockerd.log, or start Docker yourself and run this again." start_docker
  for suite in "$@"; do
    step "Image of Debian $suite" "Debian's mirror must answer: try mmdebstrap $suite /dev/null." build_image "$suite"
  done
}
