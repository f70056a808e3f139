"""environment.yml is complete, exact, and what is installed here."""

import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pytest
import yaml

OLDEST_PYTHON = "3.10"
COMPILERS = {"c-compiler", "compilers", "cxx-compiler", "gcc", "clang"}


@pytest.fixture(scope="module")
def dependencies(root: Path) -> list[Any]:
    """The list `dependencies` of environment.yml."""
    return yaml.safe_load((root / "environment.yml").read_text("utf-8"))["dependencies"]


@pytest.fixture(scope="module")
def conda(dependencies: list[Any]) -> dict[str, str]:
    """What conda installs: name and wanted version."""
    entries = [re.split(r"(?=[<>=!~ ])", entry, maxsplit=1) for entry in strings(dependencies)]
    return {entry[0]: "".join(entry[1:]).strip() for entry in entries}


@pytest.fixture(scope="module")
def pins(dependencies: list[Any]) -> list[str]:
    """What pip installs, each as `name==version`."""
    parts = [entry for entry in dependencies if isinstance(entry, dict)]
    assert len(parts) == 1 and list(parts[0]) == ["pip"], "one part `pip:` is needed"
    return parts[0]["pip"]


def strings(dependencies: list[Any]) -> list[str]:
    return [entry for entry in dependencies if isinstance(entry, str)]


def numbers(text: str) -> tuple[int, ...]:
    """`>=1.95` as (1, 95)."""
    return tuple(int(part) for part in re.findall(r"\d+", text))


def test_conda_installs_python_pip_rust_and_a_compiler(conda: dict[str, str]) -> None:
    assert {"python", "pip", "rust"} <= conda.keys()
    assert COMPILERS & conda.keys()
    assert conda["python"].startswith(">=") and numbers(conda["python"]) == (3, 10)


def test_pins_are_exact(pins: list[str]) -> None:
    loose = [pin for pin in pins if not re.fullmatch(r"[\w.-]+==\d[\w.]*", pin)]
    assert not loose, f"write NAME==VERSION instead of {loose}"


def test_nothing_is_listed_twice(dependencies: list[Any], pins: list[str]) -> None:
    names = [re.split(r"[<>=!~ ]", entry)[0] for entry in [*strings(dependencies), *pins]]
    names = [re.sub(r"[-_.]+", "-", name).lower() for name in names]
    assert sorted(names) == sorted(set(names))


def test_pins_are_what_is_installed(pins: list[str]) -> None:
    other = []
    for pin in pins:
        name, wanted = pin.split("==")
        try:
            found = version(name)
        except PackageNotFoundError:
            found = "not installed"
        if found != wanted:
            other.append(f"{pin}: {found}")
    assert not other, f"{other}; run `cargo xtask setup --force` without an activated environment"


def test_pins_exist_for_the_oldest_python(pins: list[str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
    command += ["--python-version", OLDEST_PYTHON, "--disable-pip-version-check", "--no-input"]
    run = subprocess.run(
        [*command, "-d", str(tmp_path), *pins], capture_output=True, text=True, cwd=tmp_path
    )
    assert run.returncode == 0, run.stderr
    assert len(list(tmp_path.glob("*.whl"))) == len(pins)


def test_rust_is_new_enough(root: Path, conda: dict[str, str]) -> None:
    manifest = (root / "Cargo.toml").read_text("utf-8")
    needed = re.search(r'(?m)^rust-version\s*=\s*"([\d.]+)"', manifest)
    assert needed, "Cargo.toml names no rust-version"
    assert conda["rust"].startswith((">=", "=="))
    assert numbers(conda["rust"]) >= numbers(needed[1])
