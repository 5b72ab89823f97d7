"""Everything that may come about, seen without dates: an over-approximation of what `decide` can do.

A node is a state with what conditions can see and time does not change: what happened and was done in this round, how
far each limit is used, how it ended. Facts may be given and dropped at any time, and tasks that are in force settle at
any time, so that they are variables of a node, not part of it. What can't come about here can't come about at all; the
reverse is for `searching` to show.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any

from jobflow.core.conditions import compare, leaves
from jobflow.core.machine import TIMER, WHEN, definition, event_trigger, table_of
from jobflow.core.model import (
    Anchor,
    AnyAnchor,
    Condition,
    Count,
    EventRule,
    Every,
    FactIs,
    FactRule,
    Happened,
    Known,
    Not,
    OutcomeIs,
    Policy,
    PolicyChoice,
    Registered,
    Some,
    State,
    TaskIs,
    TaskRule,
    Transition,
    Workflow,
)
from jobflow.core.tasks import rules_in

MOST_NODES = 20_000
MOST_VALUES = 4_096
"""Combinations of variables looked at for one rule in one node."""
MOST_COUNTED = 8
"""Contacts told apart: more than that are "eight or more"."""

Variable = tuple[str, str]
"""A kind and a name: `fact`, `settled`, `told` (a task's anchor), `had` (its `.settled` anchor), `registered`."""
Values = Mapping[Variable, Any]

_NOTHING: Values = {}
_SOME = "\0some"
"""A fact's value where only that it is known matters."""


class TooMuch(Exception):
    """The search hit its bound."""


@dataclass(frozen=True, slots=True)
class Node:
    """Where an application may stand. `seen`: the counted tasks that have been in force, which can be done late."""

    state: str
    happened: frozenset[str] = frozenset()
    done: frozenset[str] = frozenset()
    counts: tuple[int, ...] = ()
    outcome: str | None = None
    seen: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Step:
    """A way from one node to another. `rule`: the path of what acts. `moves`: it enters a state.

    `by`: who brings it about: `employer` (an event), `user` (a task is done), `time` (a timer, or a condition).
    """

    after: Node
    rule: str
    moves: bool
    by: str


class Abstract:
    """The workflow as a graph of nodes."""

    def __init__(self, workflow: Workflow) -> None:
        """Read off what conditions and anchors can see."""
        self.workflow = workflow
        self.table = table_of(workflow)
        self.limits = tuple(workflow.limits)
        states = workflow.states.values()
        conditions, anchors = _spoken(workflow.tasks.values(), workflow.events.values(), states)
        self.events = {c.event for c in conditions if isinstance(c, Happened)} | {
            anchor.name for anchor in anchors if anchor.kind == "event"
        }
        self.tasks = {c.task for c in conditions if isinstance(c, TaskIs) and c.what == "done"}
        self.registered = sorted({c.name for c in conditions if isinstance(c, Registered)})
        self.speaking_facts = _speaking(conditions, anchors)
        self.domains = {fact.name: _domain(fact, conditions) for fact in workflow.facts.values()}
        self.caps = tuple(self._cap(name, conditions) for name in self.limits)

    def _cap(self, limit: str, conditions: Iterable[Condition]) -> int:
        numbers = [c.number + 1 for c in conditions if isinstance(c, Count) and c.limit == limit]
        return min(MOST_COUNTED, max(1, self.workflow.limits[limit].at_most or 0, *numbers, 1))

    def domains_in(self, state: str) -> dict[str, tuple[Any, ...]]:
        """The facts that rules of a state speak of, each with the values that these tell apart."""
        workflow = self.workflow
        own = _spoken(self.in_force(state), workflow.events.values(), (workflow.states[state],))
        return {name: _domain(workflow.facts[name], own[0]) for name in sorted(_speaking(*own))}

    def first(self, state: str | None = None) -> Node:
        """A new application, in its initial state or in another one."""
        name = state or self.workflow.initial
        outcome = name if self.workflow.states[name].final else None
        return self._entering(Node(name, counts=(0,) * len(self.limits)), name, outcome)

    def reachable(self, start: Node) -> dict[Node, tuple[Step, ...]]:
        """Every node that may come about, with the steps from it. Raises `TooMuch`."""
        found: dict[Node, tuple[Step, ...]] = {}
        todo = [start]
        while todo:
            node = todo.pop()
            if node in found:
                continue
            if len(found) >= MOST_NODES:
                raise TooMuch(f"more than {MOST_NODES:,} situations")
            found[node] = tuple(dict.fromkeys(self.steps(node)))
            todo += [step.after for step in found[node]]
        return found

    def steps(self, node: Node) -> Iterator[Step]:
        """What may come next."""
        yield from self.by_user(node)
        yield from self.by_employer(node)
        yield from self.by_time(node)

    def by_user(self, node: Node) -> Iterator[Step]:
        """Tasks in force are done, those of other states late."""
        for rule in self.in_force(node.state):
            after = replace(node, done=node.done | ({rule.name} & self.tasks))
            yield Step(self._counted(after, rule.counts), rule.path, False, "user")
        for name in node.seen:
            rule = self.workflow.tasks[name]
            yield Step(self._counted(node, rule.counts), rule.path, False, "user")

    def by_employer(self, node: Node) -> Iterator[Step]:
        """Events happen."""
        state = self.workflow.states[node.state]
        for event in self.workflow.event_names():
            rule = definition(self.workflow, state, event)
            ways = self.table.get((node.state, event_trigger(event)), ())
            before: list[Condition | None] = []
            for guard, way in ways:
                if self.may(node, guard, before):
                    yield Step(self._enter(self._logged(node, event, rule), way), way.path, True, "employer")
                before.append(guard)
            if rule is not None and rule.to is None and self.may(node, rule.when, before):
                yield Step(self._logged(node, event, rule), rule.path, False, "employer")

    def by_time(self, node: Node, fixed: Values = _NOTHING) -> Iterator[Step]:
        """Conditions that hold and timers that fire, whenever that is. `fixed`: facts that stay as they are."""
        before: list[Condition | None] = []
        for guard, rule in self.table.get((node.state, WHEN), ()):
            if self.may(node, guard, before, fixed=fixed):
                yield Step(self._enter(node, rule), rule.path, True, "time")
            before.append(guard)
        for guard, rule in self.table.get((node.state, TIMER), ()):
            if rule.timer is not None and self.may(node, guard, (), rule.timer, fixed=fixed):
                yield Step(self._enter(node, rule), rule.path, True, "time")

    def in_force(self, state: str) -> tuple[TaskRule, ...]:
        """The task rules of a state; none once it is over."""
        return () if self.workflow.states[state].final else rules_in(self.workflow, state)

    def _logged(self, node: Node, event: str, rule: EventRule | None) -> Node:
        happened, done = node.happened, node.done
        if rule is not None and rule.starts_round:
            happened = frozenset()
            done = frozenset(name for name in done if self.workflow.tasks[name].once == "application")
        counts = tuple(
            0 if event in self.workflow.limits[name].reset else count
            for name, count in zip(self.limits, node.counts, strict=True)
        )
        after = replace(node, happened=happened | ({event} & self.events), done=done, counts=counts)
        return self._counted(after, rule.counts if rule else None)

    def _counted(self, node: Node, limit: str | None) -> Node:
        if limit is None:
            return node
        index = self.limits.index(limit)
        count = min(self.caps[index], node.counts[index] + 1)
        return replace(node, counts=(*node.counts[:index], count, *node.counts[index + 1 :]))

    def _enter(self, node: Node, rule: Transition) -> Node:
        final = self.workflow.states[rule.to].final
        return self._entering(node, rule.to, (rule.outcome or rule.to) if final else None)

    def _entering(self, node: Node, state: str, outcome: str | None) -> Node:
        own = {task.name for task in self.workflow.states[state].tasks}
        seen = {rule.name for rule in self.in_force(state) if rule.counts}
        return replace(node, state=state, outcome=outcome, done=node.done - own, seen=node.seen | seen)

    def full(self, node: Node, limit: str) -> bool:
        """Whether a limit withholds, for sure."""
        at_most = self.workflow.limits[limit].at_most
        return at_most is not None and node.counts[self.limits.index(limit)] >= at_most

    def may(
        self,
        node: Node,
        guard: Condition | None,
        before: Iterable[Condition | None] = (),
        timer: Policy | None = None,
        fixed: Values = _NOTHING,
    ) -> bool:
        """Whether a rule may act: its guard holds, none of those before it does, and its instant is known."""
        earlier = tuple(before)
        if None in earlier:
            return False
        return any(
            self.holds(guard, node, values)
            and not any(self.holds(condition, node, values) for condition in earlier)
            and (timer is None or self.is_known(timer, node, values))
            for values in self.combinations(node, variables((guard, *earlier), (timer,) if timer else ()), fixed)
        )

    def combinations(self, node: Node, names: Iterable[Variable], fixed: Values = _NOTHING) -> Iterator[Values]:
        """Every combination of variables, those `fixed` as they are. Raises `TooMuch`."""
        wanted = tuple(names)
        domains = [(fixed[name],) if name in fixed else self._domain(node, name) for name in wanted]
        size = 1
        for domain in domains:
            size *= len(domain)
        if size > MOST_VALUES:
            raise TooMuch(f"conditions of {node.state} speak of too much at once")
        for values in product(*domains):
            yield dict(zip(wanted, values, strict=True))

    def _domain(self, node: Node, variable: Variable) -> tuple[Any, ...]:
        kind, name = variable
        if kind == "fact":
            return self.domains[name]
        if kind == "registered":
            return (False, True)
        rule = self.workflow.tasks[name]
        if kind == "told":  # done late counts as an anchor, and not as done
            return (True,) if name in node.done else (False, True)
        if rule not in self.in_force(node.state):  # whatever was left open there was cancelled
            return (True,) if kind == "settled" else (False, True)
        if kind == "had" and rule.when is None and (not rule.each or rule.otherwise is not None):
            return (True,)  # somebody is always there to do it for
        if name in node.done and not rule.each:
            return (True,)
        return (False, True)

    def holds(self, condition: Condition | None, node: Node, values: Values) -> bool:
        """Whether a condition holds in a node with these values of its variables."""
        match condition:
            case None:
                return True
            case Known(fact, wanted):
                return (values["fact", fact] is not None) is wanted
            case FactIs(fact, op, value):
                found = values["fact", fact]
                return found is not None and found != _SOME and compare(op, found, value)
            case TaskIs(task, what):
                return bool(values["settled", task]) if what == "settled" else task in node.done
            case Happened(event):
                return event in node.happened
            case OutcomeIs(outcome):
                return node.outcome == outcome
            case Count(limit, op, number):
                return compare(op, node.counts[self.limits.index(limit)], number)
            case Every(members):
                return all(self.holds(member, node, values) for member in members)
            case Some(members):
                return any(self.holds(member, node, values) for member in members)
            case Not(member):
                return not self.holds(member, node, values)
        return bool(values["registered", _registered(condition)])

    def is_known(self, policy: Policy, node: Node, values: Values) -> bool:
        """Whether a policy leads to an instant."""
        if not self.holds(policy.when, node, values):
            return False
        if isinstance(policy, PolicyChoice):
            return any(self.is_known(member, node, values) for member in policy.members)
        return self.is_known_anchor(policy.anchor, node, values)

    def is_known_anchor(self, anchor: AnyAnchor, node: Node, values: Values) -> bool:
        """Whether an anchor stands at anything."""
        if not isinstance(anchor, Anchor):
            return any(self.is_known_anchor(member, node, values) for member in anchor.members)
        match anchor.kind:
            case "fact":
                return values["fact", anchor.name] is not None
            case "event":
                return anchor.name in node.happened
            case "task":
                return bool(values["told", anchor.name])
            case "settled":
                return bool(values["had", anchor.name])
            case "limit":
                return node.counts[self.limits.index(anchor.name)] > 0
        return True


def _registered(condition: Registered) -> str:
    return f"{condition.name} {sorted(condition.arguments.items())!r}"


def _variables(condition: Condition | None) -> Iterator[Variable]:
    match condition:
        case Known(fact, _) | FactIs(fact, _, _):
            yield "fact", fact
        case TaskIs(task, "settled"):
            yield "settled", task
        case Every(members) | Some(members):
            for member in members:
                yield from _variables(member)
        case Not(member):
            yield from _variables(member)
        case Registered():
            yield "registered", _registered(condition)


def _variable_of_anchor(anchor: Anchor) -> Iterator[Variable]:
    kind = {"fact": "fact", "task": "told", "settled": "had"}.get(anchor.kind)
    if kind is not None:
        yield kind, anchor.name


def variables(conditions: Iterable[Condition | None], policies: Iterable[Policy]) -> dict[Variable, None]:
    """The variables that they speak of, each once."""
    names: dict[Variable, None] = {}
    spoken = list(conditions)
    for policy in policies:
        for anchor in _of_policy(policy):
            names.update(dict.fromkeys(_variable_of_anchor(anchor)))
        spoken += _in_policy(policy)
    for condition in spoken:
        names.update(dict.fromkeys(_variables(condition)))
    return names


def _in_policy(policy: Policy) -> Iterator[Condition]:
    """The conditions of a policy and its members."""
    if policy.when is not None:
        yield policy.when
    if isinstance(policy, PolicyChoice):
        for member in policy.members:
            yield from _in_policy(member)


def _of_policy(policy: Policy) -> Iterator[Anchor]:
    """The anchors of a policy and its members."""
    if isinstance(policy, PolicyChoice):
        for member in policy.members:
            yield from _of_policy(member)
    else:
        yield from _single(policy.anchor)


def _single(anchor: AnyAnchor) -> Iterator[Anchor]:
    if isinstance(anchor, Anchor):
        yield anchor
    else:
        for member in anchor.members:
            yield from _single(member)


def policies_of(rule: TaskRule) -> tuple[Policy, ...]:
    """The timing policies that a task has."""
    return tuple(policy for policy in (rule.opens, rule.due, rule.lapses) if policy is not None)


def _policies(tasks: Iterable[TaskRule], states: Iterable[State]) -> Iterator[Policy]:
    for task in tasks:
        yield from policies_of(task)
    for state in states:
        yield from (rule.timer for rule in state.transitions if rule.timer is not None)


def _spoken(
    tasks: Collection[TaskRule], events: Iterable[EventRule], states: Collection[State]
) -> tuple[list[Condition], list[Anchor]]:
    """Every single condition of these, taken apart, and every anchor."""
    policies = list(_policies(tasks, states))
    found = [task.when for task in tasks] + [event.when for event in events]
    for state in states:
        found += [rule.when for rule in state.transitions]
        found += [rule.when for rule in state.events.values()]
    for policy in policies:
        found += _in_policy(policy)
    single = [leaf for condition in found for leaf in leaves(condition)]
    return single, [anchor for policy in policies for anchor in _of_policy(policy)]


def _speaking(conditions: Iterable[Condition], anchors: Iterable[Anchor]) -> set[str]:
    """The facts that they speak of."""
    found = {c.fact for c in conditions if isinstance(c, Known | FactIs)}
    return found | {anchor.name for anchor in anchors if anchor.kind == "fact"}


def _domain(fact: FactRule, conditions: Iterable[Condition]) -> tuple[Any, ...]:
    """Values of a fact that comparisons can tell apart, None for unknown first."""
    wanted: list[Any] = []
    for condition in conditions:
        if isinstance(condition, FactIs) and condition.fact == fact.name:
            wanted += condition.value if isinstance(condition.value, tuple) else [condition.value]
    if fact.type == "choice" and wanted:
        return (None, *fact.options)
    if not wanted:
        return (None, _SOME)
    distinct = sorted({repr(value): value for value in wanted}.items())
    values = [value for _, value in distinct]
    return (None, *_around(fact, values))


def _around(fact: FactRule, values: list[Any]) -> Iterator[Any]:
    """Each value and its neighbours."""
    if fact.type == "list":
        yield []
        yield from ([value] for value in values)
        yield values
    elif fact.type in ("number", "money"):
        for value in values:
            amount = value["amount"] if isinstance(value, dict) else value
            for near in (amount - 1, amount, amount + 1):
                currency = value.get("currency") if isinstance(value, dict) else None
                yield {"amount": near, "currency": currency} if fact.type == "money" else near
    elif fact.type == "date":
        for value in values:
            yield from ((date.fromisoformat(value) + timedelta(days=n)).isoformat() for n in (-1, 0, 1))
    elif fact.type == "datetime":
        for value in values:
            yield from ((datetime.fromisoformat(value) + timedelta(seconds=n)).isoformat() for n in (-1, 0, 1))
    else:
        yield from (*values, "\0another")
