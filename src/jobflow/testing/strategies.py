"""Hypothesis strategies: messages, agendas, step contexts; random workflows, their rules and histories."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st

from jobflow.contracts import AgendaItem, Message, StepContext
from jobflow.testing.histories import History, histories
from jobflow.testing.rules import conditions, policies
from jobflow.testing.workflows import as_yaml, workflows

__all__ = [
    "INSTANTS",
    "LINE",
    "TEXT",
    "History",
    "agendas",
    "as_yaml",
    "conditions",
    "histories",
    "messages",
    "policies",
    "step_contexts",
    "workflows",
]

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
"""Any text that can be stored, line breaks and control characters included."""

LINE = TEXT.map(lambda text: " ".join(text.split()))
"""The same on one line, as a subject is."""

INSTANTS = st.integers(1_577_836_800, 2_145_916_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
"""Aware UTC."""


def messages() -> st.SearchStrategy[Message]:
    """Messages to the user, as a tick joins them."""
    return st.builds(
        Message,
        id=st.uuids().map(str),
        key=st.uuids().map(str),
        kind=st.sampled_from(("opened", "due", "overdue", "lapsed", "moved")),
        subject=LINE,
        text=TEXT.map(str.rstrip),
        html=st.none() | TEXT,
        application=st.none() | st.just("acme"),
        tasks=st.lists(st.integers(1, 99), max_size=3, unique=True).map(tuple),
    )


def agendas() -> st.SearchStrategy[list[AgendaItem]]:
    """Every open and coming task, as a calendar is shown them."""
    item = st.builds(
        AgendaItem,
        uid=st.uuids().map(str),
        task=st.integers(1, 999),
        application=st.just("acme"),
        company=LINE,
        title=LINE,
        kind=st.sampled_from(("letter", "call", "email", "form", "todo")),
        status=st.sampled_from(("waiting", "open", "overdue")),
        opens_at=INSTANTS,
        due_at=st.none() | INSTANTS,
        timezone=st.sampled_from(("UTC", "America/New_York", "Europe/Berlin")),
        why=LINE,
    )
    return st.lists(item, max_size=6, unique_by=lambda each: each.uid)


def step_contexts() -> st.SearchStrategy[StepContext]:
    """What a step may be told."""
    return st.builds(
        StepContext,
        key=st.uuids().map(str),
        application=st.just("acme"),
        company=LINE.filter(bool),
        role=st.none() | LINE,
        state=st.just("awaiting"),
        facts=st.dictionaries(st.sampled_from(("decision_date", "salary")), LINE | st.integers(), max_size=2),
        arguments=st.dictionaries(st.sampled_from(("to", "title")), LINE | st.integers(), max_size=2),
    )
