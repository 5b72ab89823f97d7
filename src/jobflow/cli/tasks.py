"""Commands about tasks: next, done, skip, snooze."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from jobflow.cli.answers import settles
from jobflow.cli.commands import command
from jobflow.cli.files import read_text
from jobflow.cli.params import TaskNumber, facts_option, parse_facts, read_when, when_option
from jobflow.cli.session import Session, pass_session
from jobflow.core.errors import Refused

if TYPE_CHECKING:
    from jobflow.bootstrap import Jobflow
    from jobflow.core.views import Application, Task

_TASKS = click.argument("tasks", metavar="TASK...", type=TaskNumber(), nargs=-1, required=True)


@command("next", "jobflow next", "jobflow next --json")
@pass_session
def next_(session: Session) -> None:
    """What to do now, most pressing first, each with its reason."""
    if not session.begun:
        session.nothing_yet([])
        return
    with session.open() as flow:
        tasks = flow.next()
        if session.json:
            session.give([task.to_json() for task in tasks])
            return
        from jobflow.render.tasks import next_lines

        session.lines(next_lines(tasks, flow.now(), settles(flow)))
        stuck = (*flow.stuck(), *flow.failing())
        if stuck:
            from jobflow.render.outbox import stuck_line

            session.lines([stuck_line(stuck)])


@command(
    "done",
    "jobflow done 1",
    "jobflow done 1 2 --at yesterday",
    'jobflow done 4 --fact "went_well=the design question; the questions I asked"',
)
@_TASKS
@when_option("When you did it (default: now).")
@facts_option()
@click.option("--note", metavar="TEXT", help="Anything worth remembering.")
@click.option(
    "--letter",
    metavar="FILE",
    type=click.Path(),
    help="The letter as it was sent (else: its draft, if it has no blanks).",
)
@pass_session
def done(
    session: Session,
    tasks: tuple[int, ...],
    at: str | None,
    facts: tuple[str, ...],
    note: str | None,
    letter: str | None,
) -> None:
    """You did it. Early is fine, and so is late: that is recorded and counts."""
    known = parse_facts(facts)
    with session.open() as flow:
        before = _owners(flow, tasks)
        moment = read_when(session, flow, at, purpose="past", task=tasks[0])
        sent = _sent(session, flow, tasks, letter)
        settled = flow.done(*tasks, at=moment, facts=known, note=note, letters=sent, confirmed=session.yes)
        _answer(session, flow, before, settled, known)


def _sent(session: Session, flow: Jobflow, tasks: Sequence[int], file: str | None) -> Mapping[int, str]:
    """The texts that were sent: of a file, else of drafts that have nothing left to fill in."""
    from jobflow.core.letters import blanks

    if file is not None:
        if len(tasks) != 1:
            raise Refused("--letter is the letter of one task.", hint="settle them one by one")
        return {tasks[0]: read_text(file)}
    drafts = {number: text for number in tasks if (text := flow.draft_text(number)) is not None}
    for number in [number for number, text in drafts.items() if blanks(text)]:
        del drafts[number]
        session.note(
            f"the draft of {number} has blanks left, so its text is not kept as what was sent (--letter FILE is)"
        )
    return drafts


@command("skip", "jobflow skip 2", "jobflow skip 2 3")
@_TASKS
@pass_session
def skip(session: Session, tasks: tuple[int, ...]) -> None:
    """You will not do it; nothing asks again."""
    with session.open() as flow:
        before = _owners(flow, tasks)
        _answer(session, flow, before, flow.skip(*tasks))


@command("snooze", "jobflow snooze 3 tomorrow", 'jobflow snooze 3 "thu 14:00"', "jobflow snooze 3 +2bd")
@click.argument("task", metavar="TASK", type=TaskNumber())
@click.argument("until", metavar="WHEN")
@pass_session
def snooze(session: Session, task: int, until: str) -> None:
    """Put a task off: it opens at WHEN (a date: in the morning); its due date follows."""
    with session.open() as flow:
        moment = read_when(session, flow, until, purpose="future", word="put off until", task=task)
        if moment is None:
            raise click.UsageError("WHEN is empty.")
        before = _owners(flow, (task,))
        _answer(session, flow, before, (flow.snooze(task, moment),))


def _owners(flow: Jobflow, tasks: Sequence[int]) -> tuple[Application, ...]:
    """The applications that the tasks belong to, each once."""
    return tuple({app.id: app for app in map(flow.owner, tasks)}.values())


def _answer(
    session: Session,
    flow: Jobflow,
    before: Sequence[Application],
    tasks: Sequence[Task],
    known: Mapping[str, object] | None = None,
) -> None:
    """The tasks' new values and the facts told; what became of their applications, and what to do next."""
    if session.json:
        session.give([task.to_json() for task in tasks])
        return
    from jobflow.render.applications import changed_lines, fact_lines, settled_lines

    session.lines(settled_lines(tasks, flow.now()))
    for place, app in enumerate(before):
        after = flow.get(app.slug)
        session.lines(fact_lines(known if known and not place else (), after))
        session.lines(changed_lines(app, after, flow.now(), settles(flow)))
