"""Checks a workflow file against the format and reports every fault. What passes here always compiles."""

from __future__ import annotations

from collections.abc import Callable

from jobflow.core.model import AGGREGATES, FACT_TYPES, SUBJECTS
from jobflow.rulebook.check_conditions import Conditions
from jobflow.rulebook.check_states import States
from jobflow.rulebook.check_timing import Timing
from jobflow.rulebook.declared import declared
from jobflow.rulebook.faults import Faults
from jobflow.rulebook.format import FACT, FORMAT, LIMIT, RENAMES, WORKFLOW
from jobflow.rulebook.nodes import Node, Table, shorten
from jobflow.rulebook.registry import Registry
from jobflow.rulebook.shape import Shapes


def check_workflow(root: Node, registry: Registry, faults: Faults) -> None:
    """Add every fault of the workflow to `faults`. May raise `TooManyFaults`, nothing else."""
    _Workflow(root, registry, faults).check()


class _Workflow:
    def __init__(self, root: Node, registry: Registry, faults: Faults) -> None:
        self.root = root
        self.faults = faults
        self.shapes = Shapes(faults)
        self.declared = declared(root)
        conditions = Conditions(self.shapes, self.declared, registry)
        self.timing = Timing(self.shapes, conditions)
        self.states = States(self.shapes, self.timing, registry)
        self.subject: str | None = SUBJECTS[0]

    def check(self) -> None:
        items = self.shapes.keyed(self.root, WORKFLOW)
        self._head(items)
        for key, check in (
            ("roles", self._role),
            ("facts", self._fact),
            ("limits", self._limit),
            ("events", self.states.event),
            ("tasks", self.states.spanning_task),
            ("states", self.states.state),
        ):
            if key in items:
                self._section(key, items[key], check)
        self._initial(items)
        if "renames" in items:
            self._renames(items["renames"])
        self._tasks_once(items)

    def _head(self, items: dict[str, Node]) -> None:
        if "format" in items and self.shapes.integer(items["format"], 1, 10**9) not in (FORMAT, None):
            message = f"this jobflow reads format {FORMAT}"
            self.faults.add(items["format"].place, "JF103", message, "a newer jobflow may read it")
        if "workflow" in items:
            name = self.shapes.text(items["workflow"], "the workflow's name")
            if name is not None:
                self.shapes.name(items["workflow"].place, name, "workflow")
        if "version" in items:
            self.shapes.integer(items["version"], 1, 10**9)
        if "title" in items:
            self.shapes.text(items["title"])
        if "subject" in items:
            self.subject = self.shapes.one_of(items["subject"], SUBJECTS)

    def _renames(self, node: Node) -> None:
        declared = self.declared
        known = {
            "states": (declared.states, "state", "JF111"),
            "tasks": (declared.tasks, "task", "JF115"),
            "facts": (declared.facts, "fact", "JF113"),
            "events": (declared.events, "event", "JF112"),
            "limits": (declared.limits, "limit", "JF116"),
        }
        for kind, names in self.shapes.keyed(node, RENAMES).items():
            now, what, code = known[kind]
            items = self.shapes.table(names, f"old names of {kind} and new ones")
            for old, new in items.items():
                place = names.keys[old] if isinstance(names, Table) else new.place
                self.shapes.name(place, old, kind)
                if old in now:
                    message = f"the {what} '{shorten(old)}' is still there: it was not renamed"
                    self.faults.add(place, "JF128", message, "the old name comes first: {old: new}")
                self.shapes.known(new, [*now, *(name for name in items if name != old)], what, code)

    def _section(self, key: str, node: Node, check: Callable[[str, Node], object]) -> None:
        items = self.shapes.table(node, f"the {key}")
        if isinstance(node, Table):
            for name, place in node.keys.items():
                self.shapes.name(place, name, key)
                if key == "states":
                    self._state_names(items.get(name))
            if not items and key == "states":
                self.faults.add(node.place, "JF025", "there are no states, expected at least one")
        for name, value in items.items():
            check(name, value)

    def _state_names(self, node: Node | None) -> None:
        for section in ("tasks", "events"):
            members = node.items.get(section) if isinstance(node, Table) else None
            if isinstance(members, Table):
                for name, place in members.keys.items():
                    self.shapes.name(place, name, section)

    def _role(self, _name: str, node: Node) -> None:
        self.shapes.text(node, "a few words about the role")

    def _fact(self, _name: str, node: Node) -> None:
        items = self.shapes.keyed(node, FACT)
        type_ = self.shapes.one_of(items["type"], FACT_TYPES) if "type" in items else None
        if "ask" in items:
            self.shapes.text(items["ask"], "the question as text")
        if "by" in items:
            self.shapes.one_of(items["by"], ("round",))
        if "from" in items:
            self._source(items["from"], type_)
        if "options" in items:
            if type_ not in ("choice", None):
                message = f"'options' go with type choice, found {type_}"
                self.faults.add(items["options"].place, "JF123", message, "write 'type: choice', or leave them out")
            self._options(items["options"])
        elif type_ == "choice":
            self.faults.add(node.place, "JF021", "a choice needs the key 'options'", "add 'options: [one, two]'")

    def _source(self, node: Node, type_: str | None) -> None:
        source = self.shapes.one_of(node, tuple(AGGREGATES))
        if self.subject == SUBJECTS[0]:
            message = "'from' counts over the search, which only a workflow about it knows"
            self.faults.add(node.place, "JF123", message, "write 'subject: search' at the top, or leave it out")
        if source is not None and type_ not in (AGGREGATES[source], None):
            message = f"'{source}' is a {AGGREGATES[source]}, and the fact of type {type_}"
            self.faults.add(node.place, "JF127", message, f"write 'type: {AGGREGATES[source]}'")

    def _options(self, node: Node) -> None:
        seen: set[str] = set()
        for item in self.shapes.listing(node, "options"):
            option = self.shapes.text(item, "an option as text")
            if option in seen:
                self.faults.add(
                    item.place, "JF025", f"'{shorten(option or '')}' stands in the list twice", "leave one out"
                )
            seen.add(option or "")

    def _limit(self, _name: str, node: Node) -> None:
        items = self.shapes.keyed(node, LIMIT)
        if "at_most" not in items and "apart" not in items and isinstance(node, Table):
            self.faults.add(node.place, "JF021", "a limit needs 'at_most' or 'apart'", "add 'at_most: 2'")
        if "at_most" in items:
            self.shapes.integer(items["at_most"], 0, 1000)
        if "apart" in items:
            self.timing.size(items["apart"])
        if "reset" in items:
            self.shapes.known_list(items["reset"], self.declared.events, "event", "JF112")

    def _initial(self, items: dict[str, Node]) -> None:
        if "initial" not in items:
            return
        name = self.shapes.known(items["initial"], self.declared.states, "state", "JF111")
        if name is not None and self.declared.states[name]:
            message = f"the initial state '{name}' is final"
            self.faults.add(items["initial"].place, "JF124", message, "start in a state that leads somewhere")

    def _tasks_once(self, items: dict[str, Node]) -> None:
        """Anchors and conditions speak of a task by its name alone: it must be one task."""
        states = items.get("states")
        tables = [items.get("tasks")]
        if isinstance(states, Table):
            tables += [state.items.get("tasks") for state in states.items.values() if isinstance(state, Table)]
        first: dict[str, int] = {}
        for table in tables:
            if not isinstance(table, Table):
                continue
            for name, place in table.keys.items():
                if name in first:
                    message = f"there is another task '{shorten(name)}' in line {first[name]}"
                    self.faults.add(place, "JF102", message, "give each task its own name")
                first.setdefault(name, place.line)
