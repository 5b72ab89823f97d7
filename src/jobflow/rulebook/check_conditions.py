"""Checks of conditions (`when:`)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from jobflow.core.compile_rules import CONDITION_KEYS
from jobflow.core.model import COUNT_OPS, FACT_OPS
from jobflow.rulebook.declared import Declared
from jobflow.rulebook.faults import near
from jobflow.rulebook.nodes import Listing, Node, Scalar, Table, describe, plain, shorten
from jobflow.rulebook.registry import Registry
from jobflow.rulebook.shape import Shapes

_EQUAL = ("equals", "not", "in")
_ORDER = ("at_least", "at_most", "above", "below")
OPS_OF = {
    "text": (*_EQUAL, "contains"),
    "choice": _EQUAL,
    "date": (*_ORDER, *_EQUAL),
    "datetime": (*_ORDER, *_EQUAL),
    "number": (*_ORDER, *_EQUAL),
    "money": (*_ORDER, "equals", "not"),
    "list": ("contains",),
}
"""Which comparisons a fact of each type allows."""


class Conditions:
    """Checks conditions against what the workflow declares."""

    def __init__(self, shapes: Shapes, declared: Declared, registry: Registry) -> None:
        """Faults go to those of `shapes`."""
        self.shapes, self.declared, self.registry = shapes, declared, registry
        tasks, facts = declared.tasks, declared.facts
        self._checks: dict[str, Callable[[Node], object]] = {
            "known": lambda node: shapes.known(node, facts, "fact", "JF113"),
            "unknown": lambda node: shapes.known(node, facts, "fact", "JF113"),
            "settled": lambda node: shapes.known(node, tasks, "task", "JF115"),
            "done": lambda node: shapes.known(node, tasks, "task", "JF115"),
            "happened": lambda node: shapes.known(node, declared.events, "event", "JF112"),
            "outcome": lambda node: shapes.known(node, declared.outcomes, "outcome", "JF121"),
            "count": self._count,
            "fact": self._fact,
            "condition": self._registered,
            "all": self._members,
            "any": self._members,
            "not": self.check,
        }

    def check(self, node: Node) -> None:
        """One condition: a mapping with exactly one operator."""
        if not isinstance(node, Table):
            self.shapes.wrong_type(node, "a condition such as {known: decision_date}")
            return
        for key in node.items:
            if key not in CONDITION_KEYS:
                self.shapes.unknown_key(node, key, "a condition", CONDITION_KEYS)
        found = [key for key in node.items if key in CONDITION_KEYS]
        if len(found) > 1:
            message = f"a condition has one operator, found {' and '.join(found)}"
            self.shapes.faults.add(node.keys[found[1]], "JF126", message, "join them with all: [{…}, {…}]")
        elif not node.items:
            self.shapes.faults.add(
                node.place, "JF126", "a condition needs an operator", f"one of: {', '.join(CONDITION_KEYS)}"
            )
        for key in found:
            self._checks[key](node.items[key])

    def _members(self, node: Node) -> None:
        for member in self.shapes.listing(node, "conditions"):
            self.check(member)

    def _named(self, node: Node, names: tuple[str, ...], what: str, code: str, example: str) -> dict[str, Node]:
        """The members of `{NAME: …}` whose names exist."""
        if not isinstance(node, Table) or not node.items:
            self.shapes.wrong_type(node, f"a {what} and a comparison", f"such as {example}")
            return {}
        for name in node.items:
            if name not in names:
                message = f"unknown {what} '{shorten(name)}'"
                self.shapes.faults.add(node.keys[name], code, message, near(name, names))
        return {name: value for name, value in node.items.items() if name in names}

    def _comparisons(self, node: Node, ops: tuple[str, ...], example: str) -> dict[str, Node]:
        if not isinstance(node, Table) or not node.items:
            self.shapes.wrong_type(node, "a comparison", f"such as {example}")
            return {}
        for op in node.items:
            if op not in ops:
                self.shapes.unknown_key(node, op, "this comparison", ops)
        return {op: value for op, value in node.items.items() if op in ops}

    def _count(self, node: Node) -> None:
        limits = self._named(node, self.declared.limits, "limit", "JF116", "{follow_up: {below: 2}}")
        for comparison in limits.values():
            for number in self._comparisons(comparison, COUNT_OPS, "{below: 2}").values():
                self.shapes.integer(number, 0, 1000)

    def _fact(self, node: Node) -> None:
        facts = self._named(node, tuple(self.declared.facts), "fact", "JF113", "{salary: {at_least: 50000}}")
        for name, comparison in facts.items():
            type_ = self.declared.facts[name]
            ops = OPS_OF[type_] if type_ else FACT_OPS
            for op, value in self._comparisons(comparison, ops, f"{{{ops[0]}: …}}").items():
                self._values(name, type_, op, value)

    def _values(self, name: str, type_: str | None, op: str, value: Node) -> None:
        members = self.shapes.listing(value, "values") if op == "in" else (value,)
        for member in members:
            if type_ is None:
                continue
            expected = _misfit(type_, member, self.declared.options[name])
            if expected:
                message = f"fact '{name}' is compared with {describe(member)}, expected {expected}"
                self.shapes.faults.add(member.place, "JF127", message)

    def _registered(self, node: Node) -> None:
        if not isinstance(node, Table):
            self.shapes.known(node, self.registry.conditions, "condition", "JF119")
            return
        if len(node.items) != 1:
            self.shapes.wrong_type(node, "one condition's name with its arguments", "such as {NAME: {key: value}}")
        for name, arguments in self._named(node, self.registry.conditions, "condition", "JF119", "{NAME: {}}").items():
            if not isinstance(arguments, Table):
                self.shapes.wrong_type(arguments, f"the arguments of '{name}' as a mapping", "{} for none")


def _misfit(type_: str, node: Node, options: tuple[str, ...]) -> str | None:
    """What a fact of the type is compared with, where `node` is something else; None where it fits."""
    value = plain(node)
    if type_ == "money" and isinstance(node, Table):
        fits = set(value) == {"amount", "currency"} and _is_number(value["amount"])
        return None if fits and isinstance(value["currency"], str) else "{amount: 50000, currency: EUR}"
    if type_ in ("number", "money"):
        return None if _is_number(value) else "a number"
    if isinstance(node, Listing) or not isinstance(node, Scalar) or not isinstance(value, str):
        return "a text"
    if type_ == "choice":
        return None if value in options else f"one of: {', '.join(options)}"
    if type_ in ("date", "datetime"):
        return None if _is_iso(value, type_) else "a date such as 2026-03-20"
    return None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_iso(text: str, type_: str) -> bool:
    try:
        if type_ == "datetime":
            datetime.fromisoformat(text)
        else:
            date.fromisoformat(text)
    except ValueError:
        return False
    return True
