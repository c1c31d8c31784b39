"""A client of the app that speaks Streamlit's websocket protocol as a browser does, and counts bytes and CPU.

The protocol is internal to Streamlit, whose version is pinned. Bytes are those of the messages before compression, and
no message is taken from a browser's cache, so a real browser receives less.
"""

import asyncio
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

ROOT = Path(__file__).resolve().parent.parent
SETTLE_SECONDS = 0.1
"""After a run has ended, so that its garbage collection is counted with it."""
WIDGETS = ("selectbox", "button_group", "multiselect", "checkbox")


@dataclass
class Run:
    """What one run of the script sent and cost."""

    kb: float = 0.0
    cpu_ms: float = 0.0
    seconds: float = 0.0
    """From the click to the end of the run, by the clock."""
    elements: list[tuple[float, str]] = field(default_factory=list)
    """KB and name of each element."""
    problems: list[str] = field(default_factory=list)
    """Exceptions and errors among the elements, and a run that did not finish."""


class Server:
    """The app in a process of its own, on a free port."""

    def __init__(self, var: Path, log: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port", str(self.port)]
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [*command, "--server.address", "127.0.0.1", "--server.headless", "true"],
                cwd=ROOT, env={**os.environ, "TIDELINE_VAR": str(var)}, stdout=out, stderr=out,
            )  # fmt: skip

    def warm_up(self, seconds: float = 120) -> float:
        """Run the entry script once, as the launcher does; CPU seconds from the start of the process."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/_stcore/script-health-check", timeout=60).read()
                return self.cpu()
            except OSError:
                time.sleep(0.2)
        raise SystemExit(f"The app did not answer within {seconds:.0f} seconds (exit code {self.process.poll()}).")

    def cpu(self) -> float:
        """CPU seconds that the server has used, all threads, ended ones too.

        The kernel's CPU clock of that process: /proc counts in steps of 10 ms, too coarse for one rerun.
        """
        return time.clock_gettime((~self.process.pid << 3) | 2)

    def stop(self) -> None:
        """End the app."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Visit:
    """One visitor on one page."""

    def __init__(self, server: Server, socket: ClientConnection, page: str, query: str, *, settle: float) -> None:
        self.server, self.socket, self.page, self.settle = server, socket, page, settle
        self.query = parse_qs(query)
        self.page_hash = ""
        self.pages: dict[str, str] = {}
        """Address -> hash of every page of the menu."""
        self.widgets: dict[str, tuple[str, Any, str]] = {}
        """Label -> kind, element, and the fragment it is in ('' outside of any); expanders drawn when opened too."""
        self.first: dict[str, str | list[str] | bool] = {}
        """Label -> the value that its widget had when it was drawn first."""
        self.beats: dict[str, float] = {}
        """Fragments that ask to be run again every so many seconds."""

    async def open(self) -> Run:
        """The first load, by the page's address."""
        return await self._run(BackMsg())

    async def go(self, page: str, keep: Collection[str] = ()) -> Run:
        """Another page by the menu; of the address only the parameters in `keep` stay."""
        self.query = {name: values for name, values in self.query.items() if name in keep}
        self.page, self.page_hash = page, self.pages[page]
        return await self._run(BackMsg())

    async def change(self, label: str, value: str | list[str] | bool) -> Run:
        """Set one widget; the rerun is that of its fragment where it is in one."""
        kind, element, fragment = self.widgets[label]
        message = BackMsg()
        state = message.rerun_script.widget_states.widgets.add(id=element.id)
        if kind in ("checkbox", "expandable"):
            state.bool_value = bool(value)
        elif kind == "selectbox":
            state.string_value = str(value)
        else:
            state.string_array_value.data.extend([value] if isinstance(value, str) else value)  # type: ignore[arg-type]
        if element.query_param_key:
            self.query[element.query_param_key] = value if isinstance(value, list) else [str(value)]
        message.rerun_script.fragment_id = fragment
        return await self._run(message)

    async def beat(self, fragment: str) -> Run:
        """Run one of `beats` again, as a browser does by itself."""
        message = BackMsg()
        message.rerun_script.fragment_id, message.rerun_script.is_auto_rerun = fragment, True
        return await self._run(message)

    async def _run(self, message: BackMsg) -> Run:
        script = message.rerun_script
        script.query_string = urlencode(self.query, doseq=True)
        script.page_script_hash, script.page_name = self.page_hash, "" if self.page_hash else self.page
        if not script.fragment_id:
            self.widgets, self.beats = {}, {}
        before, began, run = self.server.cpu(), time.monotonic(), Run()
        await self.socket.send(message.SerializeToString())
        while True:
            data = await asyncio.wait_for(self.socket.recv(), 120)
            assert isinstance(data, bytes)
            answer = ForwardMsg.FromString(data)
            run.kb += len(data) / 1024
            self._note(answer, len(data) / 1024, run)
            if answer.WhichOneof("type") == "script_finished":
                ended = ForwardMsg.ScriptFinishedStatus.Name(answer.script_finished)
                if ended == "FINISHED_EARLY_FOR_RERUN":
                    continue
                if not ended.endswith("SUCCESSFULLY"):
                    run.problems.append(ended)
                break
        run.seconds = time.monotonic() - began
        if self.settle:
            await asyncio.sleep(self.settle)
        run.cpu_ms = (self.server.cpu() - before) * 1e3
        return run

    def _note(self, answer: ForwardMsg, kb: float, run: Run) -> None:
        kind = answer.WhichOneof("type")
        if kind == "new_session":
            self.page_hash = answer.new_session.page_script_hash
        elif kind == "navigation":
            self.page_hash = answer.navigation.page_script_hash or self.page_hash
            self.pages = {page.url_pathname: page.page_script_hash for page in answer.navigation.app_pages}
        elif kind == "auto_rerun":
            self.beats[answer.auto_rerun.fragment_id] = answer.auto_rerun.interval
        elif kind == "page_not_found":
            run.problems.append(f"page {self.page} not found")
        if kind == "delta" and answer.delta.add_block.expandable.id:
            element = answer.delta.add_block.expandable
            self.widgets[element.label] = ("expandable", element, answer.delta.fragment_id)
        if kind != "delta" or answer.delta.WhichOneof("type") != "new_element":
            run.elements.append((kb, str(kind if kind != "delta" else answer.delta.WhichOneof("type"))))
            return
        name = answer.delta.new_element.WhichOneof("type") or ""
        element = getattr(answer.delta.new_element, name)
        if name in WIDGETS:
            self.widgets[element.label] = (name, element, answer.delta.fragment_id)
            self.first.setdefault(element.label, drawn(name, element))
        elif name == "exception" or (name == "alert" and element.format == Alert.ERROR):
            run.problems.append(getattr(element, "message", "") or element.body)
        about = getattr(element, "label", "") or getattr(element, "id", "").rpartition("-")[2]
        run.elements.append((kb, f"{name} {about}".strip()))


def drawn(kind: str, element: Any) -> str | list[str] | bool:
    """The value with which a widget was drawn."""
    if kind == "checkbox":
        return bool(element.value if element.set_value else element.default)
    if kind == "selectbox":
        return str(element.raw_value if element.set_value else element.options[element.default])
    if element.set_value:
        return list(element.raw_values)
    return [getattr(each, "content", each) for each in (element.options[place] for place in element.default)]


@asynccontextmanager
async def visit(server: Server, page: str, query: str = "", *, settle: float = SETTLE_SECONDS) -> AsyncIterator[Visit]:
    """A new session whose browser is at /page?query; without `settle`, among others, a run's CPU is not its own."""
    address = f"ws://127.0.0.1:{server.port}/_stcore/stream"
    async with connect(address, subprotocols=["streamlit"], max_size=None, compression=None) as socket:  # type: ignore[list-item]
        yield Visit(server, socket, page, query, settle=settle)
