"""What holds for every application under a workflow, whatever happens; and where something does not, a way there.

What is proved was proved by `abstract`, which leaves nothing out. What is found at fault has a counterexample that
`decide` itself went through, or can't come about at all even in `abstract`. Everything else is "not proved".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Literal
from zoneinfo import ZoneInfo

from jobflow.core.calendar import Calendar
from jobflow.core.context import ConditionFunction
from jobflow.core.errors import JobflowError
from jobflow.core.explain import policy_words
from jobflow.core.machine import definition
from jobflow.core.model import Every, Limit, TaskRule, Transition, Workflow
from jobflow.workbench.abstract import Abstract, Node, TooMuch, Values
from jobflow.workbench.abstract import Step as AbstractStep
from jobflow.workbench.cycles import components
from jobflow.workbench.searching import Search
from jobflow.workbench.shadows import shadows, too_short
from jobflow.workbench.spans import Spans
from jobflow.workbench.stays import Never, longest_stay
from jobflow.workbench.steps import Step
from jobflow.workbench.virtual import LONG_AGO, Virtual

Severity = Literal["error", "warning"]
NOT_PROVED = "JF490"
CONTACTS = ("letter", "call", "email")
"""Kinds of task by which the employer hears from the user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing wrong with a rule. `rule`: its path in the YAML; `counterexample`: steps that lead to it."""

    code: str
    rule: str
    message: str
    hint: str
    severity: Severity = "error"
    counterexample: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One thing that holds. `rule`: the path of what it is about, empty for the whole.

    `property`: one of `reachable`, `alive` (rules that can act), `rests` (no circle without delay), `bounded` (a stay,
    in days of silence), `ends` (silence leads to a final state, in days), `limited` (contacts under a limit), `peace`
    (a silent employer does not hear from the user again and again). `bound`: how many, where that is a number;
    `words`: the same for people.
    """

    property: str
    rule: str
    bound: int | None
    words: str


@dataclass(slots=True)
class Verdict:
    """All that was found out about a workflow."""

    findings: list[Finding] = field(default_factory=list)
    proofs: list[Proof] = field(default_factory=list)


def prove(
    workflow: Workflow,
    *,
    calendar: Calendar | None = None,
    first: date | None = None,
    zone: ZoneInfo | None = None,
    conditions: Mapping[str, ConditionFunction] | None = None,
) -> Verdict:
    """Find out about a workflow all that can be. `calendar`: whose holidays bounds count, from `first` on.

    Pure: the same arguments give the same verdict. Raises nothing.
    """
    calendar = calendar or Calendar()
    zone = zone or ZoneInfo("UTC")
    virtual = Virtual(workflow=workflow, calendar=calendar, zone=zone, conditions=conditions or {})
    return _Prover(workflow, Spans(calendar, first or LONG_AGO.date()), virtual).run()


class _Prover:
    def __init__(self, workflow: Workflow, spans: Spans, virtual: Virtual) -> None:
        self.workflow, self.spans, self.virtual = workflow, spans, virtual
        self.abstract = Abstract(workflow)
        self.verdict = Verdict()
        self.nodes: dict[Node, tuple[AbstractStep, ...]] = {}

    def run(self) -> Verdict:
        try:
            self.nodes = self.abstract.reachable(self.abstract.first())
        except TooMuch as too_much:
            self._not_proved("", "anything", str(too_much))
            return self.verdict
        self._limits()
        self._tasks()
        dead = self._dead()
        self._ties(dead)
        self._shown(dead)
        return self.verdict

    # What can't come about

    def _dead(self) -> set[str]:
        """Say which states and rules nothing leads to; gives their paths."""
        reached = {node.state for node in self.nodes}
        acting = {step.rule for steps in self.nodes.values() for step in steps}
        dead: set[str] = set()
        for state in self.workflow.states.values():
            if state.name not in reached:
                dead.add(f"states/{state.name}")
                self._error(
                    "JF401",
                    f"states/{state.name}",
                    f"no application can come to '{state.name}'",
                    "lead a transition or an event there, or delete it",
                )
                continue
            dead |= self._dead_in(state.name, acting)
        for event in self.workflow.events.values():
            if event.path not in acting and self._used(event.name, event.path):
                dead.add(event.path)
                self._error("JF405", event.path, f"'{event.name}' can never happen here", _WHEN_HINT)
        return dead

    def _used(self, event: str, path: str) -> bool:
        """Whether some state that can be reached takes the event by this rule."""
        rules = (definition(self.workflow, self.workflow.states[node.state], event) for node in self.nodes)
        return any(rule is not None and rule.path == path for rule in rules)

    def _dead_in(self, name: str, acting: set[str]) -> set[str]:
        state = self.workflow.states[name]
        dead: set[str] = set()
        shadowed = {shadow.rule.path: shadow for shadow in shadows(self.abstract, self.spans, name)}
        for rule in state.transitions:
            if rule.path not in acting:
                dead.add(rule.path)
                self._error(
                    "JF405", rule.path, f"this way from '{name}' to '{rule.to}' is never taken", self._why(rule)
                )
            elif rule.path in shadowed:
                dead.add(rule.path)
                by = shadowed[rule.path].by
                message = f"this way from '{name}' to '{rule.to}' is never taken: {_words(by)} is always there first"
                self._error("JF405", rule.path, message, f"make it shorter, or give {by.path} a condition")
        for event in state.events.values():
            if event.path not in acting:
                dead.add(event.path)
                self._error("JF405", event.path, f"'{event.name}' can never happen in '{name}'", _WHEN_HINT)
        for task in state.tasks:
            shadow = shadowed.get(task.path)
            if shadow is not None and shadow.same_day:
                message = f"'{task.name}' opens on the day on which {_words(shadow.by)} leaves '{name}'"
                self._error("JF407", task.path, message, "open it earlier, or stay longer")
            elif shadow is not None:
                dead.add(task.path)
                message = f"'{task.name}' can't open: {_words(shadow.by)} leaves '{name}' before"
                self._error("JF406", task.path, message, "open it earlier, or stay longer")
        return dead

    def _why(self, rule: Transition) -> str:
        earlier = [r for r in self.workflow.states[rule.source].transitions if r.path != rule.path]
        for other in earlier:
            if other.event == rule.event and (other.timer is None) == (rule.timer is None) and other.when is None:
                return f"{other.path} comes first and has no condition: give it one, or delete one of the two"
        return "its condition never holds here, or only where one before it does"

    # What is wrong in itself

    def _limits(self) -> None:
        counting = {task.counts for task in self.workflow.tasks.values()}
        events = [
            *self.workflow.events.values(),
            *(e for s in self.workflow.states.values() for e in s.events.values()),
        ]
        for limit in self.workflow.limits.values():
            path = f"limits/{limit.name}"
            own = [event.name for event in events if event.counts == limit.name and event.name in limit.reset]
            if own:
                message = f"'{own[0]}' counts under '{limit.name}' and resets it: the limit never fills"
                self._error("JF410", path, message, f"take '{own[0]}' out of 'reset'")
            elif limit.name not in counting and not any(event.counts == limit.name for event in events):
                self._warning("JF411", path, f"nothing counts under '{limit.name}'", "write 'counts: …' at a task")
            elif limit.at_most is not None:
                self._proof("limited", path, limit.at_most, f"contacts under '{limit.name}': {_limit_words(limit)}")

    def _tasks(self) -> None:
        reached = {node.state for node in self.nodes}
        for task in self.workflow.tasks.values():
            states = {task.state} if task.state is not None else set(task.during)
            if not states & reached:
                continue
            if too_short(task, self.spans):
                message = f"'{task.name}' lapses on the day on which it opens, before anybody could do it"
                self._error("JF407", f"{task.path}/lapses", message, "write 'lapses: 5 business days'")
            if task.counts and self.workflow.limits[task.counts].at_most == 0:
                message = f"'{task.name}' can't open: limit '{task.counts}' allows no contact at all"
                self._error("JF406", task.path, message, "raise 'at_most', or delete the task")
            elif not self._opens(task):
                message = f"'{task.name}' can't open: its condition never holds, or what it counts from is never known"
                self._error("JF406", task.path, message, "look at its 'when' and 'opens'")

    def _opens(self, task: TaskRule) -> bool:
        nodes = (node for node in self.nodes if task in self.abstract.in_force(node.state))
        return any(self.abstract.may(node, task.when, (), task.opens) for node in nodes)

    def _ties(self, dead: set[str]) -> None:
        for state in {node.state: None for node in self.nodes}:
            rules = [rule for rule in self.workflow.states[state].transitions if rule.path not in dead]
            for index, second in enumerate(rules):
                for first in rules[:index]:
                    if self._tie(first, second, state):
                        message = (
                            f"from '{state}' this way to '{second.to}' and {first.path} to '{first.to}' may act at one"
                            " instant: the one that stands first is taken"
                        )
                        self._warning("JF408", second.path, message, "give them conditions that exclude each other")

    def _tie(self, first: Transition, second: Transition, state: str) -> bool:
        """Whether both may act at one instant, and neither is plainly what is done otherwise."""
        if (first.to, first.outcome) == (second.to, second.outcome) or first.when is None or second.when is None:
            return False
        if first.event != second.event or first.timer != second.timer or (first.event is None and first.timer is None):
            return False
        both = (node for node in self.nodes if node.state == state)
        return any(self.abstract.may(node, Every((first.when, second.when))) for node in both)

    # What comes about, and what never ends

    def _shown(self, dead: set[str]) -> None:
        """Search for a way to everything that may come about, and for a way to what is not proved otherwise."""
        stays, doubts = self._stays()
        ends = self._ends() if not doubts else None
        goals = self._goals(dead)
        search = Search(
            self.virtual,
            self.abstract,
            goals,
            hangs_wanted=not self._about_search and (bool(doubts) or ends is None or self._may_loop()),
        )
        search.run()
        self._loops(search)
        self._silence(search, stays, doubts, ends)
        if not self._about_search:
            self._pestering()
        supposed = self._supposed(goals - search.found.keys())
        # Where rules loop, whatever lies behind them can't be looked at before that is mended.
        missing = sorted(goals - search.found.keys() - supposed) if search.loop is None else []
        for goal in missing:
            _, _, path = goal.partition(" ")
            path = f"states/{path}" if goal.startswith("state ") else path
            self._not_proved(path, f"that {goal} can come about", "no way to it was found")
        if not missing and search.loop is None:
            states = sum(goal.startswith("state ") for goal in goals)
            self._proof("reachable", "states", states, f"every state can be reached ({states})")
            words = f"every rule can act ({len(goals) - states})"
            words += f", as far as {' and '.join(self.abstract.registered)} let it" if supposed else ""
            self._proof("alive", "", len(goals) - states, words)

    @property
    def _about_search(self) -> bool:
        return self.workflow.subject == "search"

    def _supposed(self, goals: frozenset[str]) -> frozenset[str]:
        """Those goals that come about where the conditions of plugins hold, or where they do not."""
        found: frozenset[str] = frozenset()
        for answer in (True, False) if self.abstract.registered else ():
            conditions = dict.fromkeys(self.abstract.registered, _always(answer))
            search = Search(replace(self.virtual, conditions=conditions), self.abstract, goals - found)
            search.run()
            found |= goals & search.found.keys()
        return found

    def _goals(self, dead: set[str]) -> frozenset[str]:
        goals: set[str] = set()
        failed = {finding.rule for finding in self.verdict.findings}
        for node, steps in self.nodes.items():
            goals.add(f"state {node.state}")
            goals |= {f"rule {step.rule}" for step in steps}
            goals |= {f"rule {task.path}" for task in self.abstract.in_force(node.state)}
        return frozenset(goal for goal in goals if goal.partition(" ")[2] not in dead | failed)

    def _stays(self) -> tuple[dict[str, int], dict[str, str]]:
        """The longest silent stay in each state, and why that is not known of others."""
        longest: dict[str, int] = {}
        doubts: dict[str, str] = {}
        for node in self.nodes:
            if self.workflow.states[node.state].final or node.state in doubts:
                continue
            try:
                days = longest_stay(self.abstract, self.spans, node)
            except (TooMuch, JobflowError) as error:
                doubts[node.state] = str(error)
                continue
            if isinstance(days, Never):
                doubts[node.state] = "nothing may end it in silence"
            else:
                longest[node.state] = max(longest.get(node.state, 0), days)
        return longest, doubts

    def _ends(self) -> list[Values] | None:
        """The facts to look at one by one, so that time alone never goes round in a circle; None where it may.

        Facts stand still in silence. Mostly they do not matter: nothing is fixed then.
        """
        if not self._circles(self.abstract.by_time):
            return [{}]
        facts = [("fact", name) for name in self.workflow.facts if name in self.abstract.speaking_facts]
        try:
            ways = list(self.abstract.combinations(next(iter(self.nodes)), facts))
        except TooMuch:
            return None
        return None if any(self._circles(partial(self.abstract.by_time, fixed=way)) for way in ways) else ways

    def _circles(self, steps: Callable[[Node], Iterable[AbstractStep]]) -> list[frozenset[Node]]:
        after: dict[Node, tuple[AbstractStep, ...]] = {}

        def nodes_after(node: Node) -> Iterator[Node]:
            if node not in after:
                after[node] = tuple(steps(node))
            return (step.after for step in after[node])

        found = []
        for component in components(self.nodes, nodes_after):
            moves = (step for node in component for step in after[node] if step.moves and step.after in component)
            if any(True for _ in moves):
                found.append(component)
        return found

    def _may_loop(self) -> bool:
        """Whether rules without delay may lead round in a circle."""
        return bool(self._circles(lambda node: (s for s in self.abstract.by_time(node) if not self._timed(s.rule))))

    def _timed(self, path: str) -> bool:
        _, state, _, index = path.split("/")
        return self.workflow.states[state].transitions[int(index)].timer is not None

    def _loops(self, search: Search) -> None:
        if search.loop is not None:
            state = search.loop.situation.known.state if search.loop.situation.application else self.workflow.initial
            self._error(
                "JF404",
                f"states/{state}",
                f"from '{state}' rules move on without delay and without end",
                "give one of its `when:` transitions a condition that stops holding, or a delay",
                search.loop.steps,
            )
        elif not self._may_loop():
            self._proof("rests", "", None, "rules never go round in a circle without delay")

    def _silence(
        self, search: Search, stays: dict[str, int], doubts: dict[str, str], ends: list[Values] | None
    ) -> None:
        hang = search.hang
        if hang is not None:
            state = hang.situation.known.state
            if hang.situation.known.next_wakeup_at is None:
                message = f"a stay in '{state}' may never end: nobody says anything, and nothing is due any more"
                hint = "add a way out with a time, such as {to: …, after: 6 weeks}"
                self._error("JF402", f"states/{state}", message, hint, hang.steps)
            else:
                message = f"in silence an application comes back to '{state}' again and again, and never ends"
                self._error("JF403", f"states/{state}", message, "lead to a final state in the end", hang.steps)
        for name, why in doubts.items():
            if hang is None or name != hang.situation.known.state:
                self._not_proved(f"states/{name}", f"that a stay in '{name}' ends", why)
        for name in self.workflow.states:
            if name in stays and name not in doubts:
                days = stays[name]
                self._proof(
                    "bounded", f"states/{name}", days, f"a stay in '{name}' ends after {days} days of silence at most"
                )
        if self._about_search:
            return  # It goes on until there is a job, and no employer hears of it.
        if not doubts and ends is not None:
            total = max(self._longest_way(stays, fixed) for fixed in ends)
            self._proof("ends", "", total, f"silence ends in a final state, after {total} days at most")
        elif not doubts and hang is None and search.loop is None:
            self._not_proved("", "that silence ends in a final state", "time alone may lead round in a circle")

    def _longest_way(self, stays: dict[str, int], fixed: Values) -> int:
        """The longest that silence may last altogether: there is no circle, so that every way ends."""
        best: dict[Node, int] = {}
        for component in components(self.nodes, lambda node: (s.after for s in self.abstract.by_time(node, fixed))):
            for node in component:
                onward = [best[step.after] for step in self.abstract.by_time(node, fixed) if step.after != node]
                best[node] = stays.get(node.state, 0) + max(onward, default=0)
        return max(best.values(), default=0)

    def _pestering(self) -> None:
        """Whether an employer who says nothing may hear from the user without end."""

        def steps(node: Node) -> Iterator[AbstractStep]:
            yield from self.abstract.by_user(node)
            yield from self.abstract.by_time(node)

        unlimited: dict[str, TaskRule] = {}
        for component in self._circles(steps):
            for name in {node.state for node in component}:
                for task in self.workflow.states[name].tasks:
                    if task.kind in CONTACTS and not self._limited(task):
                        unlimited[task.path] = task
        for task in unlimited.values():
            message = f"'{task.name}' comes again and again while the employer says nothing, and no limit counts it"
            self._error("JF409", task.path, message, "add 'counts: LIMIT', a limit with 'at_most'")
        if not unlimited:
            self._proof("peace", "", None, "an employer who never answers is left in peace")

    def _limited(self, task: TaskRule) -> bool:
        return task.counts is not None and self.workflow.limits[task.counts].at_most is not None

    # Saying so

    def _error(self, code: str, rule: str, message: str, hint: str, steps: tuple[Step, ...] = ()) -> None:
        self.verdict.findings.append(Finding(code=code, rule=rule, message=message, hint=hint, counterexample=steps))

    def _warning(self, code: str, rule: str, message: str, hint: str) -> None:
        self.verdict.findings.append(Finding(code=code, rule=rule, message=message, hint=hint, severity="warning"))

    def _not_proved(self, rule: str, what: str, why: str) -> None:
        self._warning(NOT_PROVED, rule, f"not proved {what}: {why}", "try it: `jobflow workflow simulate`")

    def _proof(self, property_: str, rule: str, bound: int | None, words: str) -> None:
        self.verdict.proofs.append(Proof(property=property_, rule=rule, bound=bound, words=words))


def _always(answer: bool) -> ConditionFunction:
    return lambda facts, arguments: answer


_WHEN_HINT = "its condition never holds there, or only where a rule before it acts: change one of them"


def _words(rule: Transition) -> str:
    return f"{rule.path} ({policy_words(rule.timer)})" if rule.timer else rule.path


def _limit_words(limit: Limit) -> str:
    words = f"at most {limit.at_most}"
    words += f", {limit.apart.text} apart" if limit.apart else ""
    return words + (f", anew after {' or '.join(limit.reset)}" if limit.reset else "")
