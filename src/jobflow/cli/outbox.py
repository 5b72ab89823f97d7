"""outbox list, retry, sent, drop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from jobflow.cli.commands import LazyGroup, command
from jobflow.cli.session import Session, pass_session

if TYPE_CHECKING:
    from jobflow.core.records import OutboxMessage

_HERE = "jobflow.cli.outbox"
_MESSAGE = click.argument("message", metavar="MESSAGE")


@click.group(
    "outbox",
    cls=LazyGroup,
    lazy={
        "list": (f"{_HERE}:list_", "What waits to be delivered, and what could not be."),
        "retry": (f"{_HERE}:retry", "It did not leave: deliver it at the next tick."),
        "sent": (f"{_HERE}:sent", "It did leave."),
        "drop": (f"{_HERE}:drop", "Don't deliver it."),
    },
    examples=("jobflow outbox list", "jobflow outbox retry 5f0c", "jobflow outbox sent 5f0c"),
)
def outbox() -> None:
    """Messages on their way: see what is stuck, and say what became of it."""


@command("list", "jobflow outbox list", "jobflow outbox list --all --json")
@click.option("--all", "all_", is_flag=True, help="Those that were sent or dropped too.")
@pass_session
def list_(session: Session, all_: bool) -> None:
    """What waits to be delivered, and what could not be; the oldest first."""
    if not session.begun:
        session.nothing_yet([])
        return
    with session.open() as flow:
        messages = tuple(flow.store.messages()) if all_ else flow.outbox()
        if session.json:
            session.give([_json(message) for message in messages])
            return
        from jobflow.render.outbox import outbox_lines

        session.lines(outbox_lines(messages, flow.parts.zone))


@command("retry", "jobflow outbox retry 5f0c")
@_MESSAGE
@pass_session
def retry(session: Session, message: str) -> None:
    """It did not leave: deliver it at the next tick, with all its attempts anew."""
    with session.open() as flow:
        _answer(session, flow.retry_message(message))


@command("sent", "jobflow outbox sent 5f0c")
@_MESSAGE
@pass_session
def sent(session: Session, message: str) -> None:
    """It did leave: you saw it in your sent mail, or they answered it."""
    with session.open() as flow:
        _answer(session, flow.mark_sent(message))


@command("drop", "jobflow outbox drop 5f0c")
@_MESSAGE
@pass_session
def drop(session: Session, message: str) -> None:
    """Don't deliver it."""
    with session.open() as flow:
        _answer(session, flow.drop_message(message))


def _answer(session: Session, message: OutboxMessage) -> None:
    if session.json:
        session.give(_json(message))
        return
    from jobflow.render.outbox import answered_line

    session.lines([answered_line(message)])


def _json(message: OutboxMessage) -> dict[str, object]:
    from jobflow.core.views import outbox_json

    return outbox_json(message)
