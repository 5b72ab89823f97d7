"""The console channel: one digest for each tick, grouped by how pressing it is; silent when there is nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from jobflow.core.records import Message

HEADINGS = {"overdue": "Overdue", "due": "Due today", "opened": "New", "lapsed": "Lapsed", "moved": "Moved"}
"""Kinds of message, the most pressing first."""

Write = Callable[[str], object]


class Console:
    """Writes to standard output, or wherever `write` leads; None writes nowhere (the caller shows the report)."""

    def __init__(self, write: Write | None) -> None:
        """`write` is given a whole digest at once."""
        self._write = write

    @property
    def name(self) -> str:
        """Its name in config.yaml."""
        return "console"

    def deliver(self, messages: Sequence[Message]) -> None:
        """Hand over a digest of these."""
        if self._write is not None and messages:
            self._write(digest(messages))


def digest(messages: Sequence[Message]) -> str:
    """The messages as one text, no line break at its end."""
    order = list(HEADINGS)
    ranked = sorted(messages, key=lambda m: (order.index(m.kind), m.due_at or m.created_at, m.slug, m.task or 0))
    return "\n".join(line for kind, group in groupby(ranked, lambda m: m.kind) for line in _group(kind, group))


def _group(kind: str, messages: Iterator[Message]) -> Iterator[str]:
    yield HEADINGS[kind]
    for message in messages:
        number = str(message.task) if message.task is not None else "·"
        yield f"{number:>5}  {_headline(message)}"
        if message.text:
            yield f"       {message.text}"


def _headline(message: Message) -> str:
    """The subject; without the company in front where the rest names it anyway."""
    rest = message.subject.removeprefix(f"{message.company}: ")
    return rest if message.company in rest else message.subject
