"""The kernel that xtask sets up: several at a time, each in its own folder, none in the way."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
import zmq
from claims import source_ids
from jupyter_client import BlockingKernelClient
from jupyter_client.session import Session
from kernels import Kernel, failure, place_without_memory, rust_kernel, with_other_home
from nbformat import NotebookNode

HANDOUT = "02-lists-matrices-grids"
DEPS = """\
:dep speedup = { path = "../crates/speedup" }
:dep speedup-notebook = { path = "../crates/speedup-notebook" }"""
# A worker of the pool that the crate keeps in a static.
WORKER = (
    'speedup::Threads::new(1)?.install(|| format!("worker {:?}", std::thread::current().id()))?'
)
DOTS = 'for _ in 0..200 { std::thread::sleep(std::time::Duration::from_millis(1)); print!("."); };'
# Constants of the standard library that the types of variables depend on.
CONSTANTS = {
    "bytes": ("7_u32.to_ne_bytes()", "4"),
    "sizes": ("[0_u8; size_of::<u64>()]", "8"),
    "bits": ("[0_u8; usize::BITS as usize]", "64"),
    "text": ('[0_u8; "abc".len()]', "3"),
    "power": ("[0_u8; 4_usize.pow(2)]", "16"),
}


@pytest.fixture(scope="module")
def notebooks(root: Path) -> Path:
    return root / "notebooks"


@pytest.fixture(scope="module")
def two(notebooks: Path) -> Iterator[list[Kernel]]:
    """Two kernels at the same time that have read the helper crate."""
    with ExitStack() as stack:
        kernels = [stack.enter_context(rust_kernel(notebooks)) for _ in range(2)]
        for kernel in kernels:
            kernel.run(DEPS)
            kernel.run("let values = vec![1, 2, 3];")
        yield kernels


def test_two_kernels_work_at_the_same_time(two: list[Kernel]) -> None:
    for value, kernel in enumerate(two):
        kernel.run(f"let a = {value};")
    assert [kernel.run("a").strip() for kernel in two] == ["0", "1"]
    assert len({kernel.folder() for kernel in two}) == 2, "both kernels work in the same folder"


def test_a_macro_is_known_to_later_cells(two: list[Kernel]) -> None:
    """Also to a function whose name is before its own in the alphabet."""
    kernel = two[0]
    kernel.run("macro_rules! twice { ($x:expr) => { 2 * $x }; }")
    kernel.run("fn four_times(x: u64) -> u64 { twice!(twice!(x)) }")
    assert kernel.run("four_times(5) + twice!(1)").strip() == "22"


def test_statics_are_shared_between_cells(two: list[Kernel]) -> None:
    kernel = two[0]
    first, second = kernel.run(WORKER), kernel.run(WORKER)
    assert "worker ThreadId(" in first
    assert first == second, "each cell has a thread pool of its own"


def test_arithmetic_in_cells_is_checked(two: list[Kernel]) -> None:
    output = two[1].run("let x: u8 = std::hint::black_box(255); x + 1")
    assert "attempt to add with overflow" in output


def test_programs_that_a_cell_starts_have_the_user_s_environment(two: list[Kernel]) -> None:
    variables = two[1].run("!env").strip().splitlines()
    names = {line.partition("=")[0] for line in variables if "=" in line}
    shell = {"_", "OLDPWD", "PWD", "SHLVL"}
    assert names - os.environ.keys() - shell <= {"JPY_PARENT_PID", "JPY_SESSION_NAME"}
    checked = two[1].run('!cd ../crates/speedup && cargo check 2>&1; echo "status $?"')
    assert checked.strip().endswith("status 0"), checked


def test_text_comes_whole_and_before_the_cell_is_done(two: list[Kernel]) -> None:
    kernel = two[0]
    answer = kernel.execute('print!("gain: "); 42')
    assert answer.texts() == ["gain: ", "42"]
    answer = kernel.execute('print!("tail");')
    assert answer.texts() == ["tail"]
    answer = kernel.execute('for k in 0..999 { println!("{k}"); eprintln!("{k}"); } print!("π");')
    lines = "".join(f"{k}\n" for k in range(999))
    assert (answer.stream("stdout"), answer.stream("stderr")) == (f"{lines}π", lines)


def test_the_last_words_of_a_process_are_shown(two: list[Kernel]) -> None:
    answer = two[1].execute('println!("last words"); std::process::exit(0);')
    assert answer.stream("stdout") == "last words\n"
    assert "process has ended" in answer.reply["evalue"]


def test_many_lines_come_in_few_messages(two: list[Kernel]) -> None:
    kernel = two[0]
    answer = kernel.execute('for k in 0..200_000 { println!("line {k}"); }')
    assert answer.stream("stdout") == "".join(f"line {k}\n" for k in range(200_000))
    assert len(answer.outputs) < 200


def visits(kernel: Kernel, asked: list[str], ended: threading.Event) -> list[bool]:
    """Clients that come, ask and leave, one after the other; whether each question was answered."""
    ports = kernel.client.get_connection_info()
    session = Session(key=kernel.manager.session.key)
    answered = []
    while not ended.is_set() and all(answered):
        # The end of a context waits until its sockets are closed, so that they do not pile up.
        with (
            zmq.Context() as context,
            context.socket(zmq.SUB) as iopub,
            context.socket(zmq.DEALER) as shell,
            context.socket(zmq.REQ) as hb,
        ):
            sockets = {"iopub": iopub, "shell": shell, "hb": hb}
            for name, socket in sockets.items():
                socket.linger = 0
                socket.connect(f"tcp://{ports['ip']}:{ports[f'{name}_port']}")
            iopub.subscribe(b"")
            for name in asked:
                if name == "shell":
                    session.send(shell, "kernel_info_request")
                else:
                    sockets[name].send(b"alive?")
                answered.append(sockets[name].poll(30_000) != 0)
    return answered


@pytest.mark.parametrize("asked", [["shell", "hb"], ["hb"]], ids=["between cells", "in a cell"])
def test_clients_that_come_and_go_do_not_block_the_kernel(
    two: list[Kernel], asked: list[str]
) -> None:
    """The shell answers between cells only, the heartbeat at any time."""
    kernel, ended = two[0], threading.Event()
    between = "shell" in asked
    code, text = ('print!("here");', "here") if between else (DOTS, "." * 200)
    with ThreadPoolExecutor(4) as pool:
        visitors = [pool.submit(visits, kernel, asked, ended) for _ in range(4)]
        try:
            for _ in range(10 if between else 20):
                time.sleep(0.2 if between else 0)
                assert kernel.run(code) == text
        finally:
            ended.set()
    answered = [visitor.result() for visitor in visitors]
    assert all(all(of_one) and len(of_one) > 10 for of_one in answered)


def test_all_results_of_a_cell_are_shown(two: list[Kernel]) -> None:
    kernel = two[0]
    kernel.run("""\
struct Shown(u32);
impl Shown {
    pub fn evcxr_display(&self) {
        println!("EVCXR_BEGIN_CONTENT text/plain\\nshown {}\\nEVCXR_END_CONTENT", self.0);
        println!("EVCXR_BEGIN_CONTENT text/html\\n<b>{}</b>\\nEVCXR_END_CONTENT", self.0);
    }
}""")
    loop = 'for k in 0..3 { Shown(k).evcxr_display(); println!("after {k}"); }'
    answer = kernel.execute(f"{loop} Shown(3)")
    results = [(kind, c["data"]) for kind, c in answer.outputs if "data" in c]
    kinds = [*3 * ["display_data"], "execute_result"]
    forms = [{"text/plain": f"shown {k}", "text/html": f"<b>{k}</b>"} for k in range(4)]
    assert results == list(zip(kinds, forms, strict=True))
    assert answer.stream("stdout") == "after 0\nafter 1\nafter 2\n"


def test_items_of_the_helper_crate_are_documented(two: list[Kernel]) -> None:
    kernel = two[0]
    content = kernel.ask(kernel.client.inspect("speedup_notebook::measure::timing::timed"))
    assert content["found"]
    assert "Runs a closure once and measures its times." in content["data"]["text/plain"]
    assert "<p>" in content["data"]["text/html"]


def test_a_question_of_the_program_s_is_answered_or_an_error(two: list[Kernel]) -> None:
    kernel = two[0]
    code = "let mut line = String::new();\nstd::io::stdin().read_line(&mut line)?;\nline"
    name, shown, _ = failure(kernel.execute(code))
    assert name == "Error" and "open the notebook in JupyterLab" in shown
    asked: list[str] = []

    def answer(message: dict) -> None:
        asked.append(message["content"]["prompt"])
        kernel.client.input("seven")

    given = kernel.execute(code, allow_stdin=True, stdin_hook=answer)
    assert (asked, given.texts()[-1].strip()) == ([""], '"seven\\n"')
    # Answers that come unasked, and from a client that was not asked, are no answers.
    other = BlockingKernelClient()
    other.load_connection_info(kernel.client.get_connection_info())
    other.start_channels(shell=False, iopub=False, hb=False)
    for client in (kernel.client, other):
        client.input("unasked")

    def answer_last(message: dict) -> None:
        other.input("not asked")
        time.sleep(0.5)
        answer(message)

    given = kernel.execute(code, allow_stdin=True, stdin_hook=answer_last)
    other.stop_channels()
    assert given.texts()[-1].strip() == '"seven\\n"'
    assert kernel.run("values.len()").strip() == "3", "variables are lost"


def test_an_interrupt_while_nothing_runs_does_nothing(two: list[Kernel]) -> None:
    two[0].manager.interrupt_kernel()
    time.sleep(1)  # the request and the next cell come by different channels
    assert two[0].run("values.len()").strip() == "3", "variables are lost"


def test_nothing_is_left_of_clients_that_have_gone(two: list[Kernel]) -> None:
    kernel, ports = two[0], two[0].client.get_connection_info()
    children = ["pgrep", "-P", str(kernel.manager.provisioner.pid)]
    program = subprocess.run(children, capture_output=True, text=True).stdout.split()[0]
    descriptors = Path(f"/proc/{program}/fd")
    before = len(list(descriptors.iterdir()))
    for name in ("shell", "iopub", "stdin", "control", "hb") * 20:
        kind = zmq.SUB if name == "iopub" else zmq.REQ if name == "hb" else zmq.DEALER
        with zmq.Context.instance().socket(kind) as socket:
            socket.connect(f"tcp://{ports['ip']}:{ports[f'{name}_port']}")
            time.sleep(0.02)
            socket.linger = 0
    end = time.monotonic() + 30
    while len(list(descriptors.iterdir())) > before + 5 and time.monotonic() < end:
        time.sleep(0.5)
    assert len(list(descriptors.iterdir())) <= before + 5


@pytest.fixture(scope="module")
def forgetful(root: Path, notebooks: Path) -> Iterator[Kernel]:
    """A kernel for which nothing is kept, nor can be."""
    with (
        place_without_memory(root) as launcher,
        rust_kernel(notebooks, command=[str(launcher)]) as kernel,
    ):
        yield kernel


@pytest.mark.parametrize("name", CONSTANTS)
def test_variables_whose_types_need_a_constant(forgetful: Kernel, name: str) -> None:
    value, length = CONSTANTS[name]
    assert forgetful.run(f"let {name} = {value};") == ""
    assert forgetful.run("let n = 5; let many = vec![n; 3];") == ""
    assert forgetful.run(f"{name}.len() + many.len() - 3").strip() == length


def test_libraries_find_others_from_where_they_are(forgetful: Kernel) -> None:
    """A path that is made for another folder may lead to the right place, or to none."""
    assert forgetful.run("6 * 7").strip() == "42"
    libraries = [*forgetful.folder().rglob("libcode_*.so")]
    assert libraries
    for library in libraries:
        above = len(library.resolve().parents)
        texts = library.read_bytes().split(b"$ORIGIN")[1:]
        steps = [text.split(b"\0")[0].split(b":")[0].decode().split("/")[1:] for text in texts]
        assert steps, "no path at all"
        assert all(path.count("..") < above for path in steps), "it leads above all folders"
        assert any(library.parent.joinpath(*path).glob("libstd-*") for path in steps)


def fetch_what_std_needs(environment: dict[str, str]) -> None:
    """Downloads the crates of the standard library, without which evcxr finds no types in it.

    Our own kernel needs none of them, see `std_sources.rs`.
    """
    rustc = ["rustc", "--print", "sysroot"]
    sysroot = subprocess.run(rustc, capture_output=True, text=True, check=True, env=environment)
    library = Path(sysroot.stdout.strip()) / "lib/rustlib/src/rust/library/Cargo.toml"
    subprocess.run(
        ["cargo", "fetch", "--locked", "--manifest-path", str(library)],
        check=True,
        env={**environment, "RUSTC_BOOTSTRAP": "1"},
    )


def test_a_kernel_without_the_launcher_works_too(
    root: Path, notebooks: Path, executed: Callable[[str], NotebookNode], tmp_path: Path
) -> None:
    """Somebody else's evcxr kernel: no launcher, no settings, nothing built ahead."""
    program = (root / "target/kernel/evcxr-program").read_text("utf-8").strip()
    environment = with_other_home(tmp_path)
    # The crates that Cargo.lock names are on this machine; asking for newer ones is not the point.
    fetch_what_std_needs(environment)
    environment["CARGO_NET_OFFLINE"] = "true"
    # A handout whose crates take the shortest time to build, and `:opt 0` makes it shorter.
    cells = [cell for cell in executed(HANDOUT).cells if cell.cell_type == "code"]
    wanted = {"002:install", "002:benchmark", "002:list-serial", "002:list-parallel"}
    code = [cell.source for cell in cells if wanted & {*source_ids(cell)}]
    with rust_kernel(notebooks, environment, [program, "--control_file"]) as kernel:
        output = "\n".join(kernel.run(source) for source in [":opt 0", *code])
    assert "same numbers: true" in output and "Bar chart: 2,000,000 doublings" in output


def test_the_user_s_own_kernelspec_is_left_alone(notebooks: Path, tmp_path: Path) -> None:
    """An evcxr kernel renews the kernelspec of an older version that it finds; ours must not."""
    spec = tmp_path / ".local/share/jupyter/kernels/rust"
    spec.mkdir(parents=True)
    (spec / "kernel.json").write_text('{"argv": ["mine"], "display_name": "Mine"}')
    (spec / "version.txt").write_text("0.0.1")
    mac = tmp_path / "Library/Jupyter/kernels/rust"
    shutil.copytree(spec, mac)
    environment = {**os.environ, **with_other_home(tmp_path)}
    with rust_kernel(notebooks, environment) as kernel:
        assert kernel.run("6 * 7").strip() == "42"
    for folder in (spec, mac):
        assert "mine" in (folder / "kernel.json").read_text()
        assert (folder / "version.txt").read_text() == "0.0.1"
        assert len(list(folder.iterdir())) == 2
