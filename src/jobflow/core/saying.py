"""What the user says, and what steps find, as events: each in its own function. What follows is for `following`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from jobflow.core.application import Contact, TaskState, evolve, stamp
from jobflow.core.calendar import local_date
from jobflow.core.context import Context
from jobflow.core.draft import Draft, derived_id
from jobflow.core.errors import EventNotPossible, Refused, UnknownName
from jobflow.core.following import follow, move
from jobflow.core.inputs import Add, Found, Learn, Log, NewContact, Settle, Snooze
from jobflow.core.machine import definition, event_trigger, pick, table_of
from jobflow.core.messages import when_words
from jobflow.core.model import EventRule, Transition, Workflow
from jobflow.core.records import Event
from jobflow.core.rules import rule_of
from jobflow.core.steps import CHANNEL
from jobflow.core.tasks import add_own, reconcile, task_times
from jobflow.core.timing import as_day, fact_value, scope_of


def added_input(workflow: Workflow, add: Add, context: Context) -> Event:
    """The first event of a new application."""
    if add.state is not None and add.state not in workflow.states:
        raise UnknownName("state", add.state, tuple(workflow.states))
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
        **({"round": 0} if state.before_round or (state.final and not add.interviewed) else {}),
    }
    return Event("added", add.at, data)


def add_input(draft: Draft, add: Add) -> None:
    """Take in what came with a new application."""
    _facts(draft, add.facts, add.at)
    _contacts(draft, add.contacts, add.at, draft.application.state)
    reconcile(draft, add.at)
    follow(draft, add.at)


def log_input(draft: Draft, log: Log) -> None:
    """Something happened outside: record it, and move if a rule says so."""
    _check_at(draft, log.at)
    app, workflow = draft.application, draft.workflow
    rule = definition(workflow, draft.state, log.event)
    chosen = _way_out(draft, rule, log)
    if rule is None and chosen is None:
        _refuse_event(draft, log.event)
    if rule is not None:
        _before_event(draft, rule, log)
    if log.facts:
        _facts(draft, log.facts, log.at)
    if log.contacts:
        _contacts(draft, log.contacts, log.at, chosen.to if chosen is not None else app.state)
    draft.add("event_logged", log.at, {"event": log.event, "note": log.note})
    _count_event(draft, log.event, rule, log.at)
    cause = max(log.at, app.entered_at)
    if chosen is not None:
        move(draft, chosen, cause)
    reconcile(draft, log.at)
    follow(draft, log.at)


def _way_out(draft: Draft, rule: EventRule | None, log: Log) -> Transition | None:
    """The transition that the event takes, judged with the facts that came with it."""
    trial = draft
    if log.facts:
        trial = Draft(draft.context, draft.workflow, draft.application, False, 0)
        _facts(trial, log.facts, log.at)
    table, trigger = table_of(draft.workflow), event_trigger(log.event)
    chosen = pick(table, draft.application.state, trigger, trial.holds)
    if chosen is None and rule is not None and (rule.to is not None or not trial.holds(rule.when)):
        _refuse_event(draft, log.event, "its condition does not hold")
    return chosen


def _refuse_event(draft: Draft, event: str, why: str = "") -> None:
    known = draft.workflow.event_names()
    if event not in known:
        raise UnknownName("event", event, known)
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
    for name in rule.drop_past:
        value = fact_value(draft.application, name)
        if value is not None and as_day(value, draft.zone) < local_date(log.at, draft.zone):
            draft.record("fact_dropped", log.at, name=name, because=f"{log.event}: its date had passed")
    for name in rule.drop:
        if name in draft.application.facts and log.facts.get(name) is None:
            draft.record("fact_dropped", log.at, name=name, because=log.event)
    if rule.starts_round:
        of_round = [fact.name for fact in draft.workflow.facts.values() if fact.by_round]
        draft.record("round_started", log.at, round=draft.application.round + 1, facts_of_round=of_round)


def _count_event(draft: Draft, event: str, rule: EventRule | None, at: datetime) -> None:
    for limit in draft.workflow.limits.values():
        if event in limit.reset and limit.name in draft.application.limits:
            draft.record("limit_reset", at, limit=limit.name)
    if rule is not None and rule.counts is not None:
        draft.record("counted", at, limit=rule.counts)


def learn_input(draft: Draft, learn: Learn) -> None:
    """Facts and people came to be known."""
    _facts(draft, learn.facts, draft.now)
    _contacts(draft, learn.contacts, draft.now, draft.application.state)
    reconcile(draft, draft.now)
    follow(draft, draft.now)


def found_input(draft: Draft, found: Found) -> None:
    """A step ran. The record has all that it found, even what changes nothing now: it may once more is taken back."""
    tasks = [dict(rule.__dict__) for rule in found.tasks]
    draft.record("step_ran", draft.now, step=found.step, key=found.key, facts=dict(found.facts), tasks=tasks)
    _facts(draft, found.facts, draft.now)
    for rule in found.tasks:
        add_own(draft, CHANNEL + found.step, rule)
    reconcile(draft, draft.now)
    follow(draft, draft.now)


def settle_input(draft: Draft, settle: Settle) -> None:
    """The user did tasks, or skips them."""
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
    sent = {"letter": settle.letters[task.number]} if task.number in settle.letters else {}
    draft.settle(task, "done", settle.at, "you said so", note=settle.note, late=task.settled, **sent)
    counts = rule_of(draft.workflow, task).counts
    if counts is not None:
        draft.record("counted", settle.at, limit=counts)


def _refuse_settled(draft: Draft, task: TaskState, what: str) -> None:
    if task.settled:
        raise Refused(
            f"task {task.number} ({task.name}) of {draft.application.slug} is {task.status} already"
            f" and can't be {what}.",
            hint=f"`jobflow show {draft.application.slug}` lists what is open.",
        )


def snooze_input(draft: Draft, snooze: Snooze) -> None:
    """A task is put off."""
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
        raise UnknownName("task", str(number), hint="`jobflow next` and `jobflow show APP` list the numbers.")
    return task


def _facts(draft: Draft, facts: Mapping[str, Any], at: datetime) -> None:
    for name, value in facts.items():
        if name not in draft.workflow.facts:
            raise UnknownName("fact", name, tuple(draft.workflow.facts))
        if value is None and name in draft.application.facts:
            draft.record("fact_dropped", at, name=name, because="you said so")
        elif value is not None and draft.application.facts.get(name) != value:
            draft.record("fact_set", at, name=name, value=value)


def _contacts(draft: Draft, contacts: tuple[NewContact, ...], at: datetime, state: str) -> None:
    """Record people, named for the interview behind or, on the way to or in a state before one, for that one."""
    ahead = draft.workflow.states[state].before_round
    for new in contacts:
        app = draft.application
        named_for = [app.round + 1] if ahead else [app.round]
        if app.round == 0:
            named_for = [0, *named_for]
        if new.role not in draft.workflow.roles:
            raise UnknownName("role", new.role, tuple(draft.workflow.roles))
        same = next((c for c in app.contacts if _is_same_person(c, new)), None)
        roles = [*same.roles, new.role] if same else [new.role]
        rounds = [*same.rounds, *named_for] if same else named_for
        notes = [*(same.notes if same else ()), *([new.note] if new.note else [])]
        draft.record(
            "contact_added",
            at,
            id=same.id if same else derived_id(app.id, "contact", new.name.casefold(), str(len(app.contacts))),
            name=same.name if same else new.name,
            email=new.email or (same.email if same else None),
            roles=list(dict.fromkeys(roles)),
            rounds=list(dict.fromkeys(rounds)),
            **({"notes": list(dict.fromkeys(notes))} if notes else {}),
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
