"""Several outbox messages as one notification: its subject, its text, the same as HTML. Grouped by how pressing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from jobflow.core.records import OutboxMessage

HEADINGS = {"overdue": "Overdue", "due": "Due today", "opened": "New", "lapsed": "Lapsed", "moved": "Moved"}
"""Kinds of message, the most pressing first."""

_RANK = {kind: rank for rank, kind in enumerate(HEADINGS)}


def most_pressing(messages: Sequence[OutboxMessage]) -> list[OutboxMessage]:
    """In the order in which a person should read them."""
    return sorted(
        messages, key=lambda m: (_RANK.get(m.kind, len(_RANK)), m.due_at or m.created_at, m.slug, m.task or 0)
    )


def digest(messages: Sequence[OutboxMessage]) -> str:
    """The messages as one text, no line break at its end."""
    ranked = most_pressing(messages)
    return "\n".join(line for kind, group in groupby(ranked, lambda m: m.kind) for line in _group(kind, group))


def _group(kind: str, messages: Iterator[OutboxMessage]) -> Iterator[str]:
    yield HEADINGS[kind]
    for message in messages:
        number = str(message.task) if message.task is not None else "·"
        yield f"{number:>5}  {_headline(message)}"
        if message.text:
            yield f"       {message.text}"


def _headline(message: OutboxMessage) -> str:
    """The subject; without the company in front where the rest names it anyway."""
    rest = message.subject.removeprefix(f"{message.company}: ")
    return rest if message.company in rest else message.subject


def subject_of(messages: Sequence[OutboxMessage]) -> str:
    """One line: the most pressing one, and how many more there are."""
    first, *rest = most_pressing(messages)
    return f"{first.subject} (and {len(rest)} more)" if rest else first.subject


def html_of(messages: Sequence[OutboxMessage]) -> str:
    """The digest for a mail program: headings and lists, every text escaped."""
    parts = []
    for kind, group in groupby(most_pressing(messages), lambda m: m.kind):
        items = "".join(f"<li>{escape(_headline(m))}<br>{escape(m.text)}</li>" for m in group)
        parts.append(f"<h3>{escape(HEADINGS[kind])}</h3><ul>{items}</ul>")
    return "".join(parts)
