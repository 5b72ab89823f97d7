"""How long an application may stay in a state while nobody says anything: what time alone makes of a node.

Counted in civil days from the day of the latest thing that anybody said or, where that is later, of the latest date
among facts and snoozes. In such a silence facts, events and contacts stand still; tasks open, lapse or are withheld.
So every condition comes to rest, and what then holds is what ends the stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from jobflow.core.model import (
    BUSINESS_DAY,
    Anchor,
    AnyAnchor,
    Condition,
    Every,
    Moment,
    Not,
    Policy,
    PolicyChoice,
    Shift,
    Some,
    TaskIs,
    TaskRule,
    Transition,
)
from jobflow.workbench.abstract import Abstract, Node, TooMuch, Values, Variable, policies_of, variables
from jobflow.workbench.spans import Spans


@dataclass(frozen=True, slots=True)
class Never:
    """A stay that nothing may end. `values`: of the variables with which it does not."""

    node: Node
    values: Values


class Circular(TooMuch):
    """Tasks whose conditions wait for each other: not worked out."""


def longest_stay(abstract: Abstract, spans: Spans, node: Node) -> int | Never:
    """The most days that a silent stay in `node` lasts. Raises `TooMuch` where that can't be worked out."""
    names = _spoken_of(abstract, node)
    longest = 0
    for values in abstract.combinations(node, names):
        days = _Silence(abstract, spans, node, values).ends()
        if days is None:
            return Never(node, values)
        longest = max(longest, days)
    return longest


def _spoken_of(abstract: Abstract, node: Node) -> dict[Variable, None]:
    """The variables that matter to the ways out of a node, and to the tasks that those speak of, and so on."""
    exits = abstract.workflow.states[node.state].transitions
    exits = tuple(rule for rule in exits if rule.event is None)
    names = variables([rule.when for rule in exits], [rule.timer for rule in exits if rule.timer])
    in_force = {rule.name: rule for rule in abstract.in_force(node.state)}
    todo = list(names)
    while todo:
        kind, name = todo.pop()
        if kind not in ("settled", "had", "told") or name not in in_force:
            continue
        rule = in_force[name]
        for variable in variables([rule.when], policies_of(rule)):
            if variable not in names:
                names[variable] = None
                todo.append(variable)
    # Whether there is anybody to do it for matters only where nobody means no task.
    for _, name in list(names):
        if name in in_force and in_force[name].each and in_force[name].otherwise is None:
            names["had", name] = None
    return names


@dataclass(slots=True)
class _Silence:
    """One node with one choice of what is not in it. Times are days from the beginning of the silence, at most."""

    abstract: Abstract
    spans: Spans
    node: Node
    values: Values
    _settling: dict[str, tuple[bool, int] | None] = field(default_factory=dict)

    def ends(self) -> int | None:
        """When the stay is over at the latest, None where nothing may end it."""
        rules = self.abstract.workflow.states[self.node.state].transitions
        found = [days for rule in rules if rule.event is None and (days := self._leaves(rule)) is not None]
        return min(found, default=None)

    def _leaves(self, rule: Transition) -> int | None:
        holds, since = self._limit(rule.when)
        if not holds or rule.timer is None:
            return since if holds else None
        reached = self._policy(rule.timer, None, None)
        return None if reached is None else max(reached, since, self._floor())

    def _floor(self) -> int:
        return self.spans.of(BUSINESS_DAY)[1]

    def _limit(self, condition: Condition | None) -> tuple[bool, int]:
        """What a condition comes to, and when it has: no later than the last task it speaks of has settled."""
        match condition:
            case TaskIs(task, "settled"):
                return self._settles(task)
            case Every(members):
                return self._together(members, all)
            case Some(members):
                return self._together(members, any)
            case Not(member):
                holds, since = self._limit(member)
                return not holds, since
        return self.abstract.holds(condition, self.node, self.values), 0

    def _together(self, members: Iterable[Condition], join: Callable[[Iterable[bool]], bool]) -> tuple[bool, int]:
        found = [self._limit(member) for member in members]
        return join(holds for holds, _ in found), max(since for _, since in found)

    def _settles(self, name: str) -> tuple[bool, int]:
        if name in self._settling:
            found = self._settling[name]
            if found is None:
                raise Circular(f"task '{name}' waits for itself")
            return found
        self._settling[name] = None
        rule = self.abstract.workflow.tasks[name]
        self._settling[name] = self._settled(rule) if rule in self.abstract.in_force(self.node.state) else (True, 0)
        return self._settling[name] or (True, 0)

    def _settled(self, rule: TaskRule) -> tuple[bool, int]:
        nobody = rule.each and rule.otherwise is None and not self.values.get(("had", rule.name), True)
        if nobody or (rule.name in self.node.done and not rule.each):
            return True, 0
        wanted, since = self._limit(rule.when)
        if not wanted:  # cancelled, or never there
            return True, since
        # What never settles by itself may have been settled by the user before the silence began.
        already = bool(self.values.get(("settled", rule.name), True)), 0
        opens = self._opens(rule, since)
        if opens is None:
            return already
        if rule.counts and self.abstract.full(self.node, rule.counts):
            return True, opens
        lapses = self._lapses(rule, opens)
        return already if lapses is None else (True, lapses)

    def _opens(self, rule: TaskRule, since: int) -> int | None:
        opens: int | None = since
        if rule.opens is not None:
            reached = self._policy(rule.opens, None, None)
            opens = None if reached is None else max(reached, since)
        limit = self.abstract.workflow.limits[rule.counts] if rule.counts else None
        if opens is not None and limit is not None and limit.apart is not None:
            opens = max(opens, self.spans.of(limit.apart)[1])
        return opens

    def _lapses(self, rule: TaskRule, opens: int) -> int | None:
        if rule.lapses is None:
            return None
        reached = self._policy(rule.due, opens, None) if rule.due else None
        due = None if reached is None else max(reached, opens)
        lapses = self._policy(rule.lapses, opens, due)
        return None if lapses is None else max(lapses, due or 0, opens + self._floor())

    def _policy(self, policy: Policy, opens: int | None, due: int | None) -> int | None:
        holds, since = self._limit(policy.when)
        if not holds:
            return None
        reached = self._reach(policy, opens, due)
        return None if reached is None else max(reached, since)

    def _reach(self, policy: Policy, opens: int | None, due: int | None) -> int | None:
        if isinstance(policy, PolicyChoice):
            members = [self._policy(member, opens, due) for member in policy.members]
            return _chosen(policy.how, members)
        start = self._anchor(policy.anchor, opens, due)
        if start is None:
            return None
        return start + self._length(policy)

    def _length(self, policy: Shift | Moment) -> int:
        days = self.spans.roll() if policy.roll == "forward" else 0
        if isinstance(policy, Shift) and not policy.before:
            days += self.spans.of(policy.size)[1]
        return days

    def _anchor(self, anchor: AnyAnchor, opens: int | None, due: int | None) -> int | None:
        if not isinstance(anchor, Anchor):
            return _chosen(anchor.how, [self._anchor(member, opens, due) for member in anchor.members])
        if anchor.kind in ("opens", "due"):
            return opens if anchor.kind == "opens" else due
        if anchor.kind == "settled" and self.abstract.workflow.tasks[anchor.name] in self.abstract.in_force(
            self.node.state
        ):
            settles, days = self._settles(anchor.name)
            return days if settles and self.values["had", anchor.name] else None
        # Everything else was before the silence began.
        return 0 if self.abstract.is_known_anchor(anchor, self.node, self.values) else None


def _chosen(how: str, members: list[int | None]) -> int | None:
    known = [days for days in members if days is not None]
    if not known:
        return None
    if how == "first_known":
        return known[0]
    return min(known) if how == "earliest" else max(known)
