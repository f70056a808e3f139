"""The files that publish a copy are well formed, pinned, and name only what exists.

Whether GitHub and Binder take them cannot be tried here: .github/PUBLISHING.md.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from editions import ROOT
from traitlets.config import PyFileConfigLoader

WORKFLOWS = (".github/workflows/test.yml", ".github/workflows/pages.yml")
PREPARE = ".github/actions/prepare/action.yml"
DEVCONTAINER = ".devcontainer/devcontainer.json"
SERVER_CONFIG = ".devcontainer/jupyter/jupyter_server_config.py"
DOCKERFILE = ".binder/Dockerfile"
PAGE = ".github/PUBLISHING.md"
FILES = (*WORKFLOWS, PREPARE, DEVCONTAINER, SERVER_CONFIG, DOCKERFILE, PAGE)
SCHEMAS = {"vendor.github-workflows": WORKFLOWS, "vendor.github-actions": (PREPARE,)}


def read(root: Path, name: str) -> Any:
    """A file as YAML in which every value is a text, so that `on` is no truth value."""
    return yaml.load((root / name).read_text("utf-8"), Loader=yaml.BaseLoader)


def steps(root: Path) -> list[dict[str, Any]]:
    """The steps of all workflows, and of the action that they share."""
    jobs = [job for name in WORKFLOWS for job in read(root, name)["jobs"].values()]
    parts = [*jobs, read(root, PREPARE)["runs"]]
    return [step for part in parts for step in part["steps"]]


def faults_of_form(root: Path) -> list[str]:
    """What the schemas of SchemaStore say."""
    found = []
    for schema, names in SCHEMAS.items():
        command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *names]
        run = subprocess.run(command, capture_output=True, text=True, cwd=root)
        found += [run.stdout + run.stderr] if run.returncode else []
    return found


def faults_of_workflows(root: Path) -> list[str]:
    """What has no fixed version, may do too much, runs too long, or is not there."""
    found = []
    for used in (step["uses"] for step in steps(root) if "uses" in step):
        if used.startswith("./"):
            fine = (ROOT / used / "action.yml").is_file()
        else:
            fine = re.fullmatch(r"[\w-]+/[\w-]+@v\d+\.\d+\.\d+", used)
        found += [] if fine else [f"not pinned: {used}"]
    for name in WORKFLOWS:
        workflow = read(root, name)
        if workflow.get("permissions") != {"contents": "read"} or "concurrency" not in workflow:
            found.append(f"{name}: permissions or concurrency")
        for job in workflow["jobs"].values():
            found += [] if "timeout-minutes" in job else [f"{name}: a job has no limit of time"]
            label = job["runs-on"]
            if f"kernel-{label}-" not in (root / PREPARE).read_text("utf-8"):
                found.append(f"the kernel that is kept was not built on {label}")
    ran = " ".join(step.get("run", "") for step in steps(root))
    for program in re.findall(r"(?<!\S)\.[\w/-]+", ran):
        found += [] if os.access(ROOT / program, os.X_OK) else [f"no program {program}"]
    return found


def faults_of_caches(root: Path) -> list[str]:
    """What is kept is where `xtask` puts it, and its key changes with all that it is made from."""
    found = []
    text = (root / PREPARE).read_text("utf-8")
    folder = (ROOT / "crates/xtask/src/tools/cache.rs").read_text("utf-8")
    name = re.search(r'cache\.join\("(.*?)"\)', folder)
    if not name or f"path: ~/.cache/{name[1]}\n" not in text:
        found.append("the cache is another folder")
    key = next(line for line in text.splitlines() if "key: kernel-" in line)
    hashed = {path for glob in re.findall(r"'(.*?)'", key) for path in ROOT.glob(glob)}
    source = (ROOT / "crates/kernel/src/changes.rs").read_text("utf-8")
    built_from = set(re.findall(r'include_str!\("\.\./(.*?)"\)', source))
    patches = source.partition("patches![\n")[2].partition("]")[0]
    version = next(iter(built_from)).partition("/")[0]
    built_from |= {f"{version}/{name}.patch" for name in re.findall(r'"(.*?)"', patches)}
    missing = {ROOT / "crates/kernel" / name for name in built_from} - hashed
    return found + [f"not in the key: {path.name}" for path in sorted(missing)]


def faults_of_rust(root: Path) -> list[str]:
    """Everywhere the Rust that Cargo.toml asks for, with its source."""
    manifest = (ROOT / "Cargo.toml").read_text("utf-8")
    wanted = re.search(r'(?m)^rust-version\s*=\s*"(.*)"', manifest)[1]
    first = read(root, PREPARE)["runs"]["steps"][0]["run"].splitlines()[0]
    command = ["bash", "-c", f'{first}; echo "$version"']
    found_by_workflow = subprocess.run(command, capture_output=True, text=True, cwd=ROOT).stdout
    rust = read(root, DEVCONTAINER)["features"]["ghcr.io/devcontainers/features/rust:1"]
    image = re.search(r"(?m)^FROM rust:([\d.]+)-slim-\w+$", (root / DOCKERFILE).read_text("utf-8"))
    versions = {DEVCONTAINER: rust["version"], DOCKERFILE: image[1] if image else None}
    versions[PREPARE] = found_by_workflow.strip()
    found = [f"{name}: Rust {of}" for name, of in versions.items() if of != wanted]
    for name in (PREPARE, DEVCONTAINER, DOCKERFILE):
        found += [] if "rust-src" in (root / name).read_text("utf-8") else [f"{name}: no rust-src"]
    return found


def faults_of_binder(root: Path) -> list[str]:
    """What Binder asks of a Dockerfile: its user, who owns the files, and arguments that arrive."""
    text = (root / DOCKERFILE).read_text("utf-8")
    told = re.findall(r"(?m)^([A-Z]+) (.*)", text)
    wanted = [("ARG", "NB_USER=jovyan"), ("ARG", "NB_UID=1000"), ("COPY", "--chown=${NB_UID} . .")]
    found = [f"{DOCKERFILE}: no {' '.join(line)}" for line in wanted if line not in told]
    last = [value for name, value in told if name == "USER"][-1:]
    found += [] if last == ["${NB_USER}"] else [f"{DOCKERFILE}: runs as {last}"]
    return found + [f"{DOCKERFILE}: {name} {value}" for name, value in told if name == "ENTRYPOINT"]


def faults_of_links(root: Path) -> list[str]:
    """Links that launch something have a place for the copy's name, and open what is there."""
    text = (root / PAGE).read_text("utf-8")
    links = re.findall(r"https://(?:mybinder\.org|codespaces\.new|\w+\.github\.io)/[^\s)`]*", text)
    found = [f"no place for a name: {link}" for link in links if "REPOSITORY" not in link]
    opened = [path for link in links for path in re.findall(r"lab/tree/(.*)", link)]
    found += [f"opens nothing: {path}" for path in opened if not (ROOT / path).is_file()]
    return found if opened else [*found, "no link to Binder"]


CHECKS = (
    faults_of_form,
    faults_of_workflows,
    faults_of_caches,
    faults_of_rust,
    faults_of_binder,
    faults_of_links,
)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_files_have_no_fault(check: Any) -> None:
    assert check(ROOT) == []


@pytest.mark.parametrize(
    ("check", "name", "old", "new"),
    [
        (faults_of_form, WORKFLOWS[0], "runs-on:", "run-on:"),
        (faults_of_form, WORKFLOWS[1], "id-token: write", "id-token: wrote"),
        (faults_of_form, PREPARE, "using: composite", "using: composed"),
        (faults_of_workflows, WORKFLOWS[0], "checkout@v7.0.1", "checkout@v7"),
        (faults_of_workflows, PREPARE, "cache@v6.1.0", "cache@main"),
        (faults_of_workflows, WORKFLOWS[0], "actions/prepare", "actions/prepared"),
        (faults_of_workflows, WORKFLOWS[0], ".ci/run", ".ci/runs"),
        (faults_of_workflows, WORKFLOWS[1], "contents: read", "contents: write"),
        (faults_of_workflows, WORKFLOWS[1], "timeout-minutes: 10", "continue-on-error: true"),
        (faults_of_workflows, WORKFLOWS[0], "ubuntu-24.04", "ubuntu-26.04"),
        (faults_of_caches, PREPARE, "/speedup-handouts", "/speedup"),
        (faults_of_caches, PREPARE, "*.patch", "*.diff"),
        (faults_of_rust, DEVCONTAINER, "1.95", "1.94"),
        (faults_of_rust, DOCKERFILE, "rust:1.95-slim-bookworm", "rust:slim"),
        (faults_of_rust, PREPARE, ",rust-src", ""),
        (faults_of_rust, PREPARE, "^rust-version", "^rust"),
        (faults_of_binder, DOCKERFILE, "USER ${NB_USER}", "USER root"),
        (faults_of_binder, DOCKERFILE, "CMD", 'ENTRYPOINT ["sh"]\nCMD'),
        (faults_of_binder, DOCKERFILE, "--chown=${NB_UID} ", ""),
        (faults_of_links, PAGE, "gh/OWNER/REPOSITORY", "gh/us/ours"),
        (faults_of_links, PAGE, "lab/tree/notebooks/index.md", "lab/tree/index.md"),
    ],
)
def test_a_planted_fault_is_seen(check: Any, name: str, old: str, new: str, tmp_path: Path) -> None:
    for file in FILES:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    text = (tmp_path / name).read_text("utf-8")
    assert old in text
    (tmp_path / name).write_text(text.replace(old, new), "utf-8")
    assert check(tmp_path)


def commands() -> list[str]:
    """All commands `cargo xtask …` in the files."""
    texts = [(ROOT / name).read_text("utf-8") for name in FILES]
    found = [part for text in texts for part in re.findall(r"cargo (xtask [^\n`'\"&\\#…]*)", text)]
    return sorted({command.strip() for command in found})


def understood(xtask: Path, command: str) -> bool:
    """Whether xtask knows the command and its options; it explains them, and does nothing."""
    own, dashes, others = command.removeprefix("xtask").partition(" -- ")
    args = [*own.split(), "--help", *(dashes + others).split()]
    return subprocess.run([str(xtask), *args], capture_output=True).returncode == 0


def test_xtask_knows_every_command_of_the_files(xtask: Path) -> None:
    found = commands()
    assert {"xtask setup", "xtask lab", "xtask lab -- --version"} <= set(found)
    assert [command for command in found if not understood(xtask, command)] == []
    for wrong in ("xtask handout --pdf", "xtask handouts --pfd --out site", "xtask lab --version"):
        assert not understood(xtask, wrong)


def test_only_what_the_pages_link_is_uploaded() -> None:
    build = read(ROOT, WORKFLOWS[1])["jobs"]["build"]["steps"]
    copied = next(step["run"] for step in build if "cp " in step.get("run", ""))
    assert re.findall(r"site/\S*(\*\S+)", copied) == ["*.html", "*.pdf", "*.ipynb", "*.js", "*.zip"]
    uploaded = next(step for step in build if "upload-pages" in step.get("uses", ""))
    assert f"{uploaded['with']['path']}/" == copied.split()[-1]


@pytest.mark.parametrize("codespace", [True, False])
def test_jupyterlab_in_a_dev_container_reads_its_settings(
    codespace: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the variables that xtask sets, it looks into the folder that the container names."""
    container = json.loads((ROOT / DEVCONTAINER).read_text("utf-8"))
    folders = container["remoteEnv"]["XDG_CONFIG_DIRS"]
    folders = folders.replace("${containerWorkspaceFolder}", str(ROOT))
    source = (ROOT / "crates/xtask/src/tools/jupyter_env.rs").read_text("utf-8")
    own = dict(re.findall(r'\.env\("(\w+)", "(\d)"\)', source))
    command = [sys.executable, "-m", "jupyter_core", "--paths", "--json"]
    environment = {**os.environ, **own, "XDG_CONFIG_DIRS": folders}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    place = (ROOT / SERVER_CONFIG).parent
    assert str(place) in json.loads(run.stdout)["config"]

    names = {"CODESPACE_NAME": "a-1", "GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN": "app.github.dev"}
    for name, value in names.items():
        monkeypatch.delenv(name, raising=False)
        if codespace:
            monkeypatch.setenv(name, value)
    config = PyFileConfigLoader("jupyter_server_config.py", str(place)).load_config()
    assert config.ServerApp.use_redirect_file is False
    pattern = config.ServerApp.get("allow_origin_pat", "nothing")
    assert bool(re.fullmatch(pattern, "https://a-1-8889.app.github.dev")) == codespace
    assert not re.fullmatch(pattern, "https://a-1-8889.app.github.dev.example.org")
