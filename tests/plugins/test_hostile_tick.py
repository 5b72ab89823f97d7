"""Every hostile plugin enabled at once, in one tick: the others deliver, it ends in time, and nothing is left."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jobflow import Jobflow, TickReport
from jobflow.adapters.plugins.discovery import Plugins
from jobflow.adapters.plugins.examine import Offers
from jobflow.adapters.plugins.options import ChannelOffer
from jobflow.adapters.plugins.reference import FILE
from jobflow.adapters.plugins.table import Plugin, write_plugins
from jobflow.testing import ManualClock
from tests.plugins.roads import WHOLE, put

HOSTILE = Path(__file__).parents[1] / "hostile"
OTHERS = ("everywhere", "listens")
ALL = sorted(path.stem for path in HOSTILE.glob("*.py") if path.stem not in ("good", *OTHERS))
HANGING = 9
"""How many of them never answer, a step and a listener among them."""
CALL, SHARED = 1.5, 4.5
"""Seconds, here: for one call, for all. In earnest it is 30 and 120."""
MORNING = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)

pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks at processes by /proc")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home where all of them are enabled, in front of a good one."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))  # Every process of a plugin carries it.
    for stem in (*ALL, *OTHERS, "good"):
        put(folder, HOSTILE / f"{stem}.py")
    put(folder, WHOLE)
    for stem in ALL:
        file = folder / "plugins" / f"{stem}.py"
        file.write_text(file.read_text(encoding="utf-8").replace('"hostile"', f'"{stem}"'), encoding="utf-8")
    honest = Plugins(str(folder / "plugins"), str(folder / "plugins.json"), home=str(folder))
    offers = Offers(hooks=("jobflow_channels",))
    # Some raise on import: they did not when they were enabled.
    hostile = [
        Plugin(name=stem, reference=FILE + stem, offers=_with_channel(offers, stem), source="a file") for stem in ALL
    ]
    write_plugins(honest.table, [*hostile, *map(honest.enable, (*OTHERS, WHOLE.stem, "good"))])
    channels = ", ".join(f"{name}: {{}}" for name in (*ALL, "good", "console"))
    (folder / "config.yaml").write_text(
        f"timezone: UTC\nworkflow: hostile\ncalendar: {{also: [raises]}}\nchannels: {{{channels}}}\n", encoding="utf-8"
    )
    return folder


def _with_channel(offers: Offers, name: str) -> Offers:
    return Offers(hooks=offers.hooks, channels=(ChannelOffer(name=name),))


def hasty(home: Path, clock: ManualClock, said: list[str]) -> Jobflow:
    flow = Jobflow.open(home, clock=clock, output=said.append)
    allowance = flow.kit.allowance
    allowance.call, allowance.shared, allowance.least = CALL, SHARED, CALL
    allowance.renew()
    return flow


def timed_tick(flow: Jobflow) -> tuple[TickReport, float]:
    begun = time.monotonic()
    return flow.tick(), time.monotonic() - begun


def processes(home: Path) -> list[str]:
    mark = f"TMPDIR={home}".encode()
    return [path.parent.name for path in Path("/proc").glob("[0-9]*/environ") if mark in _content(path).split(b"\0")]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_the_others_deliver_and_the_tick_ends(home: Path):
    assert len(ALL) > 15
    said: list[str] = []
    clock = ManualClock(MORNING - timedelta(hours=12))
    flow = hasty(home, clock, said)
    flow.add("Acme")
    clock.set(MORNING)
    report, seconds = timed_tick(flow)

    became = {message.channel: message.status for message in report.messages if message.task}
    assert (became["good"], became["console"]) == ("sent", "sent")
    assert "Rest" in "".join(said)
    assert flow.get("acme").facts == {"judged": "Acme against 50"}
    assert seconds < SHARED + HANGING * CALL + len(ALL) + 10

    quiet = {name for name in ALL if became[name] == "sent"}
    blamed = "\n".join((*report.failures, *report.given_up))
    assert {name for name in ALL if name not in quiet and f"channel {name} could not" not in blamed} == set()
    assert "condition raises raised KeyError" in blamed
    assert "condition lies answered str where a Verdict was expected" in blamed
    assert "calendar raises raised ValueError: no such year" in blamed
    assert "jobflow_recorded: plugin 'listens'" in blamed
    assert all(line.isprintable() for line in blamed.splitlines())

    assert flow.store.verify() == []
    flow.close()
    end = time.monotonic() + 3
    while processes(home) and time.monotonic() < end:
        threading.Event().wait(0.02)
    assert processes(home) == []
