"""The one function that decides: a workflow, an application and an input give events, messages and a wake-up.

Pure: the same arguments give the same decision. Every command and every tick goes this way, and so do `explain`,
`plan` and undo. Nothing outside this module changes a state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from jobflow.core.application import ApplicationState, Contact, TaskState, evolve, stamp
from jobflow.core.calendar import local_date
from jobflow.core.conditions import instances, tasks_named
from jobflow.core.context import Context
from jobflow.core.draft import Draft, derived_id, optional_stamp
from jobflow.core.errors import EventNotPossible, Refused, RulesLoop, Unknown
from jobflow.core.fold import apply
from jobflow.core.inputs import Add, Input, Learn, Log, NewContact, Settle, Snooze, Tick
from jobflow.core.limits import is_full
from jobflow.core.machine import WHEN, definition, event_trigger, pick, table_of
from jobflow.core.messages import missed_reminder, moved_message, task_message, title_of, when_words
from jobflow.core.model import EventRule, TaskRule, Transition, Workflow
from jobflow.core.present import why
from jobflow.core.records import Event, Message, MessageKind
from jobflow.core.tasks import open_task, reconcile, task_times
from jobflow.core.timers import Timer, counts_from, next_due, next_wakeup
from jobflow.core.timing import as_day, fact_value, scope_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What follows from an input. `events` in order, already folded into `application`; none: nothing changed.

    `new_tasks` says how many task numbers it took.
    """

    application: ApplicationState
    events: tuple[Event, ...]
    messages: tuple[Message, ...] = ()
    new_tasks: int = 0


def decide(
    workflow: Workflow,
    application: ApplicationState | None,
    input_: Input,
    context: Context,
    *,
    first_number: int = 1,
    known_numbers: Mapping[str, int] | None = None,
) -> Decision:
    """Decide what an input means for an application (None for `Add`) at `context.now`.

    `first_number` is the next free task number. Raises a `JobflowError` where the input is refused: nothing is
    changed then. Needs `Add` exactly where there is no application.
    """
    events: list[Event] = []
    if isinstance(input_, Add):
        events.append(_added(workflow, input_, context))
        application = apply(None, events[0])
    if application is None:
        raise TypeError("only `Add` begins an application")
    draft = Draft(context, workflow, application, isinstance(input_, Tick), first_number, known_numbers or {}, events)
    messages = _tick(draft) if isinstance(input_, Tick) else _command(draft, input_)
    _wake(draft)
    return Decision(
        application=draft.application, events=tuple(draft.events), messages=messages, new_tasks=draft.numbered
    )


def _command(draft: Draft, input_: Input) -> tuple[Message, ...]:
    match input_:
        case Add():
            _add(draft, input_)
        case Log():
            _log(draft, input_)
        case Learn():
            _learn(draft, input_)
        case Settle():
            _settle(draft, input_)
        case Snooze():
            _snooze(draft, input_)
    return ()


def _wake(draft: Draft) -> None:
    """Write the next wake-up into the last record; a change of it alone (new settings) is a record of its own."""
    # Times that other settings gave are worked out anew by the next tick: no command may put that off.
    stale = draft.application.timed_under != draft.context.timed_under and not draft.application.final
    wakes_at = draft.now if stale else next_wakeup(draft)
    if wakes_at == draft.application.next_wakeup_at:
        return
    if not draft.events:
        data = {"timed_under": draft.application.timed_under, "wakes_at": optional_stamp(wakes_at)}
        draft.record("retimed", draft.now, **data)
        return
    last = draft.events[-1]
    draft.events[-1] = Event(last.type, last.at, {**last.data, "wakes_at": optional_stamp(wakes_at)})
    draft.application = evolve(draft.application, {"next_wakeup_at": wakes_at})


# -- what the user says --------------------------------------------------------------------------------------------


def _added(workflow: Workflow, add: Add, context: Context) -> Event:
    if add.state is not None and add.state not in workflow.states:
        raise Unknown("state", add.state, tuple(workflow.states))
    state = workflow.states[add.state or workflow.initial]
    _not_in_future(add.at, context, ZoneInfo(add.timezone) if add.timezone else context.zone)
    data = {
        "id": add.id,
        "number": add.number,
        "slug": add.slug,
        "company": add.company,
        "role": add.role,
        "workflow": {"name": workflow.name, "version": workflow.version, "hash": workflow.hash},
        "timezone": add.timezone,
        "state": state.name,
        "final": state.final,
        "outcome": (add.outcome or state.name) if state.final else None,
        "note": add.note,
        "timed_under": context.timed_under,
        "told_at": stamp(context.now),
    }
    return Event("added", add.at, data)


def _add(draft: Draft, add: Add) -> None:
    _facts(draft, add.facts, add.at)
    _contacts(draft, add.contacts, add.at)
    reconcile(draft, add.at)
    follow(draft, add.at)


def _log(draft: Draft, log: Log) -> None:
    _check_at(draft, log.at)
    app, workflow = draft.application, draft.workflow
    rule = definition(workflow, draft.state, log.event)
    chosen = _way_out(draft, log)
    if rule is None and chosen is None:
        _refuse_event(draft, log.event)
    if rule is not None:
        _before_event(draft, rule, log)
    _facts(draft, log.facts, log.at)
    _contacts(draft, log.contacts, log.at)
    draft.record("event_logged", log.at, event=log.event, note=log.note)
    _count_event(draft, log.event, rule, log.at)
    cause = max(log.at, app.entered_at)
    if chosen is not None:
        _move(draft, chosen, cause)
    reconcile(draft, log.at)
    follow(draft, log.at)


def _way_out(draft: Draft, log: Log) -> Transition | None:
    """The transition that the event takes, judged with the facts that came with it."""
    trial = draft
    if log.facts:
        trial = Draft(draft.context, draft.workflow, draft.application, False, 0)
        _facts(trial, log.facts, log.at)
    table, trigger = table_of(draft.workflow), event_trigger(log.event)
    chosen = pick(table, draft.application.state, trigger, trial.holds)
    rule = definition(draft.workflow, draft.state, log.event)
    if chosen is None and rule is not None and (rule.to is not None or not trial.holds(rule.when)):
        _refuse_event(draft, log.event, "its condition does not hold")
    return chosen


def _refuse_event(draft: Draft, event: str, why: str = "") -> None:
    known = draft.workflow.event_names()
    if event not in known:
        raise Unknown("event", event, known)
    raise EventNotPossible(event, draft.application.slug, draft.application.state, possible_events(draft), why)


def possible_events(draft: Draft) -> tuple[str, ...]:
    """The events that the present state takes as things stand."""
    found = []
    table = table_of(draft.workflow)
    for event in draft.workflow.event_names():
        rule = definition(draft.workflow, draft.state, event)
        moves = pick(table, draft.application.state, event_trigger(event), draft.holds) is not None
        if moves or (rule is not None and rule.to is None and draft.holds(rule.when)):
            found.append(event)
    return tuple(found)


def _before_event(draft: Draft, rule: EventRule, log: Log) -> None:
    """What an event clears away before its own facts are taken in."""
    day = local_date(log.at, draft.zone)
    for name in rule.drop_past:
        value = fact_value(draft.application, name)
        if value is not None and as_day(value, draft.zone) < day:
            draft.record("fact_dropped", log.at, name=name, because=f"{log.event}: its date had passed")
    if rule.starts_round:
        of_round = [fact.name for fact in draft.workflow.facts.values() if fact.by_round]
        draft.record("round_started", log.at, round=draft.application.round + 1, facts_of_round=of_round)


def _count_event(draft: Draft, event: str, rule: EventRule | None, at: datetime) -> None:
    for limit in draft.workflow.limits.values():
        if event in limit.reset and limit.name in draft.application.limits:
            draft.record("limit_reset", at, limit=limit.name)
    if rule is not None and rule.counts is not None:
        draft.record("counted", at, limit=rule.counts)


def _learn(draft: Draft, learn: Learn) -> None:
    _facts(draft, learn.facts, draft.now)
    _contacts(draft, learn.contacts, draft.now)
    reconcile(draft, draft.now)
    follow(draft, draft.now)


def _settle(draft: Draft, settle: Settle) -> None:
    _check_at(draft, settle.at)
    _facts(draft, settle.facts, draft.now)
    for number in settle.numbers:
        task = _task(draft, number)
        if settle.how == "skipped":
            _refuse_settled(draft, task, "skipped")
            draft.settle(task, "skipped", settle.at, "you said so", note=settle.note)
        else:
            _done(draft, task, settle)
    reconcile(draft, settle.at)
    follow(draft, settle.at)


def _done(draft: Draft, task: TaskState, settle: Settle) -> None:
    if task.status == "done":
        _refuse_settled(draft, task, "done again")
    draft.settle(task, "done", settle.at, "you said so", note=settle.note, late=task.settled)
    counts = draft.workflow.tasks[task.name].counts
    if counts is not None:
        draft.record("counted", settle.at, limit=counts)


def _refuse_settled(draft: Draft, task: TaskState, what: str) -> None:
    if task.settled:
        raise Refused(
            f"task {task.number} ({task.name}) of {draft.application.slug} is {task.status} already"
            f" and can't be {what}.",
            hint=f"`jobflow show {draft.application.slug}` lists what is open.",
        )


def _snooze(draft: Draft, snooze: Snooze) -> None:
    task = _task(draft, snooze.number)
    _refuse_settled(draft, task, "snoozed")
    if snooze.until <= draft.now:
        raise Refused("a task can only be put off to a later moment, not to one that has passed.")
    wanted = task_times(draft, evolve(task, {"snoozed_until": None})).wanted_at
    if wanted is not None and wanted > snooze.until:
        opens = when_words(wanted, scope_of(draft.context, draft.workflow, draft.application))
        raise Refused(
            f"task {task.number} ({task.name}) opens later than that anyway, {opens}.",
            hint=f"if you did it already, say `jobflow done {task.number}`.",
        )
    draft.record("task_snoozed", draft.now, id=task.id, number=task.number, until=stamp(snooze.until))
    reconcile(draft, draft.now)


def _task(draft: Draft, number: int) -> TaskState:
    task = draft.application.task(number)
    if task is None:
        raise Unknown("task", str(number), hint="`jobflow next` and `jobflow show APP` list the numbers.")
    return task


def _facts(draft: Draft, facts: Mapping[str, Any], at: datetime) -> None:
    for name, value in facts.items():
        if name not in draft.workflow.facts:
            raise Unknown("fact", name, tuple(draft.workflow.facts))
        if value is None and name in draft.application.facts:
            draft.record("fact_dropped", at, name=name, because="you said so")
        elif value is not None and draft.application.facts.get(name) != value:
            draft.record("fact_set", at, name=name, value=value)


def _contacts(draft: Draft, contacts: tuple[NewContact, ...], at: datetime) -> None:
    for new in contacts:
        app = draft.application
        if new.role not in draft.workflow.roles:
            raise Unknown("role", new.role, tuple(draft.workflow.roles))
        same = next((c for c in app.contacts if _is_same_person(c, new)), None)
        roles = [*same.roles, new.role] if same else [new.role]
        rounds = [*same.rounds, app.round] if same else [app.round]
        draft.record(
            "contact_added",
            at,
            id=same.id if same else derived_id(app.id, "contact", new.name.casefold(), len(app.contacts)),
            name=same.name if same else new.name,
            email=new.email or (same.email if same else None),
            roles=list(dict.fromkeys(roles)),
            rounds=list(dict.fromkeys(rounds)),
        )


def _is_same_person(known: Contact, new: NewContact) -> bool:
    """By name, unless both have an address and the addresses differ."""
    if known.name.casefold() != new.name.casefold():
        return False
    return known.email is None or new.email is None or known.email.casefold() == new.email.casefold()


def _not_in_future(at: datetime, context: Context, zone: ZoneInfo) -> None:
    if at > context.now:
        raise Refused(
            f"{at.astimezone(zone):%Y-%m-%d %H:%M} lies in the future; only what happened can be recorded.",
            hint="what is to be asked later can be put off: `jobflow snooze TASK WHEN`.",
        )


def _check_at(draft: Draft, at: datetime) -> None:
    _not_in_future(at, draft.context, draft.zone)
    if at < draft.application.began_at:
        began = draft.application.began_at.astimezone(draft.zone)
        raise Refused(
            f"{draft.application.slug} began only at {began:%Y-%m-%d %H:%M}; nothing can have happened before."
        )


# -- what follows --------------------------------------------------------------------------------------------------


def _move(draft: Draft, rule: Transition, at: datetime) -> None:
    target = draft.workflow.states[rule.to]
    draft.record(
        "moved",
        at,
        **{"from": draft.application.state},
        to=target.name,
        trigger=rule.path,
        final=target.final,
        outcome=(rule.outcome or target.name) if target.final else None,
        told_at=stamp(draft.now),
    )


def follow(draft: Draft, at: datetime) -> Transition | None:
    """Take `when:` transitions for as long as one holds; gives the last. Raises `RulesLoop` where they never end."""
    table, last = table_of(draft.workflow), None
    for _ in range(2 * len(draft.workflow.states) + 1):
        rule = pick(table, draft.application.state, WHEN, draft.holds)
        if rule is None:
            return last
        last = rule
        moved_at = max(at, draft.application.entered_at, *_settled_at(draft, rule))
        _move(draft, rule, moved_at)
        reconcile(draft, moved_at)
    raise RulesLoop(
        f"the rules of workflow '{draft.workflow.name}' move {draft.application.slug} round and round "
        f"through '{draft.application.state}' without end.",
        hint="give one of its `when:` transitions a condition that stops holding.",
    )


def _settled_at(draft: Draft, rule: Transition) -> list[datetime]:
    """A rule about settled tasks holds from when the last of them was settled."""
    names = dict.fromkeys(tasks_named(rule.when))
    found = (task for name in names for task in instances(draft.workflow, draft.application, name))
    return [task.settled_at for task in found if task.settled_at is not None]


# -- what time brings ----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _News:
    """What a tick has to tell: per task the sequence number of what happened last and its kind, and the last move."""

    tasks: dict[str, tuple[int, MessageKind]] = field(default_factory=dict)
    moves: list[Transition] = field(default_factory=list)
    moved: tuple[int, datetime] | None = None
    withheld: list[str] = field(default_factory=list)


def _tick(draft: Draft) -> tuple[Message, ...]:
    news = _News()
    if draft.application.timed_under != draft.context.timed_under:
        draft.record("retimed", draft.now, timed_under=draft.context.timed_under)
        reconcile(draft, draft.now, new_settings=True)
    _followed(draft, news, follow(draft, draft.now), draft.now)
    may_move = True
    for _ in range(10 * (len(draft.application.tasks) + len(draft.workflow.tasks) + 10)):
        timer = next_due(draft, transitions=may_move)
        if timer is None:
            break
        at = counts_from(timer.at, draft.now)
        if isinstance(timer.subject, Transition):
            may_move = False
            at = max(at, draft.application.entered_at)
            _move(draft, timer.subject, at)
            _followed(draft, news, timer.subject, at)
        else:
            _act_on_task(draft, news, timer.subject, timer, at)
        reconcile(draft, at)
        _followed(draft, news, follow(draft, at), at)
    else:
        raise RulesLoop(
            f"the timers of workflow '{draft.workflow.name}' never come to rest for {draft.application.slug}."
        )
    _remind(draft, news)
    return _tell(draft, news)


def _followed(draft: Draft, news: _News, rule: Transition | None, at: datetime) -> None:
    if rule is not None:
        news.moves.append(rule)
        news.moved = (draft.application.revision, at)


def _act_on_task(draft: Draft, news: _News, task: TaskState, timer: Timer, at: datetime) -> None:
    rule: TaskRule = draft.workflow.tasks[task.name]
    if timer.rank == 1:
        draft.settle(task, "lapsed", at, "nobody did it in time")
        news.tasks[task.id] = (draft.application.revision, "lapsed")
    elif is_full(rule.counts, draft.workflow, draft.application):
        draft.settle(task, "withheld", at, f"limit {rule.counts} is used up")
        title = title_of(draft.workflow, draft.application, task)
        news.withheld.append(f"Not offered: {title}; limit {rule.counts} is used up.")
    else:
        open_task(draft, task, at)
        news.tasks[task.id] = (draft.application.revision, "opened")


def _remind(draft: Draft, news: _News) -> None:
    """Reminders that fell due since the task was last brought up become one."""
    for task in draft.application.tasks:
        if task.status != "open":
            continue
        scope = scope_of(draft.context, draft.workflow, draft.application, task.since)
        kind = missed_reminder(task, draft.workflow, scope)
        if kind is not None:
            draft.record("task_reminded", draft.now, id=task.id, number=task.number, told_at=stamp(draft.now))
            news.tasks[task.id] = (draft.application.revision, kind)


def _tell(draft: Draft, news: _News) -> tuple[Message, ...]:
    """One message per task and tick, of the most pressing kind, and one for the state that was reached."""
    messages: list[Message] = []
    app = draft.application
    if news.moved is not None:
        seq, at = news.moved
        messages += moved_message(draft, seq, news.moves, at, news.withheld)
    for task in app.tasks:
        if task.id not in news.tasks:
            continue
        seq, kind = news.tasks[task.id]
        if task.status in ("open", "lapsed"):
            messages += task_message(draft, kind, seq, task, why(draft, task))
    return tuple(messages)
