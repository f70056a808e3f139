"""JupyterLab's server as `cargo xtask lab` runs it: a cell that fails ends the run.

JupyterLab asks for all cells of a run at once and leaves it to the kernel to drop the rest
when one fails. This kernel does not: after an interrupt, which takes all variables, it
would go on and report an error for every cell. So the cells wait here for the one before.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any, ClassVar

from jupyter_server.services.kernels.connection.base import (
    deserialize_msg_from_ws_v1,
    serialize_msg_to_ws_v1,
)
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from tornado.ioloop import IOLoop

PROTOCOL = "v1.kernel.websocket.jupyter.org"
# The kernel calls a cell that panicked a success; `speedup::notebook::set_up` tells.
PANIC = "panicked at: "
# The kernel may send a cell's last lines just after it said that it was done.
LATE_OUTPUT_SECONDS = 0.02


@dataclass
class Run:
    """The cell that runs, and those that wait for it."""

    process: int | None = None
    running: str | None = None
    stops: bool = True
    failed: bool = False
    waiting: deque[bytes] = field(default_factory=deque)


class OneByOne(ZMQChannelsWebsocketConnection):
    """Hands the kernel one cell at a time; drops those that wait when one fails."""

    # By session, as a browser that lost its connection comes back with a new one.
    runs: ClassVar[dict[str, Run]] = {}

    @property
    def run(self) -> Run:
        """This session's run; a new one after the kernel was restarted."""
        process = getattr(self.kernel_manager.provisioner, "pid", None)
        run = self.runs.get(self.session_key)
        if run is None or run.process != process:
            run = self.runs[self.session_key] = Run(process)
        return run

    def handle_incoming_message(self, incoming_msg: Any) -> None:
        """Passes on what the browser asks for, but a cell only when no other runs."""
        if self.subprotocol == PROTOCOL and self.channels:
            _, parts = deserialize_msg_from_ws_v1(incoming_msg)
            header, content = self.session.unpack(parts[0]), self.session.unpack(parts[3])
            if header["msg_type"] == "execute_request":
                run = self.run
                if run.running is not None:
                    run.waiting.append(incoming_msg)
                    return
                run.running, run.failed = header["msg_id"], False
                run.stops = content.get("stop_on_error", True)
        super().handle_incoming_message(incoming_msg)

    def handle_outgoing_message(self, stream: Any, outgoing_msg: list[Any]) -> None:
        """Passes on what the kernel says, and notes how the cell ended."""
        super().handle_outgoing_message(stream, outgoing_msg)
        _, parts = self.session.feed_identities(outgoing_msg)
        header, parent = (self.session.unpack(part) for part in parts[1:3])
        run = self.run
        if run.running is None or parent.get("msg_id") != run.running:
            return
        content = self.session.unpack(parts[4])
        match header["msg_type"]:
            case "stream" if content["name"] == "stderr" and content["text"].startswith(PANIC):
                run.failed = True
            case "execute_reply":
                run.failed = run.failed or content["status"] != "ok"
                IOLoop.current().call_later(LATE_OUTPUT_SECONDS, self.after, run)

    def after(self, run: Run) -> None:
        """Goes on with the next cell, or drops all that wait."""
        run.running = None
        if run.failed and run.stops:
            while run.waiting:
                self.drop(run.waiting.popleft())
        elif run.waiting:
            self.handle_incoming_message(run.waiting.popleft())

    def drop(self, request: bytes) -> None:
        """Answers a request in the kernel's place, as IPython's kernel does it."""
        _, parts = deserialize_msg_from_ws_v1(request)
        parent = self.session.unpack(parts[0])
        answers = [
            ("shell", "execute_reply", {"status": "aborted"}),
            ("iopub", "status", {"execution_state": "idle"}),
        ]
        for channel, kind, content in answers:
            message = self.session.msg(kind, content, parent)
            # Without the delimiter and the signature, which the browser does not get.
            parts = self.session.serialize(message)[2:]
            self.write_message(serialize_msg_to_ws_v1(parts, channel), binary=True)


c = get_config()  # type: ignore[name-defined] # noqa: F821
c.ServerApp.kernel_websocket_connection_class = OneByOne
