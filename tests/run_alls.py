"""Runs handouts many times, each in a fresh kernel: run_alls.py [options] [NAME …].

Each run is checked: no cell fails, the outputs are those that the list of source cells wants, and
they bear out the sentences on results. Sentences on times may be contradicted, as on any machine
that is busy; these are counted. The log has a line of JSON for each run. Runs that it has are not
repeated, so that the script goes on where it was stopped. With `--same N` each handout is run N
times in one kernel instead.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = ROOT / "crates/xtask/python"
sys.path.insert(0, str(SCRIPTS))

import quick  # noqa: E402, F401 (first)

# isort: split
import claims  # noqa: E402
import execute  # noqa: E402
import expect  # noqa: E402
import nbformat  # noqa: E402
import psutil  # noqa: E402
import source_lists  # noqa: E402
from jupyter_client.manager import AsyncKernelManager  # noqa: E402
from nbclient.util import run_sync  # noqa: E402
from nbformat import NotebookNode  # noqa: E402

CELL_SECONDS = 600
LOOK_SECONDS = 0.5
BUSY_PROCESSES = 8
PROGRAM = "evcxr_jupyter"
# A number that a list of source cells wants otherwise.
FAR = re.compile(r"is not within [\d.e-]+ of ")
# A variable's name, without its type, and what it becomes.
LET = re.compile(r"(?ms)^let ([^=:]+)[^=]*=(.*?);$")
WORD = re.compile(r"\b[a-z_]\w*\b")
Run = dict[str, Any]


def memory(process: psutil.Process) -> dict[str, float]:
    """Memory of a program in MB: now, and the most it ever had."""
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    fields = dict(line.partition(":")[::2] for line in lines)
    return {
        name: round(int(fields[key].split()[0]) / 1024, 1)
        for name, key in (("peak", "VmHWM"), ("end", "VmRSS"))
    }


def kernel_memory(parent: psutil.Process) -> dict[str, dict[str, float]]:
    """Memory of the kernel, and of the process that runs the cells, which it starts."""
    found = {}
    for process in parent.children(recursive=True):
        try:
            if process.name().startswith(PROGRAM[:15]):
                is_inner = (process.parent() or process).name().startswith(PROGRAM[:15])
                found["cells" if is_inner else "kernel"] = memory(process)
        except (psutil.Error, OSError, KeyError):
            continue  # it ends just now
    return found


def check(notebook: NotebookNode, name: str) -> tuple[list[str], list[str], int]:
    """Wrong results, contradicted sentences on times, and how many cells `--hold` would repeat."""
    lists = {notebook: number for number, notebook in source_lists.NOTEBOOKS.items()}
    entries = source_lists.load(lists[name]) if name in lists else []
    timed = [entry["id"] for entry in entries if measures(claims.cells_of(notebook, entry["id"]))]
    wrong, times = [], []
    on_times = cells_on_times(notebook)
    for problem in claims.problems(notebook, entries) if name != source_lists.PRIMER else []:
        is_number = FAR.search(problem) and problem.split(": ")[0] in timed
        (times if is_number else wrong).append(problem)
    for found, problem in expect.contradictions(notebook):
        of_times = on_times & set(found.meant)
        (times if of_times or "value" in found.claim else wrong).append(f"{found.says}: {problem}")
    code = [k for k, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    again = {index for last in code for index in expect.to_repeat(notebook, last)}
    return wrong, times, len(again)


def cells_on_times(notebook: NotebookNode) -> set[int]:
    """The cells that measure times, or compute with what was measured."""
    names: set[str] = set()
    found = set()
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        for left, right in LET.findall(cell.source):
            if expect.MEASURES.search(right) or names & set(WORD.findall(right)):
                names |= set(WORD.findall(left)) - {"mut"}
        if measures([cell]) or names & set(WORD.findall(cell.source)):
            found.add(index)
    return found


def measures(cells: Iterable[NotebookNode]) -> bool:
    """Whether one of the cells measures times."""
    return any(expect.measures(cell) for cell in cells)


@contextmanager
def busy(count: int) -> Iterator[None]:
    """Runs a number of programs that always compute."""
    programs = [subprocess.Popen(["yes"], stdout=subprocess.DEVNULL) for _ in range(count)]
    try:
        yield
    finally:
        for program in programs:
            program.kill()
            program.wait()


def run_once(name: str, folder: Path) -> Run:
    """One run in a fresh kernel, as `cargo xtask handouts` does it."""
    source, out = ROOT / "notebooks" / f"{name}.ipynb", folder / f"{name}.ipynb"
    command = [sys.executable, SCRIPTS / "execute.py", "--timeout", str(CELL_SECONDS)]
    command += ["--private", ROOT, source, out]
    seen: dict[str, dict[str, float]] = {}
    begin = time.monotonic()
    with (folder / "log").open("w+") as log:
        child = subprocess.Popen(command, stdout=log, stderr=log)
        watched = psutil.Process(child.pid)
        while child.poll() is None:
            for kind, found in kernel_memory(watched).items():
                seen.setdefault(kind, {}).update(found)
            time.sleep(LOOK_SECONDS)
        seconds = time.monotonic() - begin
        log.seek(0)
        text = log.read()
    wrong, times, again = [text[-2000:]], [], 0
    if child.returncode == 0:
        wrong, times, again = check(nbformat.read(out, as_version=4), name)
    taken = {"seconds": round(seconds, 1), "memory": seen}
    return taken | {"wrong": wrong, "times": times, "again": again}


def run_in_one_kernel(name: str, count: int) -> Iterator[Run]:
    """Several runs, one after the other, in the same kernel."""
    source = ROOT / "notebooks" / f"{name}.ipynb"
    original = nbformat.read(source, as_version=4)
    execute.clear(original)
    manager = AsyncKernelManager(kernel_name="rust")
    options = {"timeout": CELL_SECONDS, "allow_errors": True, "coalesce_streams": True}
    place = {"metadata": {"path": str(source.parent)}}
    client = execute.Client(original, km=manager, resources=place, **options)
    try:
        client.start_new_kernel(stdout=subprocess.DEVNULL)
        client.start_new_kernel_client()
        for _ in range(count):
            begin = time.monotonic()
            client.nb = deepcopy(original)
            wrong, times, again = [], [], 0
            try:
                execute.run_cells(client, source, [str(ROOT)], hold=False)
                wrong, times, again = check(client.nb, name)
            except execute.Failure as failure:
                wrong = [str(failure)]
            taken = round(time.monotonic() - begin, 1)
            seen = kernel_memory(psutil.Process())
            yield {"seconds": taken, "memory": seen, "wrong": wrong, "times": times, "again": again}
    finally:
        execute.kill_group(getattr(manager.provisioner, "pgid", None))
        run_sync(manager.shutdown_kernel)(now=True)


def tell(log: Path, run: Run) -> None:
    """Writes a run to the log, and a line of it to the terminal."""
    # A line that was not written to its end stays a line of its own.
    torn = log.exists() and not log.read_text("utf-8").endswith("\n")
    with log.open("a", encoding="utf-8") as file:
        file.write("\n" * torn + json.dumps(run, ensure_ascii=False) + "\n")
    state = "wrong: " + "; ".join(run["wrong"])[:500] if run["wrong"] else "right"
    peaks = {kind: found["peak"] for kind, found in run["memory"].items()}
    print(f"{run['kind']} {run['name']} {run['seconds']} s, MB {peaks}: {state}", flush=True)


def read(log: Path) -> list[Run]:
    """The runs that the log has; a line that was not written to its end is none."""
    found = []
    for line in log.read_text("utf-8").splitlines() if log.exists() else []:
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def summary(runs: list[Run]) -> str:
    """All runs in one line."""
    peak = max((m["peak"] for run in runs for m in run["memory"].values()), default=0)
    parts = [f"{len(runs)} runs of {len({run['name'] for run in runs})} notebooks"]
    parts += [f"{sum(run['kind'] == 'busy' for run in runs)} beside {BUSY_PROCESSES} busy programs"]
    parts += [f"{sum(len(run['times']) for run in runs)} sentences on times contradicted"]
    parts += [f"most memory {peak:.0f} MB", f"{sum(bool(run['wrong']) for run in runs)} wrong"]
    return ", ".join(parts)


def set_environment() -> None:
    """What `cargo xtask` sets, where this is started without it."""
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    os.environ.setdefault("JUPYTER_PATH", str(ROOT / "target/kernel/jupyter"))
    for kind in ("runtime", "data", "config"):
        os.environ.setdefault(f"JUPYTER_{kind.upper()}_DIR", str(ROOT / "target/jupyter" / kind))


def main() -> int:
    """Reads the command line and does what it says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=source_lists.PAGES)
    parser.add_argument("--runs", type=int, default=10, help="of each handout")
    parser.add_argument("--busy", type=int, default=0, help="of each, beside busy programs")
    parser.add_argument("--same", type=int, default=0, help="of each, in one kernel")
    parser.add_argument("--log", type=Path, default=ROOT / "target/run-alls.jsonl")
    args = parser.parse_args()
    set_environment()

    def missing(kind: str, name: str, wanted: int) -> int:
        return wanted - sum((r["kind"], r["name"]) == (kind, name) for r in read(args.log))

    turns = [("quiet", k + 1) for k in range(args.runs)]
    turns += [("busy", k + 1) for k in range(args.busy)]
    for kind, wanted in turns:
        programs = BUSY_PROCESSES if kind == "busy" else 0
        for name in args.names:
            if missing(kind, name, wanted) > 0:
                with tempfile.TemporaryDirectory() as folder, busy(programs):
                    run = run_once(name, Path(folder))
                tell(args.log, {"kind": kind, "name": name} | run)
    for name in args.names if args.same else []:
        if missing("same", name, args.same) > 0:
            for run in run_in_one_kernel(name, args.same):
                tell(args.log, {"kind": "same", "name": name} | run)
    runs = read(args.log)
    print(summary(runs))
    return int(any(run["wrong"] for run in runs))


if __name__ == "__main__":
    sys.exit(main())
