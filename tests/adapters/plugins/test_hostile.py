"""Plugins that do their worst: each costs its caller one clear fault within the deadline, and leaves nothing behind.

What is not shown here, because nothing can be done about it as long as plugins run as the user: one that kills its
parent (`os.kill(os.getppid(), …)`), one that makes a session of its own and stays (`os.setsid()` in a fork), one that
forks until the user may have no more processes, one that deletes files. They are enabled by name and trusted.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from jobflow.adapters.plugins import process
from jobflow.adapters.plugins.options import ChannelOffer
from jobflow.adapters.plugins.parent import Runner, child_channel
from jobflow.contracts import Failed, Message, Outcome, Sent
from jobflow.core.errors import PluginFault

HOSTILE = Path(__file__).parents[2] / "hostile"
MESSAGE = Message(id="1", key="k", kind="due", subject="Call Acme", text="Call Acme — today.", tasks=(3,))
SHORT = 0.8
"""Seconds for those that would take for ever; a good plugin takes a third of it, even here."""
MEMORY = 128
"""MiB: enough for a plugin that does little."""
LONG = 30.0
SLACK = 2.0
"""Seconds that a busy machine may add."""

pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks at processes by /proc")

FAULTS = {
    "raises": r"raised ValueError: boom at {file}:10.",
    "raises_base": r"raised Odd: boom at {file}:13.",
    "raises_unsayable": r"raised Odd at {file}:14.",
    "raises_on_import": r"can't be imported: it raised RuntimeError: not today at {file}:3.",
    "exits_on_import": r"exited with status 7 before it answered.",
    "exits": r"exited with status 0 before it answered.",
    "sys_exits": r"raised SystemExit: bye at {file}:12.",
    "eats_memory": r"needed more memory than the {memory} MiB that it may use.",
    "eats_crumbs": r"needed more memory than the {memory} MiB that it may use.",
    "recurses": r"raised RecursionError: maximum recursion depth exceeded",
    "recurses_deeper": r"",  # As the interpreter's version has it: no memory, or a crash.
    "crashes": r"was killed by SIGSEGV before it answered.",
    "kills_itself": r"was killed by SIGKILL before it answered.",
    "forges": r"exited with status 0 before it answered.",
    "forks_and_dies": r"exited with status 3 before it answered.",
    "closes_all": r"exited with status 0 before it answered.",
    "asks": r"raised EOFError: EOF when reading a line at {file}:10.",
    "answers_nothing": r"answered None instead of Sent, Retry, Failed or Unknown.",
    "answers_true": r"answered bool instead of Sent, Retry, Failed or Unknown.",
    "answers_its_own": r"answered jobflow_plugin_answers_its_own.Sent instead of Sent, Retry, Failed or Unknown.",
    "answers_a_number": r"answered int instead of str for Retry.reason.",
    "answers_soon": r"answered str instead of timedelta for Retry.after.",
    "fills_the_disk": r"raised OSError: [Errno 27] File too large at {file}:14.",
    "has_no_such_channel": r"offers no channel 'hostile' any more.",
}
HANGS = ("loops", "sleeps", "swallows", "floods_output", "floods_errors", "drips", "starts_a_program")
DELIVERED = Sent("delivered")
OUTCOMES: dict[str, Outcome] = {
    "sleeps_on_close": DELIVERED,
    "sleeps_at_exit": DELIVERED,
    "leaves_threads": DELIVERED,
    "chatters": DELIVERED,
    "forks": DELIVERED,
    "closes_output": DELIVERED,
    "mutates": DELIVERED,
    "meddles": DELIVERED,
    "talks": Failed(("because " * 100)[:499] + "…"),
    "garbles": Failed("a�b �[2Jc�d"),
}


@dataclass
class Place:
    """A home of its own; every process that is started in it carries its name."""

    folder: Path

    def send(self, plugin: str, deadline: float, channel: str = "hostile") -> Outcome:
        runner = Runner(
            plugin=plugin,
            reference=f"file:{plugin}",
            folder=str(HOSTILE),
            home=str(self.folder),
            environ={**os.environ, "TMPDIR": str(self.folder)},
            deadline=deadline,
            memory=MEMORY * 1024 * 1024,
        )
        made = child_channel(runner, ChannelOffer(name=channel), {})
        return made.send(MESSAGE)

    def processes(self) -> list[str]:
        mark = f"TMPDIR={self.folder}".encode()
        return [path.parent.name for path in Path("/proc").glob("[0-9]*/environ") if mark in content(path).split(b"\0")]


def content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    here = Place(tmp_path)
    before = os.getcwd(), open_pipes()
    yield here
    end = time.monotonic() + SLACK
    while here.processes() and time.monotonic() < end:
        threading.Event().wait(0.01)
    assert here.processes() == []
    assert os.getcwd() == before[0]
    assert open_pipes() <= before[1]
    assert isinstance(here.send("good", LONG, "environment"), Sent)


def open_pipes() -> set[str]:
    links = {target(path) for path in Path("/proc/self/fd").iterdir()}
    return {link for link in links if link.startswith("pipe:")}


def target(path: Path) -> str:
    try:
        return os.readlink(path)
    except OSError:  # The listing's own.
        return ""


def fault_of(place: Place, plugin: str, deadline: float) -> PluginFault:
    begun = time.monotonic()
    with pytest.raises(PluginFault) as found:
        place.send(plugin, deadline)
    assert time.monotonic() - begun < deadline + SLACK
    fault = found.value
    assert fault.message.startswith(f"plugin '{plugin}': channel 'hostile' ")
    assert fault.hint
    assert str(fault).isprintable()
    assert len(str(fault)) < 1000
    return fault


@pytest.mark.parametrize("plugin", FAULTS)
def test_a_fault_says_what_happened_and_where(plugin: str, place: Place):
    assert FAULTS[plugin].format(file=HOSTILE / f"{plugin}.py", memory=MEMORY) in fault_of(place, plugin, LONG).message


@pytest.mark.parametrize("plugin", HANGS)
def test_what_hangs_is_ended_at_its_deadline(plugin: str, place: Place):
    assert f"took longer than {SHORT} s, and was ended." in fault_of(place, plugin, SHORT).message


@pytest.mark.parametrize("plugin", OUTCOMES)
def test_an_answer_counts_whatever_goes_on_around_it(plugin: str, place: Place, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(process, "GRACE", SHORT)
    begun = time.monotonic()
    assert place.send(plugin, LONG) == OUTCOMES[plugin]
    assert time.monotonic() - begun < SHORT + SLACK
    assert MESSAGE.text == "Call Acme — today."


def test_every_hostile_plugin_is_tried():
    names = {path.stem for path in HOSTILE.glob("*.py")}
    assert names == {*FAULTS, *HANGS, *OUTCOMES, "good", "everywhere", "listens"}
    assert len(names) > 15
