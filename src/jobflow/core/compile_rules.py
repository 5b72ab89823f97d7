"""What a policy, an anchor and a condition of the workflow file mean, from plain data to values of `model`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from jobflow.core.model import (
    FIXED_ANCHORS,
    Anchor,
    AnchorChoice,
    AnyAnchor,
    Condition,
    Count,
    Every,
    FactIs,
    Happened,
    How,
    Known,
    Moment,
    Not,
    OutcomeIs,
    Policy,
    PolicyChoice,
    Registered,
    Shift,
    Some,
    TaskIs,
)
from jobflow.core.sizes import parse_size

HOWS: tuple[How, ...] = ("first_known", "earliest", "latest")
SETTLED_SUFFIX = ".settled"


@dataclass(frozen=True, slots=True)
class Names:
    """What a workflow declares and a rule may name as an anchor."""

    facts: frozenset[str]
    tasks: frozenset[str]
    events: frozenset[str]
    limits: frozenset[str]

    def anchors(self, name: str) -> tuple[Anchor, ...]:
        """Everything that the anchor name could mean; the first is what it means."""
        found = [Anchor(name)] if name in FIXED_ANCHORS else []
        if name in self.facts:
            found.append(Anchor("fact", name))
        if name in self.tasks:
            found.append(Anchor("task", name))
        task = name.removesuffix(SETTLED_SUFFIX)
        if task != name and task in self.tasks:
            found.append(Anchor("settled", task))
        if name in self.events:
            found.append(Anchor("event", name))
        if name in self.limits:
            found.append(Anchor("limit", name))
        return tuple(found)


def compile_anchor(data: Any, names: Names) -> AnyAnchor:
    """An anchor name, or `first_known`, `earliest`, `latest` of anchors."""
    if isinstance(data, str):
        return names.anchors(data)[0]
    how = _how(data)
    return AnchorChoice(how, tuple(compile_anchor(member, names) for member in data[how]))


def compile_policy(data: Any, default: str, names: Names, *, bare_anchors: bool = False) -> Policy:
    """A timing policy. `default`: the fixed anchor that a bare size counts from in this place.

    With `bare_anchors` a text that names an anchor is that moment (a transition's `at:`); else a text is a size.
    """
    if isinstance(data, str):
        if bare_anchors and names.anchors(data):
            return Moment(compile_anchor(data, names))
        return Shift(parse_size(data), Anchor(default))
    when = compile_condition(data.get("when"), names)
    if "after" in data:
        since = compile_anchor(data["since"], names) if "since" in data else Anchor(default)
        return Shift(parse_size(data["after"]), since, roll=data.get("roll"), when=when)
    if "before" in data:
        return Shift(parse_size(data["before"]), compile_anchor(data["of"], names), True, data.get("roll"), when)
    if "at" in data:
        return Moment(compile_anchor(data["at"], names), data.get("roll"), when)
    how = _how(data)
    members = tuple(compile_policy(member, default, names, bare_anchors=bare_anchors) for member in data[how])
    return PolicyChoice(how, members, when)


def _how(data: Mapping[str, Any]) -> How:
    return next(how for how in HOWS if how in data)


def compile_condition(data: Mapping[str, Any] | None, names: Names) -> Condition | None:
    """A condition; None where there is none."""
    if data is None:
        return None
    operator, value = next(iter(data.items()))
    return _CONDITIONS[operator](value, names)


def _condition(data: Mapping[str, Any], names: Names) -> Condition:
    return cast(Condition, compile_condition(data, names))


def _together(members: list[Condition]) -> Condition:
    return members[0] if len(members) == 1 else Every(tuple(members))


def _count(value: Mapping[str, Any], _names: Names) -> Condition:
    return _together([Count(limit, op, number) for limit, ops in value.items() for op, number in ops.items()])


def _fact(value: Mapping[str, Any], _names: Names) -> Condition:
    return _together([FactIs(fact, op, _frozen(wanted)) for fact, ops in value.items() for op, wanted in ops.items()])


def _frozen(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _registered(value: Any, _names: Names) -> Condition:
    if isinstance(value, str):
        return Registered(value, {})
    name, arguments = next(iter(value.items()))
    return Registered(name, dict(arguments or {}))


_CONDITIONS: dict[str, Callable[[Any, Names], Condition]] = {
    "known": lambda value, _: Known(value, True),
    "unknown": lambda value, _: Known(value, False),
    "settled": lambda value, _: TaskIs(value, "settled"),
    "done": lambda value, _: TaskIs(value, "done"),
    "happened": lambda value, _: Happened(value),
    "outcome": lambda value, _: OutcomeIs(value),
    "count": _count,
    "fact": _fact,
    "condition": _registered,
    "all": lambda value, names: Every(tuple(_condition(member, names) for member in value)),
    "any": lambda value, names: Some(tuple(_condition(member, names) for member in value)),
    "not": lambda value, names: Not(_condition(value, names)),
}
CONDITION_KEYS = tuple(_CONDITIONS)
