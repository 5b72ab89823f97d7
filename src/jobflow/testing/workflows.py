"""Random but valid workflows, as plain data; moments, facts and people for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import yaml
from hypothesis import strategies as st

from jobflow.core.inputs import NewContact
from jobflow.testing.rules import (
    DATES,
    EVENTS,
    FACTS,
    FINAL,
    LIMITS,
    PEOPLE,
    ROLES,
    SIZES,
    SPANNING,
    STATES,
    TASKS,
    Choose,
)


@st.composite
def workflows(draw: st.DrawFn, *, steps: Sequence[str] = ()) -> dict[str, Any]:
    """A whole workflow as plain data. `when:` alone leads onwards only, so that none of them moves without end.

    `steps`: names of registered steps; now and then a state has one of them.
    """
    return _Author(Choose(draw), steps).workflow()


class _Author:
    """A workflow in the making: its names, and rules that speak of them."""

    def __init__(self, choose: Choose, steps: Sequence[str]) -> None:
        self.choose, self.steps = choose, steps
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
                "steps": [{"step": choose.one(self.steps)}] if self.steps and choose.chance(3) else [],
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
        if choose.chance(2):
            rule["drop"] = choose.some(DATES)
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
        "size": st.none() | st.integers(0, 3),
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
