"""Random but valid timing policies and conditions, as the plain data of a workflow file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

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


_BELOW = [st.integers(0, most) for most in range(32)]
HOWS = ("first_known", "earliest", "latest")


class Choose:
    """Draws by small numbers alone: strategies built anew for every workflow would cost most of a test's time.

    Whatever is drawn first shrinks to the first option, to no, to the shortest list.
    """

    def __init__(self, draw: st.DrawFn) -> None:
        """`draw`: what a composite strategy is given."""
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
