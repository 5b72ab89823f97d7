"""Random but valid workflows, as plain data; calendars, moments, facts and people for them.

Nothing here knows of tests: a plugin or workflow author can use it as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import yaml
from hypothesis import settings
from hypothesis import strategies as st

from jobflow.core.calendar import Calendar
from jobflow.core.inputs import NewContact
from jobflow.core.settings import Settings

ZONES = ("UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata", "America/St_Johns")
ROLES = ("boss", "peer", "friend")
PEOPLE = ("Ada", "Bob", "Cleo")
FACTS: dict[str, dict[str, Any]] = {
    "decided_on": {"type": "date"},
    "answer_by": {"type": "datetime"},
    "size": {"type": "number"},
    "mood": {"type": "choice", "options": ["good", "bad"]},
    "words": {"type": "text", "by": "round"},
}
DATES = ("decided_on", "answer_by")
LIMITS = ("pester", "ring")
EVENTS = ("knock", "answer", "meet", "refuse")
TASKS = ("write", "call", "wait", "ask", "look")
SPANNING = ("muse", "greet")
STATES = ("first", "second", "third", "fourth")
FINAL = ("over", "gone")

DAY_SIZES = ("1 day", "3 days", "1 week", "1 month", "0 days", "0 business days", "1 business day", "5 business days")
EXACT_SIZES = ("30 minutes", "2 hours", "PT36H", "P1DT2H")
SIZES = (*DAY_SIZES, *EXACT_SIZES)


def scaled(share: float, least: int = 4) -> int:
    """So many examples: a share of what the profile in force allows."""
    return max(least, int(settings().max_examples * share))


# -- policies and conditions -----------------------------------------------------------------------------------------


@st.composite
def anchors(draw: st.DrawFn, names: tuple[str, ...]) -> Any:
    """An anchor's name, or now and then a choice of two."""
    if draw(st.integers(0, 9)) == 0:
        how = draw(st.sampled_from(("first_known", "earliest", "latest")))
        return {how: draw(st.lists(st.sampled_from(names), min_size=1, max_size=3))}
    return draw(st.sampled_from(names))


@st.composite
def leaf_policies(draw: st.DrawFn, names: tuple[str, ...], conditions: st.SearchStrategy[Any] | None = None) -> Any:
    """One size and what it counts from."""
    kind = draw(st.sampled_from(("after", "after", "after", "before", "at")))
    anchor = draw(anchors(names))
    if kind == "at":
        policy: dict[str, Any] = {"at": anchor}
    else:
        policy = {kind: draw(st.sampled_from(SIZES)), "since" if kind == "after" else "of": anchor}
    if draw(st.integers(0, 3)) == 0:
        policy["roll"] = draw(st.sampled_from(("forward", "back")))
    if conditions is not None and draw(st.integers(0, 4)) == 0:
        policy["when"] = draw(conditions)
    return policy


@st.composite
def policies(draw: st.DrawFn, names: tuple[str, ...], conditions: st.SearchStrategy[Any] | None = None) -> Any:
    """A timing policy of any shape: a bare size, a leaf, or a choice."""
    shape = draw(st.sampled_from(("size", "size", "leaf", "leaf", "leaf", "choice")))
    if shape == "size":
        return draw(st.sampled_from(SIZES))
    if shape == "leaf":
        return draw(leaf_policies(names, conditions))
    how = draw(st.sampled_from(("first_known", "earliest", "latest")))
    return {how: draw(st.lists(leaf_policies(names, conditions), min_size=1, max_size=3))}


def conditions(tasks: tuple[str, ...], limits: tuple[str, ...], outcomes: tuple[str, ...]) -> st.SearchStrategy[Any]:
    """Conditions over the names that a workflow declares; none that a plugin registers."""
    leaves = [
        st.builds(lambda word, fact: {word: fact}, st.sampled_from(("known", "unknown")), st.sampled_from(tuple(FACTS))),
        st.sampled_from(EVENTS).map(lambda event: {"happened": event}),
        st.builds(lambda op, n: {"fact": {"size": {op: n}}}, st.sampled_from(("at_least", "below", "equals")), _FEW),
        st.sampled_from(("good", "bad")).map(lambda mood: {"fact": {"mood": {"equals": mood}}}),
    ]
    if tasks:
        word = st.sampled_from(("settled", "settled", "done"))
        leaves.append(st.builds(lambda word, task: {word: task}, word, st.sampled_from(tasks)))
    if limits:
        op = st.sampled_from(("below", "at_least", "equals"))
        leaves.append(st.builds(lambda limit, op, n: {"count": {limit: {op: n}}}, st.sampled_from(limits), op, _FEW))
    if outcomes:
        leaves.append(st.sampled_from(outcomes).map(lambda outcome: {"outcome": outcome}))
    return st.recursive(st.one_of(leaves), _joined, max_leaves=3)


_FEW = st.integers(0, 3)


def _joined(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(inner, min_size=1, max_size=2)
    return st.one_of(
        st.builds(lambda word, members: {word: members}, st.sampled_from(("all", "any")), several),
        inner.map(lambda member: {"not": member}),
    )


# -- workflows -------------------------------------------------------------------------------------------------------


@st.composite
def workflows(draw: st.DrawFn) -> dict[str, Any]:
    """A whole workflow as plain data. `when:` alone leads onwards only, so that none of them moves without end."""
    live = STATES[: draw(st.integers(1, len(STATES)))]
    finals = FINAL[: draw(st.integers(1, len(FINAL)))]
    own = TASKS[: draw(st.integers(1, len(TASKS)))]
    spanning = SPANNING[: draw(st.integers(0, len(SPANNING)))]
    limits = LIMITS[: draw(st.integers(0, len(LIMITS)))]
    parts = _Parts(live, finals, (*own, *spanning), limits)
    data: dict[str, Any] = {
        "format": 1,
        "workflow": "random",
        "version": 1,
        "initial": live[0],
        "roles": dict.fromkeys(ROLES, "somebody"),
        "facts": FACTS,
        "limits": {name: draw(_limits()) for name in limits},
        "events": {name: draw(_events(parts, name)) for name in EVENTS},
        "tasks": {name: draw(_tasks(parts, spans=True)) for name in spanning},
        "states": {},
    }
    homes = {name: draw(st.sampled_from(live)) for name in own}
    for index, state in enumerate(live):
        mine = [name for name, home in homes.items() if home == state]
        onward = (*live[index + 1 :], *finals)
        data["states"][state] = {
            "tasks": {name: draw(_tasks(parts, spans=False)) for name in mine},
            "events": draw(st.dictionaries(st.sampled_from(EVENTS), _events(parts, "own"), max_size=1)),
            "transitions": draw(st.lists(_transitions(parts, onward), max_size=3)),
        }
    for state in finals:
        back = _events(parts, "own")
        events = draw(st.dictionaries(st.sampled_from(EVENTS), back, max_size=1))
        data["states"][state] = {"final": True, "events": events}
    return data


class _Parts:
    """The names of a workflow in the making, and what can be said with them."""

    def __init__(
        self, live: tuple[str, ...], finals: tuple[str, ...], tasks: tuple[str, ...], limits: tuple[str, ...]
    ) -> None:
        self.live, self.finals, self.limits = live, finals, limits
        self.conditions = conditions(tasks, limits, finals[:1])
        named = (*DATES, *tasks, *(f"{task}.settled" for task in tasks), *EVENTS, *limits)
        self.policies = policies(("entered", "round", *named), self.conditions)
        self.after_opening = policies(("opens", "opens", "entered", "round", *named), self.conditions)
        self.after_due = policies(("due", "due", "opens", *named), self.conditions)


def maybe(strategy: st.SearchStrategy[Any], key: str, often: int = 5) -> st.SearchStrategy[dict[str, Any]]:
    """`{key: value}` in `often` of ten, else nothing."""
    return st.integers(0, 9).flatmap(lambda n: strategy.map(lambda v: {key: v}) if n < often else st.just({}))


@st.composite
def merged(draw: st.DrawFn, *strategies: st.SearchStrategy[dict[str, Any]]) -> dict[str, Any]:
    """One mapping out of several."""
    found: dict[str, Any] = {}
    for strategy in strategies:
        found |= draw(strategy)
    return found


def _limits() -> st.SearchStrategy[dict[str, Any]]:
    reset = st.lists(st.sampled_from(EVENTS), min_size=1, max_size=2, unique=True)
    cap = st.integers(0, 3).map(lambda n: {"at_most": n})
    apart = maybe(st.sampled_from(SIZES), "apart", 7)
    return merged(cap, apart, maybe(reset, "reset", 6))


@st.composite
def _events(draw: st.DrawFn, parts: _Parts, name: str) -> dict[str, Any]:
    rule = draw(maybe(st.sampled_from((*parts.live, *parts.finals)), "to", 6))
    rule |= draw(maybe(parts.conditions, "when", 2))
    rule |= draw(maybe(st.lists(st.sampled_from(DATES), min_size=1, max_size=2, unique=True), "drop_past", 3))
    if parts.limits:
        rule |= draw(maybe(st.sampled_from(parts.limits), "counts", 3))
    if name == "meet" or draw(st.integers(0, 19)) == 0:
        rule["starts"] = "round"
    if name == "refuse":
        rule["to"] = parts.finals[0]
    if rule.get("to") in parts.finals:
        rule["outcome"] = rule["to"]
    return rule


@st.composite
def _tasks(draw: st.DrawFn, parts: _Parts, *, spans: bool) -> dict[str, Any]:
    kind = st.sampled_from(("letter", "call", "todo")).map(lambda kind: {"kind": kind})
    rule = draw(
        merged(
            kind,
            maybe(parts.conditions, "when", 2),
            maybe(parts.policies, "opens", 5),
            maybe(parts.after_opening, "due", 7),
        )
    )
    if "due" in rule:
        rule |= draw(maybe(parts.after_due, "lapses", 6))
    if draw(st.integers(0, 9)) < 4:
        rule["each"] = draw(st.lists(st.sampled_from(ROLES), min_size=1, max_size=2, unique=True))
        rule |= draw(maybe(st.just("the team"), "otherwise"))
    if parts.limits:
        rule |= draw(maybe(st.sampled_from(parts.limits), "counts", 5))
    remind = st.builds(
        lambda every, most: {"every": every, "at_most": most}, st.sampled_from(("2 hours", "1 day", "1 business day")), _FEW
    )
    rule |= draw(maybe(remind, "remind", 3))
    if spans:
        some = st.lists(st.sampled_from(parts.live), min_size=1, unique=True)
        rule["during"] = draw(st.one_of(st.just("live"), some))
        rule |= draw(maybe(st.sampled_from(("round", "application")), "once"))
    return rule


@st.composite
def _transitions(draw: st.DrawFn, parts: _Parts, onward: tuple[str, ...]) -> dict[str, Any]:
    trigger = draw(st.sampled_from(("when", "event", "after", "at", "at")))
    to = draw(st.sampled_from(onward if trigger == "when" else (*parts.live, *parts.finals)))
    rule: dict[str, Any] = {"to": to}
    if trigger == "event":
        rule["event"] = draw(st.sampled_from(EVENTS))
    elif trigger == "after":
        rule["after"] = draw(st.sampled_from(SIZES))
    elif trigger == "at":
        rule["at"] = draw(parts.policies)
    if trigger == "when" or draw(st.integers(0, 3)) == 0:
        rule["when"] = draw(parts.conditions)
    if to in parts.finals:
        rule["outcome"] = to
    return rule


class _Plain(yaml.SafeDumper):
    """YAML without anchors, which the reader refuses."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def as_yaml(data: Mapping[str, Any]) -> str:
    """A workflow's data as the file that it could have come from."""
    return yaml.dump(dict(data), Dumper=_Plain, sort_keys=False, allow_unicode=True)


# -- moments, calendars, people --------------------------------------------------------------------------------------

# Springtime: the clocks change in America on 8 March, in Europe on 29 March, on Lord Howe on 5 April.
STARTS = st.integers(0, 60 * 24 * 45).map(lambda minutes: datetime(2026, 2, 20, tzinfo=UTC) + timedelta(minutes=minutes))


def days(around: date = date(2026, 3, 15), reach: int = 60) -> st.SearchStrategy[date]:
    """A civil day not far from `around`."""
    return st.integers(-reach, reach).map(lambda n: around + timedelta(days=n))


def facts() -> st.SearchStrategy[dict[str, Any]]:
    """Some facts of a random workflow, as a user may give them; None drops one."""
    options = {
        "decided_on": st.none() | days(),
        "answer_by": st.none() | STARTS,
        "size": st.none() | _FEW,
        "mood": st.none() | st.sampled_from(("good", "bad")),
        "words": st.none() | st.sampled_from(("much", "little")),
    }
    return st.dictionaries(st.sampled_from(tuple(options)), st.none(), max_size=2).flatmap(
        lambda found: st.fixed_dictionaries({name: options[name] for name in found})
    )


def people(roles: tuple[str, ...] = ROLES) -> st.SearchStrategy[tuple[NewContact, ...]]:
    """A few contacts."""
    one = st.builds(NewContact, role=st.sampled_from(roles), name=st.sampled_from(PEOPLE))
    return st.lists(one, max_size=2).map(tuple)


def month_days() -> st.SearchStrategy[frozenset[date]]:
    """Some days around the moments that tests use."""
    return st.frozensets(days(), max_size=8)


def settings_values() -> st.SearchStrategy[Settings]:
    """Configurations: weekends, days off, extra working days, office and quiet hours."""
    return st.builds(
        Settings,
        weekend=st.sampled_from((frozenset({5, 6}), frozenset({4, 5}), frozenset({6}), frozenset())),
        days_off=month_days(),
        working_days=st.frozensets(days(), max_size=3),
        workday_start=st.sampled_from((9 * 60, 9 * 60, 8 * 60 + 30, 0)),
        workday_end=st.sampled_from((18 * 60, 18 * 60, 17 * 60 + 15, 24 * 60)),
        quiet_start=st.sampled_from((21 * 60, 21 * 60, 12 * 60, 0)),
        quiet_end=st.sampled_from((8 * 60, 8 * 60, 13 * 60, 0)),
    )


def calendars() -> st.SearchStrategy[Calendar]:
    """The calendars of such configurations."""
    return settings_values().map(Calendar.of)
