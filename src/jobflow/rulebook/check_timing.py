"""Checks of sizes, anchors and timing policies."""

from __future__ import annotations

import re
from dataclasses import dataclass

from jobflow.core.compile_rules import SETTLED_SUFFIX
from jobflow.core.model import FIXED_ANCHORS, Size
from jobflow.core.sizes import parse_size
from jobflow.rulebook.check_conditions import Conditions
from jobflow.rulebook.faults import near
from jobflow.rulebook.format import CHOICES, POLICIES, POLICY_KEYS, ROLLS
from jobflow.rulebook.nodes import Node, Scalar, Table, shorten
from jobflow.rulebook.shape import Shapes


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a policy stands: the fixed anchors that mean something there, the one that a bare size counts from.

    With `bare_anchors` a text may also be an anchor's name: that moment.
    """

    fixed: tuple[str, ...]
    default: str
    bare_anchors: bool = False


OPENS = Spot(("entered", "round"), "entered")
DUE = Spot(("entered", "opens", "round"), "opens")
LAPSES = Spot(FIXED_ANCHORS, "due")
LAPSES_WITHOUT_DUE = Spot(("entered", "opens", "round"), "due")
TRANSITION = Spot(("entered", "round"), "entered")
LOOKS_LIKE_SIZE = re.compile(r"[+\-0-9]|P([T0-9]|$)")
"""How a text begins that is a size rather than the name of an anchor, right or wrong."""
TRANSITION_AT = Spot(("entered", "round"), "entered", bare_anchors=True)


class Timing:
    """Checks timing policies against what the workflow declares."""

    def __init__(self, shapes: Shapes, conditions: Conditions) -> None:
        """Faults go to those of `shapes`."""
        self.shapes, self.conditions = shapes, conditions
        self.declared = conditions.declared
        self.names = self.declared.names
        everything = (*FIXED_ANCHORS, *self.declared.facts, *self.declared.tasks)
        settled = (f"{task}{SETTLED_SUFFIX}" for task in self.declared.tasks)
        self._anchors = tuple(dict.fromkeys((*everything, *self.declared.events, *self.declared.limits, *settled)))

    def size(self, node: Node, *, positive: bool = False) -> Size | None:
        """A size; with `positive` one of more than nothing."""
        number = isinstance(node, Scalar) and isinstance(node.value, int | float) and not isinstance(node.value, bool)
        if isinstance(node, Scalar) and number:
            self.shapes.wrong_type(node, "a length of time", f"add a unit: '{node.value} days'")
            return None
        text = self.shapes.text(node, "a length of time such as '3 days'")
        if text is None:
            return None
        try:
            size = parse_size(text)
        except ValueError as error:
            self.shapes.faults.add(node.place, "JF106", shorten(str(error), 200))
            return None
        if positive and not (size.months or size.days or size.business_days or size.seconds):
            self.shapes.faults.add(node.place, "JF106", f"'{size.text}' is no time at all, expected more")
        return size

    def policy(self, node: Node, spot: Spot) -> None:
        """A timing policy: a size, or a mapping with one of after, before, at, first_known, earliest, latest."""
        if isinstance(node, Table):
            self._mapping(node, spot)
        elif spot.bare_anchors and self._is_anchor(node):
            self.anchor(node, spot)
        elif self.size(node) is not None:
            self._default(node, spot)

    def _is_anchor(self, node: Node) -> bool:
        """Whether a text means an anchor: one that exists, or one that no length of time could be."""
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            return False
        return bool(self.names.anchors(node.value)) or not LOOKS_LIKE_SIZE.match(node.value)

    def _default(self, node: Node, spot: Spot) -> None:
        if spot.default not in spot.fixed:
            message = f"this counts from '{spot.default}', but the task has none"
            self.shapes.faults.add(node.place, "JF110", message, f"add '{spot.default}:' or say since: what")

    def _mapping(self, node: Table, spot: Spot) -> None:
        found = [key for key in POLICIES if key in node.items]
        if len(found) != 1:
            what = " and ".join(found) if found else "none of them"
            hint = f"it has exactly one of: {', '.join(POLICIES)}"
            place = node.keys[found[1]] if found else node.place
            self.shapes.faults.add(place, "JF107", f"a timing policy that has {what}", hint)
        self._keys(node, found)
        self.parts(node, spot)
        if "when" in node.items:
            self.conditions.check(node.items["when"])

    def _keys(self, node: Table, found: list[str]) -> None:
        for key in node.items:
            if key not in POLICY_KEYS:
                self.shapes.unknown_key(node, key, "a timing policy", POLICY_KEYS)
            elif len(found) == 1 and key not in POLICIES[found[0]]:
                message = f"'{key}' does not go with '{found[0]}'"
                self.shapes.faults.add(node.keys[key], "JF123", message, f"with it go {', '.join(POLICIES[found[0]])}")

    def parts(self, node: Table, spot: Spot) -> None:
        """The keys of a policy that are there, each by itself; shared with transitions, which hold them directly."""
        items = node.items
        for key in ("after", "before"):
            if key in items:
                self.size(items[key])
        for key in ("since", "of"):
            if key in items:
                self.anchor(items[key], spot)
        if "at" in items:
            self.anchor(items["at"], spot)
        if "after" in items and "since" not in items:
            self._default(items["after"], spot)
        if "before" in items and "of" not in items:
            self.shapes.faults.add(node.keys["before"], "JF021", "'before' needs the key 'of'", "add 'of: …'")
        if "roll" in items:
            self.shapes.one_of(items["roll"], ROLLS)
        for how in CHOICES:
            if how in items:
                for member in self.shapes.listing(items[how], "timing policies"):
                    self.policy(member, spot)

    def anchor(self, node: Node, spot: Spot) -> None:
        """An anchor's name, or first_known, earliest or latest of anchors."""
        if not isinstance(node, Table):
            self._anchor_name(node, spot)
            return
        for key in node.items:
            if key not in CHOICES:
                self.shapes.unknown_key(node, key, "a choice of anchors", CHOICES)
        found = [how for how in CHOICES if how in node.items]
        if len(found) != 1:
            hint = f"write one of {', '.join(CHOICES)} and a list of anchors"
            self.shapes.faults.add(node.place, "JF107", f"{len(found)} choices of anchors, expected one", hint)
        for how in found:
            for member in self.shapes.listing(node.items[how], "anchors"):
                self.anchor(member, spot)

    def _anchor_name(self, node: Node, spot: Spot) -> None:
        name = self.shapes.text(node, "the name of an anchor")
        if name is None:
            return
        meanings = self.names.anchors(name)
        if not meanings:
            message = f"unknown anchor '{shorten(name)}'"
            self.shapes.faults.add(node.place, "JF108", message, near(name, self._anchors))
        elif len(meanings) > 1:
            what = " or ".join(f"the {meaning.kind}" for meaning in meanings if meaning.name) or "itself"
            if not meanings[0].name:
                what = f"the moment '{name}' or {what}"
            message = f"'{name}' could be {what}"
            self.shapes.faults.add(node.place, "JF109", message, "rename one of them")
        elif name in FIXED_ANCHORS and name not in spot.fixed:
            hint = f"possible here: {', '.join(spot.fixed)}, or a fact, task, event or limit"
            self.shapes.faults.add(node.place, "JF110", f"the anchor '{name}' means nothing here", hint)
