"""What `jobflow mailbox` has seen, and what waits for the user's word: one file in jobflow's folder, private.

A mail is known by a digest of its Message-ID: wherever it is moved, and whatever the server counts anew, it stays one.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

FILE, LOCK = "mailbox.json", "mailbox.lock"
MOST_DROPPED = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """That a mail is an event of an application. `id` names it; `application` is the application's own for ever.

    `sure`: it is a contact's own address, and of no other application. `told`: it was shown already.
    """

    id: str
    application: str
    event: str
    at: str
    sender: str
    subject: str
    sure: bool
    told: bool = False

    @property
    def instant(self) -> datetime:
        """When the mail came."""
        return datetime.fromisoformat(self.at)


@dataclass(slots=True)
class Memory:
    """`seen`: by folder its UIDVALIDITY, the last UID that was looked at, and for whom one looked."""

    seen: dict[str, tuple[int, int, str]] = field(default_factory=dict)
    proposals: dict[str, Proposal] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)

    def last(self, folder: str, validity: int, people: str) -> int:
        """The last UID that was looked at; 0 where the server counts anew, or other people count now."""
        known = self.seen.get(folder)
        return known[1] if known and known[0] == validity and known[2] == people else 0

    def propose(self, proposal: Proposal) -> None:
        """Keep it, unless it is known."""
        if proposal.id not in self.proposals and proposal.id not in self.dropped:
            self.proposals[proposal.id] = proposal

    def drop(self, id_: str) -> None:
        """It is none, or it is settled: it is not proposed again."""
        self.proposals.pop(id_, None)
        self.dropped = [*(each for each in self.dropped if each != id_), id_][-MOST_DROPPED:]


def load(home: str) -> Memory:
    """What is remembered. A file that can't be read is as none: then mail is looked at anew, and known by history."""
    try:
        with open(os.path.join(home, FILE), encoding="utf-8") as file:
            data: Any = json.load(file)
        memory = Memory(
            seen={str(name): (int(v), int(last), str(who)) for name, (v, last, who) in data["seen"].items()},
            proposals={each["id"]: Proposal(**each) for each in data["proposals"]},
            dropped=[str(each) for each in data["dropped"]],
        )
        assert all(each.instant.tzinfo is not None for each in memory.proposals.values())
    except (OSError, ValueError, TypeError, LookupError, AttributeError, AssertionError):
        return Memory()
    return memory


def save(home: str, memory: Memory) -> None:
    """Write it: all of it or nothing. Raises OSError."""
    path = os.path.join(home, FILE)
    data = {
        "seen": memory.seen,
        "proposals": [asdict(each) for each in memory.proposals.values()],
        "dropped": memory.dropped,
    }
    part = f"{path}.part"
    with suppress(FileNotFoundError):
        os.unlink(part)
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(data, file, ensure_ascii=True, indent=1)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


@contextmanager
def alone(home: str) -> Iterator[bool]:
    """False where another `jobflow mailbox` is at it."""
    with open(os.open(os.path.join(home, LOCK), os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
        if sys.platform == "win32":
            yield True
            return
        import fcntl

        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True
