"""`jobflow mailbox`: what the mail says, and the command that records it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Any

import click

import jobflow
from jobflow_imap import Imap
from jobflow_imap.memory import Memory, Proposal, alone, load, save
from jobflow_imap.server import Mailbox, Problem
from jobflow_imap.watch import look, mark_told, note, possible, record, settle

Found = Sequence[tuple[jobflow.Application, Proposal]]


@click.command("mailbox")
@click.option("--apply", "applies", is_flag=True, help="For cron: record replies by itself; tell everything else once.")
@click.option("--drop", "drops", metavar="ID", multiple=True, help="It is none of that: don't propose it again.")
@click.pass_obj
def mailbox(run: Any, applies: bool, drops: Sequence[str]) -> None:
    """Look for replies, offers and refusals in your mail, and propose to record them.

    Nothing in the mailbox is changed, not even what is marked as read.
    """
    with run.open() as flow:
        options = flow.channel(Imap.name)
        if applies and options.apply is None:
            raise jobflow.Refused("nothing is to be recorded by itself.", hint="channels: {imap: {…, apply: reply}}")
        with alone(options.home) as mine:
            if not mine:
                return  # Another one is at it: cron may be faster than the mailbox.
            memory = load(options.home)
            try:
                _run(run, flow, options, memory, applies, drops)
            finally:
                save(options.home, memory)


def _run(run: Any, flow: jobflow.Jobflow, options: Imap, memory: Memory, applies: bool, drops: Sequence[str]) -> None:
    for each in drops:
        if each not in memory.proposals:
            raise jobflow.UnknownName("mail", each, tuple(memory.proposals))
        memory.drop(each)
    problem = None if drops else _look(flow, options, memory)
    settle(flow, memory)
    recorded = _apply(flow, memory) if applies and options.apply else []
    waiting = possible(flow, memory)
    _answer(run, recorded, [each for each in waiting if not (applies and each[1].told)], quiet=applies)
    mark_told(memory, [proposal for _, proposal in waiting])
    if problem is not None:
        raise jobflow.Refused(problem, hint="what was found until then is kept; try again, or: jobflow doctor")


def _look(flow: jobflow.Jobflow, options: Imap, memory: Memory) -> str | None:
    """What kept one from looking at all of it."""
    try:
        with Mailbox(options) as opened:
            look(opened, options, flow, memory)
    except Problem as problem:
        return f"{problem}."
    return None


def _apply(flow: jobflow.Jobflow, memory: Memory) -> Found:
    """Record the replies of contacts. One that is refused waits for the user."""
    recorded = []
    for application, proposal in possible(flow, memory):
        if proposal.event != "reply" or not proposal.sure:
            continue
        try:
            record(flow, application, proposal)
        except jobflow.Refused:
            continue
        memory.drop(proposal.id)
        recorded.append((application, proposal))
    return recorded


def _answer(run: Any, recorded: Found, waiting: Found, *, quiet: bool) -> None:
    if run.json:
        run.give([_plain(*each, recorded=each in recorded) for each in (*recorded, *waiting)])
        return
    for application, proposal in recorded:
        click.echo(f"Recorded: {_line(application, proposal)}")
        click.echo(f"  if it was none: jobflow undo {application.slug}")
    for application, proposal in waiting:
        click.echo(_line(application, proposal))
        click.echo(f"  {_command(application, proposal)}")
    if waiting:
        click.echo("To record one, type its command; one that is none of that: jobflow mailbox --drop ID")
    elif not recorded and not quiet:
        click.echo("No mail that says anything new about an application.")


def _line(application: jobflow.Application, proposal: Proposal) -> str:
    at = proposal.instant.astimezone(application.zone)
    return f"{application.slug}: {proposal.event}, {at:%Y-%m-%d %H:%M}, {proposal.sender}: {proposal.subject}"


def _command(application: jobflow.Application, proposal: Proposal) -> str:
    at = proposal.instant.astimezone(application.zone).isoformat()
    return shlex.join(["jobflow", "log", application.slug, proposal.event, "--at", at, "--note", note(proposal)])


def _plain(application: jobflow.Application, proposal: Proposal, *, recorded: bool) -> dict[str, Any]:
    return {
        "id": proposal.id,
        "application": application.slug,
        "event": proposal.event,
        "at": proposal.instant.astimezone(application.zone).isoformat(),
        "sender": proposal.sender,
        "subject": proposal.subject,
        "sure": proposal.sure,
        "recorded": recorded,
        "command": None if recorded else _command(application, proposal),
    }
