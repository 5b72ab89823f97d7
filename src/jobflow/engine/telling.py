"""What an application had to say today and what became of it; where nothing left, why not."""

from __future__ import annotations

from collections.abc import Iterable

from jobflow.core.application import ApplicationState
from jobflow.core.calendar import local_date
from jobflow.core.context import Context
from jobflow.core.messages import when_words
from jobflow.core.model import Workflow
from jobflow.core.records import STUCK, WAITING, OutboxMessage
from jobflow.core.timing import Scope, scope_of
from jobflow.core.views import PlanItem, Told

_ON_THE_WAY = (*WAITING, *STUCK)
_SETTLED = {
    "sent": "it left",
    "dropped": "dropped: of no use any more, or you said so",
    "overtaken": "a later message about the same said it instead",
    "unknown": "nobody can say whether it left: `jobflow outbox list`",
    "claimed": "it is being delivered",
}


def told(messages: Iterable[OutboxMessage], context: Context, workflow: Workflow, app: ApplicationState) -> list[Told]:
    """The messages of the local day of `context.now`, and those that wait, in order of enqueuing."""
    scope = scope_of(context, workflow, app)
    tasks = {task.id: task.name for task in app.tasks}
    return [
        Told(
            at=message.settled_at or message.created_at,
            kind=message.kind,
            name=tasks.get(message.task_id or "", app.state),
            channel=message.channel,
            status=message.status,
            why=_why(message, scope),
        )
        for message in messages
        if message.status in _ON_THE_WAY or _is_of_today(message, scope)
    ]


def _is_of_today(message: OutboxMessage, scope: Scope) -> bool:
    today = local_date(scope.context.now, scope.zone)
    return today in (local_date(at, scope.zone) for at in (message.created_at, message.settled_at) if at is not None)


def _why(message: OutboxMessage, scope: Scope) -> str:
    if message.status == "dead":
        return f"given up after {message.attempts} attempts: {message.error}"
    if message.status != "pending":
        return _SETTLED[message.status]
    if message.attempts:
        when = when_words(message.not_before, scope)
        often = "once" if message.attempts == 1 else f"{message.attempts} times"
        return f"tried {often}, and not delivered: {message.error}; again {when}"
    now, calendar = scope.context.now, scope.context.calendar
    until = max(message.not_before, calendar.quiet_until(max(now, message.not_before), scope.zone))
    return f"waits until {when_words(until, scope)}: quiet hours" if until > now else "leaves with the next tick"


def silence(
    messages: Iterable[Told],
    context: Context,
    workflow: Workflow,
    app: ApplicationState,
    channels: Iterable[str],
    coming: Iterable[PlanItem],
) -> str | None:
    """Why nothing about it left today, None where something did. `coming`: its plan."""
    found, scope = list(messages), scope_of(context, workflow, app)
    if any(message.status == "sent" for message in found):
        return None
    if not list(channels):
        return "no channel is set up that says anything: `jobflow next` shows what is to do"
    waiting = [message for message in found if message.status in _ON_THE_WAY]
    if waiting:
        return f"{waiting[0].kind} {waiting[0].name}: {waiting[0].why}"
    if app.next_wakeup_at is not None and app.next_wakeup_at <= context.now:
        due = when_words(app.next_wakeup_at, scope)
        return f"something has been due since {due}, and no tick came: `jobflow doctor` looks at the schedule"
    item = min(coming, key=lambda item: item.at, default=None)
    if item is None:
        return "nothing is due any more, unless something happens"
    return f"nothing new came due; next is {item.name} ({item.what}), {when_words(item.at, scope)}"
