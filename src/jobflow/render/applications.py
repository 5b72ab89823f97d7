"""Applications as text: where they stand, what a command changed, what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from jobflow.core.views import Application, Task
from jobflow.render.tasks import Settles, brief_lines, task_lines, what, when
from jobflow.render.words import bold, dim, fact_words, full_words, moment_words, plural

_LIVE = ("overdue", "open")


def heading(app: Application) -> str:
    """`Acme Corp, Engineer (acme-corp): Interviewed`."""
    role = f", {app.role}" if app.role else ""
    outcome = f" ({app.outcome.replace('_', ' ')})" if app.outcome else ""
    return f"{app.company}{role} ({app.slug}): {app.state_title}{outcome}"


def list_lines(apps: Sequence[Application], now: datetime) -> Iterator[str]:
    """One line for each: number, slug, state, and what comes next."""
    if not apps:
        yield "Nothing is open. `jobflow list --all` shows the closed too."
        return
    width = max(len(app.slug) for app in apps)
    states = max(len(_state(app)) for app in apps)
    for app in apps:
        yield f"{app.number:>5}  {app.slug:<{width}}  {_state(app):<{states}}  {_coming(app, now)}".rstrip()


def _state(app: Application) -> str:
    return f"{app.state_title}, {app.outcome.replace('_', ' ')}" if app.outcome else app.state_title


def _coming(app: Application, now: datetime) -> str:
    """The most pressing task, else when something happens by itself."""
    live = pressing(app.tasks)
    if live:
        more = f" and {plural(len(live) - 1, 'more task')}" if len(live) > 1 else ""
        return f"{live[0].number}: {live[0].title}, {when(live[0], now)}{more}"
    if app.final or app.next_wakeup_at is None:
        return ""
    return f"nothing to do before {moment_words(app.next_wakeup_at, now, app.zone)}"


def pressing(tasks: Iterable[Task]) -> list[Task]:
    """Those to be done now, most pressing first."""
    live = [task for task in tasks if task.status in _LIVE]
    return sorted(live, key=lambda task: (task.due_at is None, task.due_at or task.opens_at, task.number))


def show_lines(app: Application, now: datetime, settles: Settles) -> Iterator[str]:
    """Everything that is known about one."""
    yield bold(heading(app))
    yield f"  since {full_words(app.entered_at, app.zone)} ({app.timezone})"
    yield f"  round {app.round}, workflow {app.workflow} {app.workflow_version}, number {app.number}"
    for contact in app.contacts:
        email = f" <{contact.email}>" if contact.email else ""
        yield f"  {', '.join(role.replace('_', ' ') for role in contact.roles)}: {contact.name}{email}"
        yield from (f"      {note}" for note in contact.notes)
    for name, value in app.facts.items():
        yield f"  {name}: {fact_words(value)}"
    live = pressing(app.tasks)
    waiting = [task for task in app.tasks if task.status == "waiting"]
    settled = [task for task in app.tasks if task not in live and task not in waiting]
    for title, tasks in (("To do", live), ("Later", waiting)):
        if tasks:
            yield title
            yield from task_lines(tasks, now)
    if settled:
        yield "Settled"
        yield from brief_lines(settled, now)
    yield from next_step(app, now, settles)


def changed_lines(before: Application | None, after: Application, now: datetime, settles: Settles) -> Iterator[str]:
    """What a command changed: the state, what opened, what went away; and what to do next."""
    yield bold(heading(after))
    if before is not None and before.state != after.state:
        yield f"  from {before.state_title} to {after.state_title}"
    old = {task.id: task.status for task in before.tasks} if before else {}
    for title, tasks in (
        ("To do now", [t for t in pressing(after.tasks) if old.get(t.id) not in _LIVE]),
        ("Waiting", [t for t in after.tasks if t.status == "waiting" and old.get(t.id) != "waiting"]),
        ("No longer needed", [t for t in after.tasks if t.status == "cancelled" and old.get(t.id) != "cancelled"]),
    ):
        if tasks:
            yield f"  {title}"
            yield from (f"  {line}" for line in brief_lines(tasks, now))
    yield from next_step(after, now, settles)


def next_step(app: Application, now: datetime, settles: Settles) -> Iterator[str]:
    """The most pressing thing, with the command that settles it."""
    live = pressing(app.tasks)
    if live:
        yield f"Next: {what(live[0])}, {when(live[0], now)}. Then: {settles(live[0])}"
    elif app.final:
        yield dim("Nothing more to do here.")
    elif app.next_wakeup_at is not None:
        soon = moment_words(app.next_wakeup_at, now, app.zone)
        yield f"Nothing to do before {soon}; `jobflow tick` will tell. Until then: jobflow plan {app.slug}"
    else:
        yield f"Nothing to do until something happens: jobflow log {app.slug} EVENT"


def settled_lines(tasks: Sequence[Task], now: datetime) -> Iterator[str]:
    """What became of tasks."""
    for task in tasks:
        yield f"{task.number:>5}  {what(task)}: {when(task, now)}"


def fact_lines(names: Iterable[str], app: Application) -> Iterator[str]:
    """The facts that were told, as they were understood."""
    for name in names:
        value = app.facts.get(name)
        yield f"{name}: {'forgotten' if value is None else fact_words(value)}"
