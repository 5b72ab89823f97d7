"""The one function that decides: a workflow, an application and an input give events, messages and a wake-up.

Pure: the same arguments give the same decision. Every command and every tick goes this way, and so do `explain`,
`plan` and undo: what is said is `saying`, what time brings `ticking`, where both lead `following`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from jobflow.core.application import ApplicationState
from jobflow.core.context import Context
from jobflow.core.draft import Draft, optional_stamp
from jobflow.core.fold import apply
from jobflow.core.inputs import Add, Found, Input, Learn, Log, Settle, Snooze, Tick, Upgrade
from jobflow.core.model import Workflow
from jobflow.core.records import Event, OutboxMessage
from jobflow.core.saying import add_input, added_input, found_input, learn_input, log_input, settle_input, snooze_input
from jobflow.core.steps import steps_entered
from jobflow.core.ticking import tick_input
from jobflow.core.timers import next_wakeup
from jobflow.core.upgrading import upgrade_input


class Decision(NamedTuple):
    """What follows from an input. `events` in order, already folded into `application`; none: nothing changed.

    `new_tasks` says how many task numbers it took.
    """

    application: ApplicationState
    events: tuple[Event, ...]
    messages: tuple[OutboxMessage, ...] = ()
    new_tasks: int = 0


# Made once: `Tick | Found` would be a new union with each decision.
_IN_TICK = (Tick, Found)


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
        events.append(added_input(workflow, input_, context))
        application = apply(None, events[0])
    if application is None:
        raise TypeError("only `Add` begins an application")
    in_tick = isinstance(input_, _IN_TICK)
    draft = Draft(context, workflow, application, in_tick, first_number, known_numbers or {}, events)
    messages: tuple[OutboxMessage, ...] = ()
    if isinstance(input_, Tick):
        messages = tick_input(draft)
    else:
        _command(draft, input_)
    _wake(draft)
    after = draft.application if draft.events else application
    return Decision(after, tuple(draft.events), (*messages, *steps_entered(draft)), draft.numbered)


def _command(draft: Draft, input_: Add | Log | Learn | Found | Settle | Snooze | Upgrade) -> None:
    match input_:
        case Add():
            return add_input(draft, input_)
        case Log():
            return log_input(draft, input_)
        case Learn():
            return learn_input(draft, input_)
        case Found():
            return found_input(draft, input_)
        case Settle():
            return settle_input(draft, input_)
        case Upgrade():
            return upgrade_input(draft, input_)
    return snooze_input(draft, input_)


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
    draft.events[-1].data["wakes_at"] = optional_stamp(wakes_at)  # type: ignore[index]  # nobody has seen it yet
    draft.application.__dict__["next_wakeup_at"] = wakes_at
