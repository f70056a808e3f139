"""The MPI program on hosts of their own: network namespaces that speak TCP over a virtual link.

A system that lets nobody make namespaces, as some containers do, has one host, on which the same
holds.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ARGUMENTS = [
    "wealth",
    "--households",
    "20011",
    "--periods",
    "30",
    "--seed",
    "5",
    "--threads",
    "1",
    "--json",
]
NETWORK = "10.77.0.0/24"
# In the place of ssh: starts a command on a host, which is a namespace with a name of its own.
AGENT = """#!/bin/sh
host=$1; shift
exec ip netns exec "$host" unshare --uts sh -c "hostname $host; $*"
"""
SECONDS = 240
# Namespaces belong to root, as whom Open MPI does not start unless asked twice.
AS_ROOT = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
ENVIRONMENT = {**os.environ, **AS_ROOT}


@dataclass
class Hosts:
    """Hosts with an address each, and how `mpirun` is started on the first."""

    names: list[str]
    agent: Path | None
    mpirun: str
    program: str

    def command(self, ranks: int, arguments: list[str]) -> list[str]:
        """Starts the program on all hosts, the ranks dealt out one by one."""
        if not self.agent:
            local = [self.mpirun, "--oversubscribe", "-n", str(ranks), self.program]
            return [*local, *arguments]
        first, slots = self.names[0], -(-ranks // len(self.names))
        hosts = ",".join(f"{name}:{slots}" for name in self.names)
        options = f"--prtemca plm_ssh_agent {self.agent} --prtemca prte_if_include {NETWORK}"
        options += f" --mca btl_tcp_if_include {NETWORK} --mca mpi_yield_when_idle 1"
        options += f" --map-by node --bind-to none --host {hosts} -n {ranks}"
        enter = ["ip", "netns", "exec", first, "unshare", "--uts", "sh", "-c"]
        script = f'hostname {first}; exec "$0" "$@"'
        return [*enter, script, self.mpirun, *options.split(), self.program, *arguments]

    def run(self, ranks: int, arguments: list[str]) -> dict[str, Any]:
        """The report of a job that ends well."""
        command = self.command(ranks, arguments)
        pipes: dict[str, Any] = {"capture_output": True, "text": True, "timeout": SECONDS}
        done = subprocess.run(command, env=ENVIRONMENT, **pipes)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def received(self, name: str) -> int:
        """How many bytes a host has received over its link."""
        if not self.agent:
            return time.monotonic_ns()
        shown = ip(f"-n {name} -s -json link show eth0")
        return json.loads(shown)[0]["stats64"]["rx"]["bytes"]


def ip(arguments: str) -> str:
    """Runs the system's program `ip`."""
    done = subprocess.run(["ip", *arguments.split()], check=True, capture_output=True, text=True)
    return done.stdout


def refused_namespace(name: str) -> str | None:
    """What the system says if it does not let us make a namespace."""
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True)
    if made.returncode == 0:
        ip(f"netns del {name}")
        return None
    assert "not permitted" in made.stderr or "denied" in made.stderr, made.stderr
    return made.stderr


@pytest.fixture(scope="module")
def mpi(root: Path) -> dict[str, Any]:
    """What the set-up has written down of the MPI."""
    return json.loads((root / "target/mpi/mpi.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def hosts(mpi: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosts]:
    """Three hosts behind one switch."""
    assert shutil.which("ip"), "the package iproute2 is needed"
    mark = f"{os.getpid() % 100_000}"
    switch, names = f"sw{mark}", [f"h{mark}{letter}" for letter in "abc"]
    agent = tmp_path_factory.mktemp("hosts") / "agent"
    agent.write_text(AGENT)
    agent.chmod(0o755)
    made = []
    refusal = refused_namespace(f"try{mark}")
    if " " in mpi["mpirun"]:
        refusal = "Open MPI does not quote the path in what it starts on other hosts"
    if refusal:
        print(f"one host only: {refusal}")
        yield Hosts([socket.gethostname()], None, mpi["mpirun"], mpi["program"])
        return
    try:
        for name in [switch, *names]:
            ip(f"netns add {name}")
            made.append(name)
            ip(f"-n {name} link set lo up")
        ip(f"-n {switch} link add bridge type bridge")
        ip(f"-n {switch} link set bridge up")
        for number, name in enumerate(names, start=1):
            ip(f"-n {name} link add eth0 type veth peer name port{number} netns {switch}")
            ip(f"-n {switch} link set port{number} master bridge up")
            ip(f"-n {name} addr add 10.77.0.{number}/24 dev eth0")
            ip(f"-n {name} link set eth0 up")
        yield Hosts(names, agent, mpi["mpirun"], mpi["program"])
    finally:
        for name in made:
            ip(f"netns del {name}")


@pytest.fixture(scope="module")
def value(mpi: dict[str, Any]) -> float:
    """The result of one process without `mpirun`."""
    done = subprocess.run([mpi["program"], *ARGUMENTS], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)["value"]


@pytest.mark.parametrize("ranks", [2, 3, 5])
def test_ranks_on_several_hosts_give_the_same_bits(hosts: Hosts, value: float, ranks: int) -> None:
    before = hosts.received(hosts.names[:2][-1])
    report = hosts.run(ranks, ARGUMENTS)
    assert report["value"] == value
    names = {rank["host"] for rank in report["per_rank"]}
    assert names == set(hosts.names[:ranks])
    # Half of the selection's bytes at least have crossed the link.
    assert hosts.received(hosts.names[:2][-1]) - before > report["selection"]["bytes"] / 2


def test_latency_and_loss_change_no_bits(hosts: Hosts, value: float) -> None:
    delay = f"netns exec {hosts.names[-1]} tc qdisc add dev eth0 root netem delay 5ms loss 1%"
    try:
        ip(delay)
    except subprocess.CalledProcessError as error:
        # The kernel of this machine has no netem, so the test holds without it.
        assert "qdisc kind is unknown" in error.stderr or not hosts.agent
    assert hosts.run(3, ARGUMENTS)["value"] == value


def test_a_rank_that_is_killed_on_another_host_ends_the_job(hosts: Hosts) -> None:
    endless = [
        "wealth",
        "--households",
        "100000000",
        "--periods",
        "1000",
        "--seed",
        "5",
        "--threads",
        "1",
    ]
    command = hosts.command(3, endless)
    with subprocess.Popen(command, env=ENVIRONMENT, stderr=subprocess.DEVNULL) as job:
        try:
            wait_for(lambda: all(map(ranks_on, hosts.names)))
            assert job.poll() is None, "the job has ended by itself"
            os.kill(ranks_on(hosts.names[-1])[-1], signal.SIGKILL)
            killed = time.monotonic()
            assert job.wait(timeout=60) != 0
            assert time.monotonic() - killed < 30
        finally:
            job.kill()
    wait_for(lambda: not any(map(ranks_on, hosts.names)))


def wait_for(condition: Callable[[], bool]) -> None:
    """Waits until a condition holds."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def ranks_on(host: str) -> list[int]:
    """The numbers of the processes of the program on a host."""
    alone = host == socket.gethostname()
    found = ["pgrep", "-f", "speedup-mpi.*100000000"] if alone else ["ip", "netns", "pids", host]
    pids = subprocess.run(found, capture_output=True, text=True).stdout.split()
    return [int(pid) for pid in pids if comm(pid).startswith("speedup-mpi")]


def comm(pid: str) -> str:
    """The name of a process; empty when it has ended."""
    try:
        return Path(f"/proc/{pid}/comm").read_text()
    except OSError:
        return ""


def test_the_script_for_slurm_has_the_form_of_one(mpi: dict[str, Any], root: Path) -> None:
    script = root / "crates/speedup-mpi/examples/wealth.slurm"
    lines = script.read_text("utf-8").splitlines()
    assert lines[0] == "#!/bin/bash"
    options = [line for line in lines if line.startswith("#SBATCH")]
    assert lines[1 : 1 + len(options)] == options, "sbatch reads options before the first command"
    assert all(re.fullmatch(r"#SBATCH --[a-z-]+(=\S+)?", option) for option in options)
    subprocess.run(["bash", "-n", str(script)], check=True)
    # In the place of srun, and of a job that takes an hour.
    one_rank = 'srun() { shift; "$@"; }; SLURM_CPUS_PER_TASK=1; cd "$1"; eval "$2"'
    text = script.read_text("utf-8").replace("1000000000", "1000")
    text = text.replace("target/mpi/speedup-mpi", shlex.quote(mpi["program"]))
    with tempfile.TemporaryDirectory() as folder:
        command = ["bash", "-c", one_rank, "slurm", folder, text]
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=SECONDS)
        assert done.stdout and not list(Path(folder).iterdir()), "the checkpoint is left"
