"""Ten thousand deliveries that go wrong in every way, with kills: nothing is lost, and no letter leaves twice.

A world is replayed by its number: `pytest tests/simulation/test_deliveries.py -k "worlds"` names it when it fails.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zlib import crc32

import pytest

import jobflow
from jobflow import Failed, Jobflow, Message, Outcome, Retry, Sent, Settings, Unknown
from jobflow.core.backoff import ATTEMPTS
from jobflow.core.records import OutboxMessage
from jobflow.testing import ManualClock

START = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
QUIET = (21 * 60, 8 * 60)
WORLDS, MESSAGES = 250, 40
FAULTS = ("refused", "timeout", "4xx", "5xx", "accepted, then dropped", "hangs", "raises", "asks to wait")
KILLS = ("killed before it left", "killed after it left")


class Killed(BaseException):
    """The process is gone."""


class Dice:
    """The same number gives the same throws."""

    def __init__(self, seed: int) -> None:
        self.seed, self.thrown = seed, 0

    def below(self, count: int) -> int:
        self.thrown += 1
        return crc32(b"%d:%d" % (self.seed, self.thrown)) % count


class Faulty:
    """A channel that fails as the dice say; `left` counts what really left, `doubt` what may rightly leave again."""

    def __init__(self, name: str, dice: Dice, clock: ManualClock, *, letters: bool) -> None:
        self.name, self.letters, self.dice, self.clock = name, letters, dice, clock
        self.left: Counter[str] = Counter()
        self.doubt: Counter[str] = Counter()
        self.met: Counter[str] = Counter()
        self.at_night: list[datetime] = []

    def send(self, message: Message) -> Outcome:
        minute = self.clock.now().hour * 60 + self.clock.now().minute
        if minute >= QUIET[0] or minute < QUIET[1]:  # noted, since what a channel raises is an outcome
            self.at_night.append(self.clock.now())
        ids = [part.id for part in message.parts or (message,)]
        fate = (*FAULTS, *KILLS, *["leaves"] * 10)[self.dice.below(len(FAULTS) + len(KILLS) + 10)]
        self.met[fate] += 1
        if fate in ("leaves", "accepted, then dropped", "killed after it left"):
            self.left.update(ids)
        if fate in ("accepted, then dropped", "killed after it left"):
            self.doubt.update(ids)
        if fate in KILLS:
            raise Killed
        if fate == "raises":
            raise OSError("it fell over")
        outcomes: dict[str, Outcome] = {
            "leaves": Sent(),
            "5xx": Failed("550 nobody"),
            "accepted, then dropped": Unknown("the line broke"),
            "hangs": Unknown("it took longer than 30 s"),
            "asks to wait": Retry("429", after=timedelta(hours=self.dice.below(12))),
        }
        return outcomes.get(fate, Retry(fate))


class World:
    """An engine over a store, a clock that is moved on, two faulty channels, and a user who answers when asked."""

    def __init__(self, number: int, folder: Path | None) -> None:
        self.dice, self.clock, self.folder = Dice(number), ManualClock(START), folder
        self.me = Faulty("me", self.dice, self.clock, letters=False)
        self.them = Faulty("them", self.dice, self.clock, letters=True)
        self.kills = self.asked = 0
        self.enqueued: list[str] = []
        self.flow = self.open()
        self.flow.add("Acme")

    @jobflow.hookimpl
    def jobflow_channels(self) -> list[Faulty]:
        return [self.me, self.them]

    def open(self) -> Jobflow:
        settings = Settings(timezone="UTC", channels={"me": {}, "them": {}}, quiet_start=QUIET[0], quiet_end=QUIET[1])
        where = self.folder or ":memory:"
        return Jobflow.open(where, clock=self.clock, settings=settings, plugins=[self])

    def enqueue(self, count: int) -> None:
        state = next(iter(self.flow.store.applications(final=True)))
        held = self.flow.store.entry(state.id)
        assert held is not None
        rows = [self.message(held.state.id, self.dice.below(2) == 0) for _ in range(count)]
        with self.flow.store.writing() as writer:
            writer.commit(held, held.state, [], rows)

    def message(self, application: str, letter: bool) -> OutboxMessage:
        id_, now = f"m{len(self.enqueued)}", self.clock.now()
        self.enqueued.append(id_)
        return OutboxMessage(
            id=id_,
            key=f"key of {id_}",
            seq=1,
            channel="them" if letter else "me",
            kind="letter" if letter else "moved",
            application=application,
            slug="acme",
            company="Acme",
            task=None,
            task_id=None,
            subject=f"Acme: {id_}",
            text="Dear Ada",
            timezone="UTC",
            created_at=now,
            not_before=now,
            recipient="ada@acme.example" if letter else None,
        )

    def tick(self) -> None:
        try:
            self.flow.tick()
        except Killed:
            self.kills += 1
            if self.folder is not None:
                self.flow.close()
                self.flow = self.open()
        assert all(count == 1 for count in self.them.left.values()), "a letter left twice"

    def rows(self) -> list[OutboxMessage]:
        return [row for row in self.flow.store.messages() if row.id in set(self.enqueued)]

    def answer(self) -> None:
        """The user looks into the outbox of the other side, and says what they see."""
        for row in self.rows():
            if row.status == "unknown" and self.dice.below(2):
                self.asked += 1
                if self.them.left[row.id]:
                    self.flow.mark_sent(row.id)
                else:
                    self.flow.retry_message(row.id)

    def run(self) -> None:
        while len(self.enqueued) < MESSAGES:
            self.enqueue(min(1 + self.dice.below(8), MESSAGES - len(self.enqueued)))
            for _ in range(1 + self.dice.below(4)):
                self.step()
        for _ in range(400):
            if all(row.status not in ("pending", "claimed") for row in self.rows()):
                return
            self.step()
        raise AssertionError("it never ends")

    def step(self) -> None:
        self.tick()
        self.answer()
        self.clock.advance(timedelta(minutes=5 + self.dice.below(360)))

    def check(self) -> None:
        rows = self.rows()
        assert self.me.at_night + self.them.at_night == [], "said in quiet hours"
        assert [row.id for row in rows] == self.enqueued, "a message is gone"
        for row in rows:
            channel = self.me if row.recipient is None else self.them
            assert row.attempts <= ATTEMPTS
            assert row.status in ("sent", "dead", "unknown")
            if row.status == "sent":
                assert channel.left[row.id] >= 1, "said to be sent, and never left"
            if row.status == "dead" and row.recipient is not None:
                assert channel.left[row.id] == 0, "given up, and it had left"
            if row.recipient is None:
                assert row.status != "unknown"
                assert channel.left[row.id] <= 1 + channel.doubt[row.id], "told once more than there were doubts"
        stuck = {row.id for row in self.flow.store.stuck_messages(MESSAGES)}
        assert {row.id for row in rows if row.status != "sent"} <= stuck, "nobody asks the user about it"


def ran(number: int, folder: Path | None = None) -> World:
    world = World(number, folder)
    world.run()
    world.check()
    world.flow.close()
    return world


def test_ten_thousand_deliveries_over_many_worlds() -> None:
    met: Counter[str] = Counter()
    kills = asked = 0
    for number in range(WORLDS):
        try:
            world = ran(number)
        except AssertionError as error:
            raise AssertionError(f"world {number}: {error}") from error
        met += world.me.met + world.them.met
        kills, asked = kills + world.kills, asked + world.asked
    assert met.total() >= 10_000
    assert set(met) == {*FAULTS, *KILLS, "leaves"}
    assert min(met.values()) > 200
    assert kills > 500
    assert asked > 200


@pytest.mark.parametrize("number", [1_001, 1_002])
def test_the_same_worlds_in_a_database(number: int, tmp_path: Path) -> None:
    assert ran(number, tmp_path).kills


@pytest.fixture(scope="module")
def killed_ticks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    script, home = Path(__file__).with_name("killed_ticks.py"), tmp_path_factory.mktemp("killed")
    done = subprocess.run([sys.executable, str(script), str(home)], capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_ticks_that_were_really_killed(killed_ticks: dict[str, object]) -> None:
    assert killed_ticks["faults"] == []
    killed = killed_ticks["killed"]
    assert isinstance(killed, int)
    assert killed >= 20
