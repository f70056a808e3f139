#!/usr/bin/env python3
"""Runs every target of fuzzing: `python3 tests/fuzz/run.py [--seconds N] [TARGET …]`.

It needs nightly Rust and cargo-fuzz (`cargo install cargo-fuzz`). Inputs that found something new
stay in `target/fuzz/corpus`, so that the next run begins with them. An input that fails is kept in
`tests/fuzz/artifacts`.
"""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
TARGET = ROOT / "target/fuzz"
CARGO_FUZZ = ["cargo", "+nightly", "fuzz"]
OPTIONS = ["--fuzz-dir", str(FOLDER), "--target-dir", str(TARGET), "-O", "-a"]
# More memory, or more time for one input, is an error of the reader.
LIMITS = ["-rss_limit_mb=1024", "-malloc_limit_mb=128", "-timeout=10", "-max_len=4096"]


def names() -> list[str]:
    """The targets, in order."""
    return sorted(path.stem for path in (FOLDER / "targets").glob("*.rs"))


def run(target: str, seconds: int, features: list[str]) -> tuple[int, int] | None:
    """Runs a target; gives the inputs that were tried and the places of the code reached."""
    corpus = TARGET / "corpus" / target
    corpus.mkdir(parents=True, exist_ok=True)
    # The folders that a target makes are in memory where the system has such a place.
    memory = Path("/dev/shm")
    temporary = {"TMPDIR": str(memory)} if memory.is_dir() else {}
    command = [*CARGO_FUZZ, "run", *OPTIONS, *features, target, str(corpus)]
    command += ["--", *LIMITS, f"-max_total_time={seconds}", "-print_final_stats=1"]
    environment = os.environ | {"FUZZ_SEEDS": str(corpus)} | temporary
    done = subprocess.run(
        command, cwd=ROOT, env=environment, text=True, errors="replace", stderr=subprocess.PIPE
    )
    inputs = re.search(r"stat::number_of_executed_units: (\d+)", done.stderr)
    covered = re.findall(r" cov: (\d+) ", done.stderr)
    if done.returncode != 0 or not inputs or not covered:
        print(done.stderr[-4000:])
        return None
    return int(inputs[1]), int(covered[-1])


def main() -> int:
    """Runs the targets one after another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=3600, help="for each target")
    parser.add_argument("targets", nargs="*", help="all, if none is named")
    arguments = parser.parse_args()
    targets = arguments.targets or names()
    if unknown := set(targets) - set(names()):
        parser.error(f"there is no target {', '.join(sorted(unknown))}, use {', '.join(names())}")
    features = ["--features", "results"] if "results" in targets else []
    subprocess.run([*CARGO_FUZZ, "build", *OPTIONS, *features], cwd=ROOT, check=True)
    inputs, failed = 0, []
    for target in targets:
        result = run(target, arguments.seconds, features)
        if result is None:
            failed.append(target)
            continue
        inputs += result[0]
        print(f"{target}: {result[0]:,} inputs, {result[1]:,} places of the code", flush=True)
    ends = f"; failed: {', '.join(failed)}" if failed else "; none failed"
    print(f"{len(targets)} targets of {arguments.seconds} s, {inputs:,} inputs{ends}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
