"""The rule book as data: what a workflow is once it is read. Plain frozen values, no behaviour beyond look-ups.

A rule's `path` is its place in the YAML (`states/awaiting/transitions/0`): the key by which every verdict is explained.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Edge = Literal["open", "close"]
"""Which end of the working day an about-days policy reaches: an opening its start; due, lapse, transition its end."""

How = Literal["first_known", "earliest", "latest"]
FactType = Literal["text", "date", "datetime", "number", "money", "choice", "list"]
SUBJECTS: tuple[Literal["application", "search"], ...] = ("application", "search")
"""What a workflow may be about: one job that the user is after, or the search itself."""
AGGREGATES: Mapping[str, FactType] = {
    "live": "number",
    "new_lately": "number",
    "referrals_lately": "number",
    "accepted": "number",
    "last_added": "date",
}
"""What a fact of a search may count, with the type that it has. Lately: in the last two weeks."""
FACT_TYPES: tuple[FactType, ...] = ("text", "date", "datetime", "number", "money", "choice", "list")
TASK_KINDS = ("letter", "call", "email", "form", "todo")
FIXED_ANCHORS = ("entered", "opens", "due", "round")


@dataclass(frozen=True, slots=True)
class Size:
    """A length of time. `unit` says how it counts, which tells "0 minutes", "0 days" and "0 business days" apart."""

    months: int = 0
    days: int = 0
    business_days: int = 0
    seconds: int = 0
    text: str = ""
    unit: Literal["exact", "days", "business days"] = field(default="days", compare=False)

    def __hash__(self) -> int:
        """By its words, which determine the rest: a bulk tick looks sizes up hundreds of thousands of times."""
        return hash(self.text)


BUSINESS_DAY = Size(business_days=1, text="1 business day", unit="business days")


@dataclass(frozen=True, slots=True)
class Anchor:
    """What a policy counts from. `kind`: one of FIXED_ANCHORS, or fact, task, settled, event, limit with its `name`."""

    kind: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class AnchorChoice:
    """The first known, earliest or latest of several anchors."""

    how: How
    members: tuple[Anchor | AnchorChoice, ...]


AnyAnchor = Anchor | AnchorChoice


@dataclass(frozen=True, slots=True)
class Known:
    """`known: FACT` (wanted) or `unknown: FACT` (not wanted)."""

    fact: str
    wanted: bool


@dataclass(frozen=True, slots=True)
class TaskIs:
    """`settled: TASK` (all instances settled) or `done: TASK` (at least one done)."""

    task: str
    what: Literal["settled", "done"]


@dataclass(frozen=True, slots=True)
class Happened:
    """`happened: EVENT` in this round."""

    event: str


@dataclass(frozen=True, slots=True)
class OutcomeIs:
    """`outcome: VALUE`: how the application ended."""

    outcome: str


@dataclass(frozen=True, slots=True)
class Count:
    """`count: {LIMIT: {below | at_least | equals: N}}`."""

    limit: str
    op: str
    number: int


@dataclass(frozen=True, slots=True)
class FactIs:
    """`fact: {NAME: {OP: VALUE}}` with an operator of FACT_OPS; false while the fact is unknown."""

    fact: str
    op: str
    value: object


@dataclass(frozen=True, slots=True)
class Registered:
    """`condition: {NAME: arguments}` or `condition: NAME`: one that a plugin registers."""

    name: str
    arguments: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Every:
    """`all:`."""

    members: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """`any:`."""

    members: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """`not:`."""

    member: Condition


Condition = Known | TaskIs | Happened | OutcomeIs | Count | FactIs | Registered | Every | Some | Not

FACT_OPS = ("at_least", "at_most", "above", "below", "equals", "not", "in", "contains")
COUNT_OPS = ("below", "at_least", "above", "at_most", "equals")


@dataclass(frozen=True, slots=True)
class Shift:
    """`{after: SIZE, since: ANCHOR}` or, with `before`, `{before: SIZE, of: ANCHOR}`."""

    size: Size
    anchor: AnyAnchor
    before: bool = False
    roll: Literal["forward", "back"] | None = None
    when: Condition | None = None

    def __hash__(self) -> int:
        """By its size alone, for the same reason."""
        return hash(self.size.text)


@dataclass(frozen=True, slots=True)
class Moment:
    """`{at: FACT}`: the fact's own instant, or the day's edge where it is a date."""

    anchor: AnyAnchor
    roll: Literal["forward", "back"] | None = None
    when: Condition | None = None

    def __hash__(self) -> int:
        """Cheap, for the same reason."""
        return hash(self.roll)


@dataclass(frozen=True, slots=True)
class PolicyChoice:
    """`first_known`, `earliest` or `latest` of policies; unknown members do not count."""

    how: How
    members: tuple[Policy, ...]
    when: Condition | None = None

    def __hash__(self) -> int:
        """By its first member, for the same reason."""
        return hash((self.how, self.members[0]))


Policy = Shift | Moment | PolicyChoice


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRule:
    """One fact that the user may give. `options` for a choice; `by_round`: kept by round, asked anew in each.

    `source`: what of the search it counts, one of `AGGREGATES`: jobflow fills it in, and nobody else.
    """

    name: str
    type: FactType
    ask: str = ""
    options: tuple[str, ...] = ()
    by_round: bool = False
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How often the employer may be contacted: never more than `at_most` (None: no cap), never closer than `apart`."""

    name: str
    at_most: int | None
    apart: Size | None
    reset: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRule:
    """What an event does: where it leads (`to` None: recorded, moves nothing) and what it counts, drops or starts."""

    name: str
    path: str
    to: str | None = None
    when: Condition | None = None
    outcome: str | None = None
    message: str | None = None
    counts: str | None = None
    starts_round: bool = False
    drop_past: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remind:
    """Reminders once overdue."""

    every: Size
    at_most: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TaskRule:
    """A task. `during` holds the states it lives through: () for a task of one state (`state`).

    `once`: a task that spans states comes once a "round" or once an "application"; a state's own task once a "stay".
    """

    name: str
    path: str
    state: str | None
    kind: str
    title: str
    during: tuple[str, ...] = ()
    once: Literal["stay", "round", "application"] = "stay"
    each: tuple[str, ...] = ()
    otherwise: str | None = None
    when: Condition | None = None
    opens: Policy | None = None
    due: Policy | None = None
    lapses: Policy | None = None
    counts: str | None = None
    remind: Remind = Remind(every=BUSINESS_DAY, at_most=3)
    template: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One way out of a state, with one trigger: `event`, a timer (`timer`), or `when` alone."""

    path: str
    source: str
    to: str
    event: str | None = None
    timer: Policy | None = None
    when: Condition | None = None
    outcome: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRule:
    """Something the program does by itself on entry; `kind` is a registered name."""

    kind: str
    path: str
    arguments: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where an application can stand. `before_round`: an interview lies ahead; who is named here is named for it."""

    name: str
    title: str
    final: bool
    before_round: bool
    tasks: tuple[TaskRule, ...]
    transitions: tuple[Transition, ...]
    events: Mapping[str, EventRule]
    steps: tuple[StepRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Workflow:
    """The rule book, compiled. `hash` is the SHA-256 of its canonical JSON; applications are pinned to it.

    `tasks` are all task rules by name, `spanning` those that live through several states. Compared by identity, so
    that what is derived from one (its flat table, see `machine`) can be kept by it.
    """

    name: str
    version: int
    title: str
    subject: Literal["application", "search"]
    hash: str
    initial: str
    roles: Mapping[str, str]
    facts: Mapping[str, FactRule]
    limits: Mapping[str, Limit]
    events: Mapping[str, EventRule]
    tasks: Mapping[str, TaskRule]
    spanning: tuple[TaskRule, ...]
    states: Mapping[str, State]

    def event_names(self) -> tuple[str, ...]:
        """Every event that some state knows, in file order."""
        names = dict.fromkeys(self.events)
        for state in self.states.values():
            names.update(dict.fromkeys(state.events))
            names.update(dict.fromkeys(t.event for t in state.transitions if t.event))
        return tuple(names)
