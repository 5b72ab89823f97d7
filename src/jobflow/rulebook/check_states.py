"""Checks of states and what stands in them: tasks, transitions, events, steps."""

from __future__ import annotations

from collections.abc import Callable

from jobflow.core.messages import OF_TITLES, PLACEHOLDER
from jobflow.rulebook.check_timing import DUE, LAPSES, LAPSES_WITHOUT_DUE, OPENS, TRANSITION, TRANSITION_AT, Timing
from jobflow.rulebook.faults import near
from jobflow.rulebook.format import EVENT, REMIND, STATE, TASK
from jobflow.rulebook.format import TRANSITION as TRANSITION_KEYS
from jobflow.rulebook.nodes import Listing, Node, Scalar, Table
from jobflow.rulebook.registry import Registry
from jobflow.rulebook.shape import Shapes

_TRIGGERS = ("event", "after", "before", "at")
_SPANNING_ONLY = ("during", "once")


class States:
    """Checks states, tasks, transitions, events and steps."""

    def __init__(self, shapes: Shapes, timing: Timing, registry: Registry) -> None:
        """Faults go to those of `shapes`."""
        self.shapes, self.timing, self.registry = shapes, timing, registry
        self.faults = shapes.faults
        self.conditions = timing.conditions
        self.declared = timing.declared

    def state(self, _name: str, node: Node) -> None:
        """One state."""
        items = self.shapes.keyed(node, STATE)
        if "title" in items:
            self.shapes.text(items["title"])
        if "before" in items:
            self.shapes.one_of(items["before"], ("round",))
        final = "final" in items and self.shapes.boolean(items["final"]) is True
        for key in ("tasks", "transitions"):
            if final and key in items and isinstance(node, Table):
                message = f"a final state has no {key}"
                self.faults.add(node.keys[key], "JF124", message, "delete them, or 'final', or use events")
        self._named(items.get("tasks"), "the tasks", self._own_task)
        self._named(items.get("events"), "the events", self.event)
        for rule in self._rules(items.get("transitions"), "transitions"):
            self._transition(rule)
        for rule in self._rules(items.get("steps"), "steps"):
            self._step(rule)

    def _named(self, node: Node | None, what: str, check: Callable[[str, Node], object]) -> None:
        if node is not None:
            for name, value in self.shapes.table(node, what).items():
                check(name, value)

    def _rules(self, node: Node | None, what: str) -> tuple[Node, ...]:
        if node is None:
            return ()
        # No ways out is said by an empty list as well as by no key at all.
        return node.items if isinstance(node, Listing) else self.shapes.listing(node, what)

    def event(self, _name: str, node: Node) -> None:
        """One event, at the top or of a state."""
        items = self.shapes.keyed(node, EVENT)
        if "title" in items:
            self.shapes.text(items["title"])
        self._way(items)
        if "counts" in items:
            self.shapes.known(items["counts"], self.declared.limits, "limit", "JF116")
        if "starts" in items:
            self.shapes.one_of(items["starts"], ("round",))
        if "drop_past" in items:
            self.shapes.known_list(items["drop_past"], self.declared.facts, "fact", "JF113")
            self._only_dates(items["drop_past"])
        if "drop" in items:
            self.shapes.known_list(items["drop"], self.declared.facts, "fact", "JF113")

    def _only_dates(self, node: Node) -> None:
        for item in node.items if isinstance(node, Listing) else ():
            name = getattr(item, "value", None)
            type_ = self.declared.facts.get(name) if isinstance(name, str) else None
            if type_ not in (None, "date", "datetime"):
                message = f"fact '{name}' is of type {type_}: it can't be past"
                self.faults.add(item.place, "JF127", message, "drop_past takes facts of type date or datetime")

    def _way(self, items: dict[str, Node]) -> None:
        """What events and transitions share: where they lead, whether, and how it ends."""
        to = self.shapes.known(items["to"], self.declared.states, "state", "JF111") if "to" in items else None
        if "when" in items:
            self.conditions.check(items["when"])
        if "message" in items:
            self.shapes.known(items["message"], self.registry.templates, "template", "JF120")
        if "outcome" not in items:
            return
        self.shapes.text(items["outcome"], "the outcome as text")
        if "to" not in items or (to is not None and not self.declared.states[to]):
            where = f"'{to}' is not final" if to else "it leads nowhere"
            self.faults.add(items["outcome"].place, "JF125", f"an outcome, but {where}", "lead to a final state")

    def _transition(self, node: Node) -> None:
        items = self.shapes.keyed(node, TRANSITION_KEYS)
        if not isinstance(node, Table):
            return
        self._way(items)
        if "event" in items:
            name = self.shapes.text(items["event"], "the name of an event")
            if name is not None:
                self.shapes.name(items["event"].place, name, "events")
        self._trigger(node, [key for key in _TRIGGERS if key in items])
        self._timer(node, items)

    def _trigger(self, node: Table, found: list[str]) -> None:
        if not found and "when" not in node.items:
            hint = f"add one of: {', '.join(_TRIGGERS)}, when"
            self.faults.add(node.place, "JF122", "a transition without a trigger", hint)
        elif len(found) > 1:
            message = f"a transition has one trigger, found {' and '.join(found)}"
            self.faults.add(node.keys[found[1]], "JF122", message, "write two transitions")

    def _timer(self, node: Table, items: dict[str, Node]) -> None:
        for key, needs in (("since", ("after",)), ("of", ("before",)), ("roll", ("after", "before"))):
            if key in items and not any(need in items for need in needs):
                message = f"'{key}' goes with '{needs[0]}', which is not there"
                self.faults.add(node.keys[key], "JF123", message, f"add '{needs[0]}: …', or leave '{key}' out")
        if "at" in items:
            self.timing.policy(items["at"], TRANSITION_AT)
        self.timing.parts(_without(node, "at"), TRANSITION)

    def _step(self, node: Node) -> None:
        items = self.shapes.table(node, "a step")
        if "step" in items:
            self.shapes.known(items["step"], self.registry.steps, "step", "JF118")
        elif isinstance(node, Table):
            self.faults.add(node.place, "JF021", "a step needs the key 'step'", "add 'step: NAME'")

    def _placeholders(self, title: Node | None) -> None:
        """What a title names must be something that can be filled in."""
        text = title.value if isinstance(title, Scalar) and isinstance(title.value, str) else ""
        for name in PLACEHOLDER.findall(text):
            known = (*OF_TITLES, *self.declared.facts)
            if title is not None and name not in known:
                self.faults.add(title.place, "JF113", f"unknown fact '{name}' in the title", near(name, known))

    def _own_task(self, _name: str, node: Node) -> None:
        items = self._task(node)
        for key in _SPANNING_ONLY:
            if key in items and isinstance(node, Table):
                message = f"'{key}' goes with tasks that span states"
                self.faults.add(node.keys[key], "JF123", message, "move the task to the top-level 'tasks'")

    def spanning_task(self, _name: str, node: Node) -> None:
        """One task of the top level."""
        items = self._task(node)
        if "once" in items:
            self.shapes.one_of(items["once"], ("round", "application"))
        if "during" in items:
            self._during(items["during"])
        elif isinstance(node, Table):
            message = "a task that spans states needs the key 'during'"
            self.faults.add(node.place, "JF021", message, "add 'during: live' or a list of states")

    def _during(self, node: Node) -> None:
        states = self.declared.states
        if isinstance(node, Listing):
            self.shapes.known_list(node, states, "state", "JF111")
            members: tuple[Node, ...] = node.items
        else:
            self.shapes.known(node, ("live", *states), "state", "JF111")
            members = (node,)
        for member in members:
            name = getattr(member, "value", None)
            if isinstance(name, str) and states.get(name):
                self.faults.add(member.place, "JF124", f"'{name}' is final: it has no tasks", "leave it out")

    def _task(self, node: Node) -> dict[str, Node]:
        items = self.shapes.keyed(node, TASK)
        if "kind" in items:
            self.shapes.known(items["kind"], self.registry.kinds, "kind of task", "JF117")
        for key in ("title", "otherwise"):
            if key in items:
                self.shapes.text(items[key])
        self._placeholders(items.get("title"))
        if "each" in items:
            self.shapes.known_list(items["each"], self.declared.roles, "role", "JF114")
        elif "otherwise" in items and isinstance(node, Table):
            message = "'otherwise' goes with 'each', which is not there"
            self.faults.add(node.keys["otherwise"], "JF123", message, "add 'each: [ROLE]', or leave 'otherwise' out")
        if "when" in items:
            self.conditions.check(items["when"])
        if "counts" in items:
            self.shapes.known(items["counts"], self.declared.limits, "limit", "JF116")
        if "template" in items:
            self.shapes.known(items["template"], self.registry.templates, "template", "JF120")
        self._times(items)
        return items

    def _times(self, items: dict[str, Node]) -> None:
        lapses = LAPSES if "due" in items else LAPSES_WITHOUT_DUE
        for key, spot in (("opens", OPENS), ("due", DUE), ("lapses", lapses)):
            if key in items:
                self.timing.policy(items[key], spot)
        if "remind" in items:
            remind = self.shapes.keyed(items["remind"], REMIND)
            if "every" in remind:
                self.timing.size(remind["every"], positive=True)
            if "at_most" in remind:
                self.shapes.integer(remind["at_most"], 0, 100)


def _without(node: Table, key: str) -> Table:
    return Table(node.place, {k: v for k, v in node.items.items() if k != key}, node.keys)
