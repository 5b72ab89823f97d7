"""What an upgrade changes, as text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from jobflow.engine.upgrading import NewDates, Upgraded, UpgradedApplication
from jobflow.render.words import bold, dim, full_words, plural

_WHATS = ("opens", "is due", "lapses")


def upgrade_lines(upgraded: Upgraded, asked: str) -> Iterator[str]:
    """The rules that are otherwise, what becomes of each application, and what to type. `asked`: NAME [APP]…."""
    name = f"{upgraded.workflow} {upgraded.version}"
    if not upgraded.applications:
        yield f"Nothing to do: whatever follows {upgraded.workflow} follows {name} as it is now."
        return
    for version, changes in upgraded.changes.items():
        yield bold(f"From {version} to {name}")
        for change in changes:
            yield f"  {change.rule}"
            yield from (f"    - {words}" for words in [change.before] if words)
            yield from (f"    + {words}" for words in [change.after] if words)
        if not changes:
            yield "  no rule is otherwise"
    for app in upgraded.applications:
        yield from _application_lines(app, name)
    one = len(upgraded.applications) == 1
    if upgraded.done:
        many = plural(len(upgraded.applications), "application")
        yield f"{many} {'follows' if one else 'follow'} {name} now. To take it back: jobflow undo"
    elif upgraded.stranded:
        yield "Nothing was changed, and can't be, as long as one would be stranded."
    else:
        yield f"Nothing was changed. To do it: jobflow workflow upgrade {asked} --apply"


def _application_lines(app: UpgradedApplication, name: str) -> Iterator[str]:
    head = bold(f"{app.company} ({app.application})")
    if app.to is None:
        yield f"{head} would be stranded: there is no state '{app.state}' in {name}"
        yield dim(f"    say what it is called now: renames: {{states: {{{app.state}: …}}}}")
        return
    moved = f"goes from '{app.state}' to '{app.to}'" if app.to != app.state else f"stays in '{app.state}'"
    yield f"{head} {moved}" + ("" if app.tasks else "; no date changes")
    for task in app.tasks:
        whom = f" ({task.whom})" if task.whom else ""
        yield f"    {task.name.replace('_', ' ')}{whom}: {'; '.join(_date_words(task, app.zone))}"


def _date_words(task: NewDates, zone: ZoneInfo) -> Iterator[str]:
    if task.after is None:
        yield "goes away"
        return
    if task.before is None:
        yield "comes"
    for index, what in enumerate(_WHATS):
        now, was = task.after[index], task.before[index] if task.before is not None else None
        if task.before is None:
            yield from [f"{what} {full_words(now, zone)}"] if now else []
        elif now != was:
            yield f"{what} {_when(now, zone)}, not {_when(was, zone)}"


def _when(at: datetime | None, zone: ZoneInfo) -> str:
    return "at a time not known yet" if at is None else full_words(at, zone)
