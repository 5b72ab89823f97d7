"""Random but valid workflows, as plain data; calendars, moments, facts and people for them.

Nothing here knows of tests: a plugin or workflow author can use it as it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
STEP = "find"
STATES = ("first", "second", "third", "fourth")
FINAL = ("over", "gone")

DAY_SIZES = ("1 day", "3 days", "1 week", "1 month", "0 days", "0 business days", "1 business day", "5 business days")
EXACT_SIZES = ("30 minutes", "2 hours", "PT36H", "P1DT2H")
SIZES = (*DAY_SIZES, *EXACT_SIZES)


def scaled(share: float, least: int = 4) -> int:
    """So many examples: a share of what the profile in force allows."""
    return max(least, int(settings().max_examples * share))


# -- policies and conditions -----------------------------------------------------------------------------------------

_BELOW = [st.integers(0, most) for most in range(32)]
_FEW = st.integers(0, 3)
HOWS = ("first_known", "earliest", "latest")


class Choose:
    """Draws by small numbers alone: strategies built anew for every workflow would cost most of a test's time.

    Whatever is drawn first shrinks to the first option, to no, to the shortest list.
    """

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw

    def one(self, options: Sequence[Any]) -> Any:
        """One of them."""
        return options[self.draw(_BELOW[len(options) - 1])]

    def number(self, least: int, most: int) -> int:
        """A number from `least` to `most`."""
        return least + self.draw(_BELOW[most - least])

    def chance(self, of_ten: int) -> bool:
        """Yes in so many of ten."""
        return self.draw(_BELOW[9]) >= 10 - of_ten

    def some(self, options: Sequence[Any], least: int = 1, most: int = 2) -> list[Any]:
        """A few of them, each once, in order of appearance."""
        return list(dict.fromkeys(self.one(options) for _ in range(self.number(least, most))))

    def anchor(self, names: Sequence[str]) -> Any:
        """An anchor's name, or now and then a choice of some."""
        return {self.one(HOWS): self.some(names, most=3)} if self.chance(1) else self.one(names)

    def leaf(self, names: Sequence[str], when: Callable[[], Any] | None = None) -> dict[str, Any]:
        """A timing policy of one size and what it counts from."""
        kind = self.one(("after", "after", "after", "before", "at"))
        if kind == "at":
            policy: dict[str, Any] = {"at": self.anchor(names)}
        else:
            policy = {kind: self.one(SIZES), "since" if kind == "after" else "of": self.anchor(names)}
        if self.chance(2):
            policy["roll"] = self.one(("forward", "back"))
        if when is not None and self.chance(2):
            policy["when"] = when()
        return policy

    def policy(self, names: Sequence[str], when: Callable[[], Any] | None = None) -> Any:
        """A timing policy of any shape: a bare size, a leaf, or a choice."""
        shape = self.one(("size", "size", "leaf", "leaf", "leaf", "choice"))
        if shape == "size":
            return self.one(SIZES)
        if shape == "leaf":
            return self.leaf(names, when)
        return {self.one(HOWS): [self.leaf(names, when) for _ in range(self.number(1, 3))]}

    def condition(self, tasks: Sequence[str], limits: Sequence[str], outcomes: Sequence[str], depth: int = 2) -> Any:
        """A condition over the names that a workflow declares; none that a plugin registers."""
        shapes = ["known", "unknown", "happened", "size", "mood"] + ["settled", "settled", "done"] * bool(tasks)
        shapes += ["count"] * bool(limits) + ["outcome"] * bool(outcomes) + ["all", "any", "not"] * bool(depth)
        shape = self.one(shapes)
        match shape:
            case "known" | "unknown":
                return {shape: self.one(tuple(FACTS))}
            case "happened":
                return {shape: self.one(EVENTS)}
            case "size":
                return {"fact": {"size": {self.one(("at_least", "below", "equals")): self.number(0, 3)}}}
            case "mood":
                return {"fact": {"mood": {"equals": self.one(("good", "bad"))}}}
            case "settled" | "done":
                return {shape: self.one(tasks)}
            case "count":
                return {"count": {self.one(limits): {self.one(("below", "at_least", "equals")): self.number(0, 3)}}}
            case "outcome":
                return {shape: self.one(outcomes)}
            case "not":
                return {shape: self.condition(tasks, limits, outcomes, depth - 1)}
        return {shape: [self.condition(tasks, limits, outcomes, depth - 1) for _ in range(self.number(1, 2))]}


@st.composite
def policies(draw: st.DrawFn, names: tuple[str, ...] = ("entered", "round", *DATES, *EVENTS)) -> Any:
    """A timing policy as data, over these anchors."""
    return Choose(draw).policy(names)


@st.composite
def conditions(draw: st.DrawFn, tasks: tuple[str, ...] = (), limits: tuple[str, ...] = ()) -> Any:
    """A condition as data."""
    return Choose(draw).condition(tasks, limits, ())


# -- workflows -------------------------------------------------------------------------------------------------------


@st.composite
def workflows(draw: st.DrawFn) -> dict[str, Any]:
    """A whole workflow as plain data. `when:` alone leads onwards only, so that none of them moves without end."""
    return _Author(Choose(draw)).workflow()


class _Author:
    """A workflow in the making: its names, and rules that speak of them."""

    def __init__(self, choose: Choose) -> None:
        self.choose = choose
        self.live = STATES[: choose.number(1, len(STATES))]
        self.finals = FINAL[: choose.number(1, len(FINAL))]
        self.own = TASKS[: choose.number(1, len(TASKS))]
        self.spanning = SPANNING[: choose.number(0, len(SPANNING))]
        self.limits = LIMITS[: choose.number(0, len(LIMITS))]
        self.tasks = (*self.own, *self.spanning)
        self.named = (*DATES, *self.tasks, *(f"{task}.settled" for task in self.tasks), *EVENTS, *self.limits)

    def workflow(self) -> dict[str, Any]:
        choose = self.choose
        data: dict[str, Any] = {
            "format": 1,
            "workflow": "random",
            "version": 1,
            "initial": self.live[0],
            "roles": dict.fromkeys(ROLES, "somebody"),
            "facts": FACTS,
            "limits": {name: self.limit() for name in self.limits},
            "events": {name: self.event(name) for name in EVENTS},
            "tasks": {name: self.task(spans=True) for name in self.spanning},
            "states": {},
        }
        homes = {name: choose.one(self.live) for name in self.own}
        for index, state in enumerate(self.live):
            onward = (*self.live[index + 1 :], *self.finals)
            data["states"][state] = {
                "tasks": {name: self.task(spans=False) for name, home in homes.items() if home == state},
                "events": {name: self.event("") for name in choose.some(EVENTS, least=0, most=1)},
                "transitions": [self.transition(onward) for _ in range(choose.number(0, 3))],
                "steps": [{"step": STEP}] if choose.chance(3) else [],
            }
        for state in self.finals:
            events = {name: self.event("") for name in choose.some(EVENTS, least=0, most=1)}
            data["states"][state] = {"final": True, "events": events}
        return data

    def condition(self) -> Any:
        return self.choose.condition(self.tasks, self.limits, self.finals[:1])

    def policy(self, *anchors: str) -> Any:
        return self.choose.policy((*anchors, *self.named), self.condition)

    def limit(self) -> dict[str, Any]:
        choose = self.choose
        rule: dict[str, Any] = {"at_most": choose.number(0, 3)}
        if choose.chance(7):
            rule["apart"] = choose.one(SIZES)
        if choose.chance(6):
            rule["reset"] = choose.some(EVENTS)
        return rule

    def event(self, name: str) -> dict[str, Any]:
        choose, rule = self.choose, {}
        if choose.chance(6):
            rule["to"] = choose.one((*self.live, *self.finals))
        if choose.chance(2):
            rule["when"] = self.condition()
        if choose.chance(3):
            rule["drop_past"] = choose.some(DATES)
        if self.limits and choose.chance(3):
            rule["counts"] = choose.one(self.limits)
        if name == "meet":
            rule["starts"] = "round"
        if name == "refuse":
            rule["to"] = self.finals[0]
        if rule.get("to") in self.finals:
            rule["outcome"] = rule["to"]
        return rule

    def task(self, *, spans: bool) -> dict[str, Any]:
        choose = self.choose
        rule: dict[str, Any] = {"kind": choose.one(("letter", "call", "todo"))}
        if spans:
            rule["during"] = "live" if choose.chance(5) else choose.some(self.live, most=3)
            rule["once"] = choose.one(("round", "application"))
        if choose.chance(2):
            rule["when"] = self.condition()
        if choose.chance(5):
            rule["opens"] = self.policy("entered", "round")
        if choose.chance(7):
            rule["due"] = self.policy("opens", "opens", "entered", "round")
        if "due" in rule and choose.chance(7):
            rule["lapses"] = self.policy("due", "due", "opens")
        if choose.chance(4):
            rule["each"] = choose.some(ROLES)
            if choose.chance(5):
                rule["otherwise"] = "the team"
        if self.limits and choose.chance(5):
            rule["counts"] = choose.one(self.limits)
        if choose.chance(3):
            rule["remind"] = {
                "every": choose.one(("2 hours", "1 day", "1 business day")),
                "at_most": choose.number(0, 3),
            }
        return rule

    def transition(self, onward: Sequence[str]) -> dict[str, Any]:
        choose = self.choose
        trigger = choose.one(("when", "event", "after", "at", "at"))
        rule: dict[str, Any] = {"to": choose.one(onward if trigger == "when" else (*self.live, *self.finals))}
        if trigger == "event":
            rule["event"] = choose.one(EVENTS)
        elif trigger == "after":
            rule["after"] = choose.one(SIZES)
        elif trigger == "at":
            rule["at"] = self.policy("entered", "round")
        if trigger == "when" or choose.chance(3):
            rule["when"] = self.condition()
        if rule["to"] in self.finals:
            rule["outcome"] = rule["to"]
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
STARTS = st.integers(0, 60 * 24 * 45).map(
    lambda minutes: datetime(2026, 2, 20, tzinfo=UTC) + timedelta(minutes=minutes)
)


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
