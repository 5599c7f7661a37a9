"""Portainer's container, made by the role with another image on the engine of this machine: Portainer's own cannot be had everywhere."""

import json
import os
import socket
import subprocess

import pytest

from lab import ROOT

PLAY = """
- hosts: localhost
  gather_facts: false
  vars: {ansible_python_interpreter: "{{ ansible_playbook_python }}"}
  module_defaults:
    community.docker.docker_container: {command: [sleep, "600"], pull: never}
  tasks:
    - ansible.builtin.include_role:
        name: tierstack.librechat.monitoring
        tasks_from: portainer_container.yml
      vars:
        monitoring_portainer_image: tierstack-lab
        monitoring_portainer_version: trixie
        monitoring_portainer_port: PORT
"""


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def engine(*arguments):
    return subprocess.run(["docker", *arguments], check=True, capture_output=True, text=True, timeout=60).stdout


@pytest.fixture(scope="module")
def container(tmp_path_factory):
    """Run the role's tasks twice, and return what the engine knows of the container and what the second run said."""
    if engine("ps", "--all", "--quiet", "--filter", "name=^portainer$"):
        pytest.skip("this machine has a Portainer of its own")
    port = free_port()
    play = tmp_path_factory.mktemp("portainer") / "play.yml"
    play.write_text(PLAY.replace("PORT", str(port)))
    command = ["ansible-playbook", "-i", "localhost,", "-c", "local", play]
    volumes = set(engine("volume", "ls", "--quiet").split())
    try:
        for _run in range(2):
            done = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout
        yield json.loads(engine("inspect", "portainer"))[0], port, done.stdout
    finally:
        engine("rm", "--force", "portainer")
        for volume in set(engine("volume", "ls", "--quiet").split()) & ({"portainer_data"} - volumes):
            engine("volume", "rm", volume)


def test_its_port_is_bound_to_loopback_only(container):
    facts, port, _again = container
    bound = [{"HostIp": "127.0.0.1", "HostPort": str(port)}]
    assert {key: value for key, value in facts["NetworkSettings"]["Ports"].items() if value} == {"9443/tcp": bound}
    other = facts["NetworkSettings"]["Networks"]["bridge"]["Gateway"]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((other, port), timeout=2)
    socket.create_connection(("127.0.0.1", port), timeout=2).close()


def test_its_data_outlives_it_and_it_comes_back_after_a_boot(container):
    facts, _port, _again = container
    assert {mount["Destination"]: mount.get("Name") for mount in facts["Mounts"]}["/data"] == "portainer_data"
    assert facts["HostConfig"]["RestartPolicy"]["Name"] == "unless-stopped"


def test_a_second_run_changes_nothing(container):
    _facts, _port, again = container
    assert "changed=0" in again
