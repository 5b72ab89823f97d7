"""Ticks in processes that are killed (SIGKILL) in the midst of sending; prints what came of it as JSON.

Run by test_deliveries.py, in a process of its own: it forks.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from zlib import crc32

import jobflow
from jobflow import Jobflow, Message, Outcome, Sent, Settings
from jobflow.core.records import OutboxMessage
from jobflow.testing import ManualClock

ROUNDS = 40
LETTERS = REMINDERS = 3
START = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)


class Book:
    """A channel whose sending is a line in a file: what stands there has left."""

    def __init__(self, name: str, file: Path, *, letters: bool) -> None:
        self.name, self.file, self.letters = name, file, letters

    def send(self, message: Message) -> Outcome:
        ids = " ".join(part.id for part in message.parts or (message,))
        handle = os.open(self.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(handle, f"{ids}\n".encode())
        os.close(handle)
        return Sent()

    def left(self) -> Counter[str]:
        return Counter(self.file.read_text().split()) if self.file.exists() else Counter()


class Plugin:
    def __init__(self, home: Path) -> None:
        self.me = Book("me", home / "me.txt", letters=False)
        self.them = Book("them", home / "them.txt", letters=True)

    @jobflow.hookimpl
    def jobflow_channels(self) -> list[Book]:
        return [self.me, self.them]


def opened(home: Path, plugin: Plugin, now: datetime) -> Jobflow:
    settings = Settings(timezone="UTC", channels={"me": {}, "them": {}}, quiet_start=0, quiet_end=0)
    return Jobflow.open(home, clock=ManualClock(now), settings=settings, plugins=[plugin])


def rows(application: str, round_: int, now: datetime) -> list[OutboxMessage]:
    return [
        OutboxMessage(
            id=f"{'letter' if letter else 'reminder'}-{round_}-{number}",
            key=f"{letter}:{round_}:{number}",
            seq=1,
            channel="them" if letter else "me",
            kind="letter" if letter else "moved",
            application=application,
            slug="acme",
            company="Acme",
            task=None,
            task_id=None,
            subject="Acme",
            text="Dear Ada",
            timezone="UTC",
            created_at=now,
            not_before=now,
            recipient="ada@acme.example" if letter else None,
        )
        for letter, count in ((True, LETTERS), (False, REMINDERS))
        for number in range(count)
    ]


def tick(home: Path, plugin: Plugin, now: datetime, after: float | None) -> tuple[bool, float]:
    """One tick in a process of its own, killed after so many seconds; whether it was, and how long it ran."""
    begin = perf_counter()
    child = os.fork()
    if child == 0:
        flow = opened(home, plugin, now)
        flow.tick()
        flow.close()
        os._exit(0)
    if after is not None:
        threading.Event().wait(after)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status), perf_counter() - begin


def told_again(before: Counter[str], after: Counter[str], settled: set[str]) -> list[str]:
    """What one tick told that it should not have: the same twice, or what was recorded as sent before it began."""
    new = after - before
    return [f"{id_} was told {count} times by one tick" for id_, count in new.items() if count > 1] + [
        f"{id_} was told again, and was recorded as sent" for id_ in new if id_ in settled
    ]


def main(home: Path) -> None:
    plugin, now, kills, faults = Plugin(home), START, 0, list[str]()
    with closing(opened(home, plugin, now)) as flow:
        application = flow.add("Acme").id
    span = 0.05
    for round_ in range(ROUNDS):
        now += timedelta(hours=1)
        with closing(opened(home, plugin, now)) as flow, flow.store.writing() as writer:
            held = writer.entry(application)
            assert held is not None
            writer.commit(held, held.state, [], rows(application, round_, now))
            settled = {row.id for row in flow.store.messages() if row.status == "sent"}
        told, share = plugin.me.left(), crc32(b"%d" % round_) % 1000 / 1000
        killed, took = tick(home, plugin, now, None if round_ == 0 else share * span)
        span = took if round_ == 0 else span if killed else span * 0.7
        kills += killed
        faults += told_again(told, plugin.me.left(), settled)
    with closing(opened(home, plugin, now)) as flow:
        told, settled = plugin.me.left(), {row.id for row in flow.store.messages() if row.status == "sent"}
    tick(home, plugin, now + timedelta(hours=1), None)
    me, them = plugin.me.left(), plugin.them.left()
    faults += told_again(told, me, settled)
    with closing(opened(home, plugin, now + timedelta(hours=2))) as flow:
        faults += flow.store.verify()
        found = {row.id: row for row in flow.store.messages() if row.id.startswith(("letter", "reminder"))}
    faults += [f"{id_} left {count} times" for id_, count in them.items() if count > 1]
    for round_ in range(ROUNDS):
        for row in rows(application, round_, now):
            status, left = found[row.id].status, (them if row.recipient else me)[row.id]
            if status == "unknown" and row.recipient:
                continue
            if status != "sent" or not left:
                faults.append(f"{row.id} is {status}, and left {left} times")
    unknown = sum(row.status == "unknown" for row in found.values())
    sys.stdout.write(json.dumps({"killed": kills, "unknown": unknown, "faults": faults}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
