"""The crates that other programs may use can be packaged."""

from __future__ import annotations

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
