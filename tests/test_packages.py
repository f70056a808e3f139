"""The crates that other programs may use can be packaged."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path


def test_what_others_may_use_is_packaged(root: Path, tmp_path: Path) -> None:
    manifests = root.glob("crates/*/Cargo.toml")
    names = [path.parent.name for path in manifests if "publish = false" not in path.read_text()]
    assert {"speedup", "speedup-linalg", "speedup-cache"} <= set(names)
    command = ["cargo", "package", "--locked", "--offline", "--no-verify", "--allow-dirty"]
    command += ["--target-dir", str(tmp_path)]
    for name in names:
        command += ["--package", name]
    run = subprocess.run(command, capture_output=True, text=True, cwd=root)
    assert run.returncode == 0, run.stderr
    made = {path.name for path in (tmp_path / "package").glob("*.crate")}
    assert made == {f"{name}-0.1.0.crate" for name in names}


def test_what_needs_an_mpi_is_no_default_member(root: Path) -> None:
    command = ["cargo", "metadata", "--locked", "--offline", "--format-version=1"]
    run = subprocess.run(command, capture_output=True, text=True, cwd=root, check=True)
    found = json.loads(run.stdout)
    needs = {node["id"]: {dep["pkg"] for dep in node["deps"]} for node in found["resolve"]["nodes"]}
    with_mpi = {package["id"] for package in found["packages"] if package["name"] == "mpi-sys"}
    assert with_mpi
    while more := {name for name, deps in needs.items() if deps & with_mpi} - with_mpi:
        with_mpi |= more
    members, default = set(found["workspace_members"]), set(found["workspace_default_members"])
    assert members - default == members & with_mpi
