"""environment.yml and its lock are complete, exact, and what is installed here."""

import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, metadata, requires, version
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PYTHONS = ["3.10", "3.13"]
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
    return [entry for entry in parts[0]["pip"] if not entry.startswith("-")]


@pytest.fixture(scope="module")
def locked(root: Path) -> list[Requirement]:
    """What the lock allows, with the Pythons and systems that each line is for."""
    lines = (root / "environment.lock").read_text("utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def holding(locked: list[Requirement], **facts: str) -> dict[str, str]:
    """Name and version of the lines that hold here, or under other facts."""
    found = [line for line in locked if line.marker is None or line.marker.evaluate({**facts})]
    names = [canonicalize_name(line.name) for line in found]
    assert len(set(names)) == len(names), "two lines for one package hold at once"
    versions = [str(line.specifier).removeprefix("==") for line in found]
    return dict(zip(names, versions, strict=True))


def brought_by(name: str, seen: set[str]) -> set[str]:
    """All packages that one brings here, itself included."""
    if (name := canonicalize_name(name)) not in seen:
        seen.add(name)
        for line in map(Requirement, requires(name) or []):
            if line.marker is None or line.marker.evaluate({"extra": ""}):
                brought_by(line.name, seen)
    return seen


def strings(dependencies: list[Any]) -> list[str]:
    return [entry for entry in dependencies if isinstance(entry, str)]


def numbers(text: str) -> tuple[int, ...]:
    """`>=1.95` as (1, 95)."""
    return tuple(int(part) for part in re.findall(r"\d+", text))


def test_conda_installs_python_pip_rust_and_a_compiler(conda: dict[str, str]) -> None:
    assert {"python", "pip", "rust", "rust-src"} <= conda.keys()
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


def test_the_lock_is_part_of_the_list(dependencies: list[Any]) -> None:
    assert "-c environment.lock" in dependencies[-1]["pip"]


def test_the_lock_has_the_pins_and_all_that_they_bring(
    pins: list[str], locked: list[Requirement]
) -> None:
    versions = holding(locked)
    for pin in pins:
        name, wanted = pin.split("==")
        assert versions[canonicalize_name(name)] == wanted
    brought: set[str] = set()
    for pin in pins:
        brought_by(pin.split("==")[0], brought)
    found = {name: version(name) for name in brought}
    assert found == {name: versions.get(name) for name in brought}


@pytest.mark.parametrize("python", PYTHONS)
def test_the_lock_is_complete_for_other_pythons(
    python: str, locked: list[Requirement], tmp_path: Path
) -> None:
    """Each line is a package that pip finds built, for the oldest Python and for the newest."""
    facts = {"python_version": python, "python_full_version": f"{python}.0"}
    pins = [f"{name}=={version}" for name, version in holding(locked, **facts).items()]
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--no-deps", "--no-input"]
    command += ["--only-binary=:all:", "--ignore-installed", "--target", str(tmp_path / "none")]
    command += ["--python-version", python, "--disable-pip-version-check", *pins]
    run = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("name", ["rust", "rust-src"])
def test_rust_is_new_enough(name: str, root: Path, conda: dict[str, str]) -> None:
    manifest = (root / "Cargo.toml").read_text("utf-8")
    needed = re.search(r'(?m)^rust-version\s*=\s*"([\d.]+)"', manifest)
    assert needed, "Cargo.toml names no rust-version"
    assert conda[name].startswith((">=", "=="))
    assert numbers(conda[name]) >= numbers(needed[1])


# Words of licences that let a package be used and passed on beside code under MIT or Apache-2.0.
OPEN = re.compile(
    r"Apache|BSD|ISC|MIT|MPL-2\.0|Mozilla Public License 2|PSF|Python Software Foundation|OpenMPI"
)
# Its package states none; its file LICENSE is MIT's.
UNSTATED = {"axe-playwright-python"}


def licence(name: str) -> list[str]:
    """The licences that a package states, each on its own."""
    facts = metadata(name)
    named = [text for text in facts.get_all("Classifier", []) if text.startswith("License ::")]
    stated = facts.get("License-Expression") or "; ".join(named) or facts.get("License") or ""
    return [part for part in re.split(r"; | AND ", stated) if part]


def test_licences_allow_use_beside_ours(pins: list[str]) -> None:
    brought: set[str] = set()
    for pin in pins:
        brought_by(pin.split("==")[0], brought)
    found = {name: licence(name) for name in brought - UNSTATED}
    assert not [
        name for name, parts in found.items() if not parts or not all(map(OPEN.search, parts))
    ]
