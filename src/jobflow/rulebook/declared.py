"""What a workflow file declares, gathered before anything is checked: a use may stand before its declaration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jobflow.core.compile_rules import Names
from jobflow.core.model import FACT_TYPES
from jobflow.rulebook.nodes import Node, Scalar, items_of, table_of, text_of


@dataclass(frozen=True, slots=True)
class Declared:
    """Names by what they stand for. `states` tells which are final, `facts` what type each has (None: a faulty one)."""

    states: dict[str, bool]
    facts: dict[str, str | None]
    roles: tuple[str, ...]
    limits: tuple[str, ...]
    tasks: tuple[str, ...]
    events: tuple[str, ...]
    outcomes: tuple[str, ...]
    options: dict[str, tuple[str, ...]]

    @property
    def names(self) -> Names:
        """The names that an anchor may take."""
        return Names(frozenset(self.facts), frozenset(self.tasks), frozenset(self.events), frozenset(self.limits))


def declared(root: Node) -> Declared:
    """Gather the names of a workflow, however faulty it is."""
    top = table_of(root)
    states = {name: table_of(state) for name, state in table_of(top.get("states")).items()}
    facts = {name: table_of(fact) for name, fact in table_of(top.get("facts")).items()}
    sections = [top, *states.values()]
    return Declared(
        states={name: _is_true(state.get("final")) for name, state in states.items()},
        facts={name: _fact_type(fact.get("type")) for name, fact in facts.items()},
        roles=tuple(table_of(top.get("roles"))),
        limits=tuple(table_of(top.get("limits"))),
        tasks=_unique(task for section in sections for task in table_of(section.get("tasks"))),
        events=_unique(_events(sections)),
        outcomes=_unique(_outcomes(sections)),
        options={name: _texts(fact.get("options")) for name, fact in facts.items()},
    )


def _unique(names: Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _is_true(node: Node | None) -> bool:
    return isinstance(node, Scalar) and node.value is True


def _fact_type(node: Node | None) -> str | None:
    name = text_of(node)
    return name if name in FACT_TYPES else None


def _texts(node: Node | None) -> tuple[str, ...]:
    return tuple(text for text in map(text_of, items_of(node)) if text is not None)


def _events(sections: list[dict[str, Node]]) -> Iterator[str]:
    for section in sections:
        yield from table_of(section.get("events"))
        for rule in items_of(section.get("transitions")):
            event = text_of(table_of(rule).get("event"))
            if event is not None:
                yield event


def _outcomes(sections: list[dict[str, Node]]) -> Iterator[str]:
    for section in sections:
        rules = (*table_of(section.get("events")).values(), *items_of(section.get("transitions")))
        for rule in rules:
            outcome = text_of(table_of(rule).get("outcome"))
            if outcome is not None:
                yield outcome
