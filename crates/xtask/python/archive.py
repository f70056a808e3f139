"""Packs what runs after unpacking: archive.py FOLDER ZIP LIST.

LIST is a file with a JSON list of pairs: a name in the archive, and the file. FOLDER is the name of
the folder that unpacking makes. Equal files give an equal archive.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

START = """These notebooks run on Linux, with Rust 1.95 or newer (https://rustup.rs), a C compiler
and Python 3.10 or newer. Open a terminal in this folder and type

    cargo xtask lab

It sets up what is missing, which takes some minutes the first time, and opens JupyterLab on the
list of the notebooks. README.md says more.
"""


def add(archive: ZipFile, name: str, content: bytes) -> None:
    """A file with a fixed date, so that the archive depends on its content only."""
    info = ZipInfo(name)
    info.compress_type = ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    archive.writestr(info, content)


def main() -> None:
    """Reads the command line and does what it says."""
    folder, target, listed = sys.argv[1:]
    files = sorted(json.loads(Path(listed).read_text("utf-8")))
    with ZipFile(target, "w") as archive:
        add(archive, f"{folder}/START-HERE.txt", START.encode())
        for name, path in files:
            add(archive, f"{folder}/{name}", Path(path).read_bytes())


if __name__ == "__main__":
    main()
