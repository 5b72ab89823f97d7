"""What can be asked of `decide`, as values: every command and every tick is one of these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from jobflow.core.application import AddedRule


@dataclass(frozen=True, slots=True)
class NewContact:
    """A person to be recorded: one role of theirs. `note`: what is worth remembering of them."""

    role: str
    name: str
    email: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Add:
    """A new application, in `state` (the initial one where None) since `at`.

    `interviewed` False: it has ended before there was an interview. Of other states the workflow knows.
    """

    id: str
    number: int
    slug: str
    company: str
    role: str | None
    timezone: str | None
    at: datetime
    state: str | None = None
    outcome: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    contacts: tuple[NewContact, ...] = ()
    note: str | None = None
    interviewed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """An event that happened at `at`, with the facts and people that came with it."""

    event: str
    at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)
    contacts: tuple[NewContact, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Learn:
    """Facts (None drops one) and people that came to be known."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    contacts: tuple[NewContact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a run of a step found in a tick: facts (None drops one) and tasks. `key` is that of the run.

    No command answers for what opens.
    """

    step: str
    key: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    tasks: tuple[AddedRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settle:
    """The user did tasks at `at`, or skips them. `letters`: by task, the text that was sent."""

    numbers: tuple[int, ...]
    how: Literal["done", "skipped"]
    at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)
    note: str | None = None
    letters: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snooze:
    """A task's opening moves to `until`."""

    number: int
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """Other rules from now on, those that `decide` is given.

    `renames`: by kind, what is called otherwise there; `kept`: the rules of tasks that it does not have, by id; `gone`:
    facts that it does not have, or of another type.
    """

    renames: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    kept: Mapping[str, AddedRule] = field(default_factory=dict)
    gone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passed."""


Input = Add | Log | Learn | Found | Settle | Snooze | Upgrade | Tick
