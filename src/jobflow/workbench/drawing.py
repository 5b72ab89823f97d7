"""A workflow as a graph: states, what leads from one to another, and the way that an application took.

Every transition, and every event that moves, is on one edge; edges between the same two states are one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from jobflow.core.conditions import in_words
from jobflow.core.explain import policy_words
from jobflow.core.fold import effective
from jobflow.core.model import EventRule, State, TaskRule, Transition, Workflow
from jobflow.core.records import Record

ANYWHERE = ""
"""The name of the node that stands for every state that is not final: what may happen in all of them leaves there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A state. `lines`: its tasks, in words. `entered`: when an application came to be there, each time."""

    name: str
    title: str
    initial: bool = False
    final: bool = False
    present: bool = False
    lines: tuple[str, ...] = ()
    entered: tuple[datetime, ...] = ()


@dataclass(slots=True, kw_only=True)
class Edge:
    """What leads from one state to another. `rules`: their paths; `lines`: each in words; `taken`: when, each time."""

    source: str
    to: str
    rules: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    taken: list[datetime] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """Nodes in the order of the file, `ANYWHERE` last where something leaves it; edges in the order of their rules.

    `notes`: what belongs to no single state, the tasks that span several, in words.
    """

    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    notes: tuple[str, ...]


def drawn(workflow: Workflow, records: Iterable[Record] = ()) -> Graph:
    """The graph of a workflow; with the history of an application, the way that it took."""
    edges: dict[tuple[str, str], Edge] = {}
    for source, to, rule, words in _ways(workflow):
        edge = edges.setdefault((source, to), Edge(source=source, to=to))
        edge.rules.append(rule)
        edge.lines.append(words)
    by_rule = {rule: edge for edge in edges.values() for rule in edge.rules}
    entered: list[tuple[str, datetime]] = []
    for record in effective(records):
        if record.type == "added":
            entered.append((record.data["state"], record.at))
        elif record.type == "moved":
            entered.append((record.data["to"], record.at))
            if record.data["trigger"] in by_rule:
                by_rule[record.data["trigger"]].taken.append(record.at)
        elif record.type == "upgraded" and entered:
            entered.append((record.data["state"], record.at))
    present = entered[-1][0] if entered else None
    nodes = [_node(workflow, state, present, entered) for state in workflow.states.values()]
    if any(edge.source == ANYWHERE for edge in edges.values()):
        nodes.append(Node(name=ANYWHERE, title="at any time before the end"))
    notes = tuple(_task_words(workflow, task) for task in workflow.spanning)
    return Graph(title=workflow.title, nodes=tuple(nodes), edges=tuple(edges.values()), notes=notes)


def _node(workflow: Workflow, state: State, present: str | None, entered: list[tuple[str, datetime]]) -> Node:
    return Node(
        name=state.name,
        title=state.title,
        initial=state.name == workflow.initial,
        final=state.final,
        present=state.name == present,
        lines=tuple(_task_words(workflow, task) for task in state.tasks),
        entered=tuple(at for name, at in entered if name == state.name),
    )


def _task_words(workflow: Workflow, task: TaskRule) -> str:
    words = task.name.replace("_", " ")
    words += f": opens {policy_words(task.opens)}" if task.opens else ""
    words += f"; due {policy_words(task.due)}" if task.due else ""
    words += f"; lapses {policy_words(task.lapses)}" if task.lapses else ""
    limit = workflow.limits.get(task.counts or "")
    if limit is not None:
        words += f"; at most {limit.at_most} in all" if limit.at_most is not None else ""
        words += f", {limit.apart.text} apart" if limit.apart else ""
    return words


def _ways(workflow: Workflow) -> Iterator[tuple[str, str, str, str]]:
    """From where, to where, by which rule, and that in words."""
    for state in workflow.states.values():
        for rule in state.transitions:
            yield state.name, rule.to, rule.path, _way_words(rule)
        yield from _events(state.name, state.events.values())
    yield from _events(ANYWHERE, workflow.events.values())


def _events(source: str, events: Iterable[EventRule]) -> Iterator[tuple[str, str, str, str]]:
    for event in events:
        if event.to is not None:
            words = event.name.replace("_", " ") + (f", while {in_words(event.when)}" if event.when else "")
            yield source, event.to, event.path, words


def _way_words(rule: Transition) -> str:
    words = [
        rule.event.replace("_", " ") if rule.event else "",
        policy_words(rule.timer) if rule.timer else "",
        f"{'while' if rule.event or rule.timer else 'when'} {in_words(rule.when)}" if rule.when else "",
    ]
    return ", ".join(word for word in words if word)
