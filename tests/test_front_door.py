"""What `xtask` says on machines that lack something, before it begins anything that takes long.

Each test has a checkout of its own that holds nothing to build, and programs that only
seem to be what they are called.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = subprocess.CompletedProcess[str]
BUILDS = "Rust kernel for Jupyter"


def script(path: Path, *lines: str) -> Path:
    """A program for the shell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["#!/bin/sh", *lines]) + "\n", "utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def checkout(root: Path, tmp_path: Path) -> Path:
    """A checkout with a blank and an umlaut in its name, and no crates."""
    place = tmp_path / "mein Kürs"
    (place / "crates/xtask").mkdir(parents=True)
    (place / "notebooks").mkdir()
    shutil.copy(root / "environment.yml", place)
    shutil.copy(root / "environment.lock", place)
    shutil.copy(root / "notebooks/01-first-steps.ipynb", place / "notebooks")
    return place


@pytest.fixture
def run(xtask: Path, checkout: Path, tmp_path: Path) -> Callable[..., Run]:
    """Runs xtask there; programs in `bin` come first on the search path."""
    own = ("VIRTUAL_ENV", "CONDA_PREFIX", "CARGO", "RUSTUP", "SPEEDUP_CHROMIUM")

    def run(*args: str, path: str | None = None, **variables: str) -> Run:
        environment = {k: v for k, v in os.environ.items() if not k.startswith(own)}
        search = os.environ["PATH"] if path is None else path
        environment["PATH"] = f"{tmp_path / 'bin'}:{search}".removesuffix(":")
        command = [str(xtask), *args]
        return subprocess.run(
            command, cwd=checkout, env={**environment, **variables}, capture_output=True, text=True
        )

    return run


def rustc_without_source(tmp_path: Path, sysroot: Path) -> None:
    """A compiler whose toolchain lacks the source of the standard library."""
    answer = "release: 1.95.0\\ncommit-hash: 0123456789\\nhost: x86_64-unknown-linux-gnu\\n"
    script(
        tmp_path / "bin/rustc",
        f'if [ "$1" = -vV ]; then printf "{answer}"; else echo "{sysroot}"; fi',
    )


def test_a_toolchain_without_the_source_is_refused_at_once(
    run: Callable[..., Run], checkout: Path, tmp_path: Path
) -> None:
    rustc_without_source(tmp_path, tmp_path / "usr")
    for command in (["setup"], ["handouts"], ["test"], ["lab"]):
        result = run(*command, path="/usr/bin:/bin")
        assert result.returncode == 1
        assert "apt install rust-src" in result.stderr, result.stdout + result.stderr
        assert "[2/" not in result.stdout and not (checkout / ".venv").exists()


def test_rustup_is_asked_for_the_source(run: Callable[..., Run], tmp_path: Path) -> None:
    sysroot = tmp_path / "rustup/toolchains/stable-x"
    rustc_without_source(tmp_path, sysroot)
    core = sysroot / "lib/rustlib/src/rust/library/core"
    rustup = tmp_path / "bin/rustup"
    script(
        rustup,
        f'echo "$@" >> "{tmp_path}/asked"',
        'if [ "$1" = toolchain ]; then echo "stable-x (default)"; exit 0; fi',
        f'mkdir -p "{core}"',
    )
    # An environment that lacks all ends the set-up in the next step.
    lacking = environment(tmp_path, "nbclient")
    result = run("setup", VIRTUAL_ENV=str(lacking))
    assert "rustup component add rust-src --toolchain stable-x" in result.stdout
    asked = (tmp_path / "asked").read_text("utf-8")
    assert "component add rust-src --toolchain stable-x" in asked
    assert "[2/" in result.stdout and "nbclient" in result.stderr

    shutil.rmtree(sysroot)
    script(rustup, '[ "$1" = toolchain ] && echo "stable-x" && exit 0', "echo no net >&2", "exit 1")
    failed = run("setup", VIRTUAL_ENV=str(lacking))
    assert failed.returncode == 1 and "[2/" not in failed.stdout
    assert "no net" in failed.stderr and "apt install rust-src" in failed.stderr


def environment(tmp_path: Path, *missing: str) -> Path:
    """A Python environment that has JupyterLab, and says that it lacks some packages."""
    place = tmp_path / "environment"
    report = "; ".join(f"echo missing {name}" for name in missing)
    script(
        place / "bin/python",
        'case "$2" in *"import jupyterlab"*) exit 0;; playwright) echo no net >&2; exit 1;; esac',
        f'case "$2" in *"in sys.argv"*) {report or ":"}; exit 0;; esac',
        f'exec "{sys.executable}" "$@"',
    )
    return place


@pytest.mark.parametrize(
    ("command", "missing"),
    [
        (["handouts"], "latex2mathml"),
        (["test"], "pytest"),
        (["lab"], "jupyterlab"),
        (["setup"], "nbclient"),
        (["tidy"], "nbformat"),
    ],
    ids=lambda part: part[0] if isinstance(part, list) else part,
)
def test_an_environment_that_lacks_something_is_refused_at_once(
    command: list[str], missing: str, run: Callable[..., Run], tmp_path: Path
) -> None:
    result = run(*command, VIRTUAL_ENV=str(environment(tmp_path, missing)))
    assert result.returncode == 1
    assert f"needed here: {missing}" in result.stderr, result.stdout + result.stderr
    assert BUILDS not in result.stdout and "Rust lints" not in result.stdout


@pytest.fixture
def fakes(tmp_path: Path) -> Path:
    """A toolchain that is complete, and a cargo whose every check fails; nothing else."""
    rustc_without_source(tmp_path, tmp_path / "usr")
    (tmp_path / "usr/lib/rustlib/src/rust/library/core").mkdir(parents=True)
    asked = f'echo "cargo $@" >> "{tmp_path}/asked"'
    script(tmp_path / "bin/cargo", asked, '[ "$1" = fetch ] && exit 0', "exit 1")
    script(tmp_path / "bin/sudo", 'shift; exec "$@"')
    return tmp_path / "bin"


def test_the_network_is_asked_only_for_crates_that_are_missing(
    run: Callable[..., Run], fakes: Path, tmp_path: Path
) -> None:
    lacking = {"path": "", "VIRTUAL_ENV": str(environment(tmp_path))}
    assert "Rust format" in run("test", **lacking).stdout
    asked = (tmp_path / "asked").read_text("utf-8").splitlines()
    assert [line for line in asked if "fetch" in line] == ["cargo fetch --locked --offline"]

    answer = 'case "$*" in *--offline) exit 1;; *fetch*) echo no net >&2;; esac'
    script(fakes / "cargo", f'echo "cargo $@" >> "{tmp_path}/asked"', answer, "exit 1")
    failed = run("test", **lacking)
    assert "cargo fetch --locked\n" in (tmp_path / "asked").read_text("utf-8")
    assert "Cargo.lock names are missing" in failed.stderr and "no net" in failed.stderr
    assert "Rust format" not in failed.stdout


def test_a_browser_is_got_where_that_is_possible(
    run: Callable[..., Run], fakes: Path, tmp_path: Path
) -> None:
    complete = {"path": "", "VIRTUAL_ENV": str(environment(tmp_path))}
    none = run("test", **complete)
    assert "LEFT OUT: all tests that need a browser" in none.stdout, none.stderr
    assert "no apt-get" in none.stdout and "no net" in none.stdout
    assert "Rust format" in none.stdout, "the other checks are not left out"

    chromium = f'printf "#!/bin/sh\\n" > "{fakes}/chromium"; /bin/chmod +x "{fakes}/chromium"'
    script(fakes / "apt-get", f'[ "$1" = install ] && {{ {chromium}; }}', "exit 0")
    assert "LEFT OUT" not in run("test", **complete).stdout
    assert (fakes / "chromium").exists()


def test_an_environment_stays_until_the_new_one_is_complete(
    run: Callable[..., Run], fakes: Path, checkout: Path
) -> None:
    python = script(
        fakes / "python3",
        'case "$2" in *version_info*) echo 3.12.3; exit 0;;',
        'venv) /bin/mkdir -p "$3/bin"; /bin/cp "$0" "$3/bin/python"; exit 0;;',
        "*) echo no net >&2; exit 1;; esac",
    )
    earlier = checkout / ".venv"
    (earlier / "bin").mkdir(parents=True)
    shutil.copy(python, earlier / "bin/python")
    (earlier / "pyvenv.cfg").write_text("earlier")
    (earlier / "xtask-stamp").write_text("of other packages")
    result = run("tidy", path="")
    assert result.returncode == 1
    assert "the earlier .venv is back" in result.stderr and "no net" in result.stderr
    assert (earlier / "pyvenv.cfg").read_text() == "earlier"
    assert [path.name for path in checkout.glob(".venv*")] == [".venv"]


def python_that_makes_environments(fakes: Path, version: str = "3.12.3") -> Path:
    """A Python of this version that makes environments, and installs nothing in them."""
    return script(
        fakes / "python3",
        f'case "$2" in *version_info*) echo {version}; exit 0;;',
        'venv) /bin/mkdir -p "$3/bin"; echo home >"$3/pyvenv.cfg"; /bin/cp "$0" "$3/bin/python";;',
        "esac; exit 0",
    )


# What a process that was killed may have left of .venv, and of the one before.
HALVES: dict[str, Callable[[Path], object]] = {
    "an empty folder": Path.mkdir,
    "no program": lambda venv: [venv.mkdir(), (venv / "pyvenv.cfg").write_text("home")],
    "no packages": lambda venv: shutil.copytree(made_by(venv), venv),
    "packages of another lock": lambda venv: [
        shutil.copytree(made_by(venv), venv),
        (venv / "xtask-stamp").write_text("of other packages"),
    ],
    "a program that is gone": lambda venv: [
        (venv / "bin").mkdir(parents=True),
        (venv / "pyvenv.cfg").write_text("home"),
        (venv / "bin/python").symlink_to("/no/such/python"),
    ],
    "the one before put aside": lambda venv: shutil.copytree(
        made_by(venv), venv.with_name(".venv.before")
    ),
    "a half and the one before": lambda venv: [
        shutil.copytree(made_by(venv), venv.with_name(".venv.before")),
        venv.mkdir(),
        (venv / "pyvenv.cfg").write_text("home"),
    ],
}


def made_by(venv: Path) -> Path:
    """An environment without packages, in a folder of its own."""
    place = venv.parent.parent / "made"
    subprocess.run([venv.parent.parent / "bin/python3", "-m", "venv", place], check=True)
    return place


@pytest.mark.parametrize("half", HALVES)
def test_a_half_of_an_environment_is_made_whole(
    half: str, run: Callable[..., Run], fakes: Path, checkout: Path
) -> None:
    python_that_makes_environments(fakes)
    HALVES[half](checkout / ".venv")
    result = run("setup", path="")
    assert "[3/" in result.stdout, result.stdout + result.stderr
    stamp = (checkout / ".venv/xtask-stamp").read_text("utf-8")
    assert "nbclient==" in stamp and stamp.endswith("3.12.3\n")
    assert [path.name for path in checkout.glob(".venv*")] == [".venv"]


@pytest.mark.parametrize("version", ["2.7.18", "3.9.19", "3.99.0"])
def test_an_old_python_is_refused_and_a_new_one_is_taken(
    version: str, run: Callable[..., Run], fakes: Path, checkout: Path
) -> None:
    python_that_makes_environments(fakes, version)
    result = run("setup", path="")
    if version == "3.99.0":
        assert "[3/" in result.stdout, result.stderr
        return
    assert "[3/" not in result.stdout and not (checkout / ".venv").exists()
    assert f"found only older ones: python3 is {version}; install one" in result.stderr
