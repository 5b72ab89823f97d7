"""search: the search itself, looked after by a workflow of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from jobflow.cli.answers import settles
from jobflow.cli.commands import LazyGroup, command
from jobflow.cli.session import Session, pass_session

if TYPE_CHECKING:
    from jobflow.bootstrap import Jobflow
    from jobflow.core.views import Application


@click.group(
    "search",
    cls=LazyGroup,
    lazy={
        "start": ("jobflow.cli.searching:start", "Begin: a look once a week, a nudge when it runs dry."),
        "show": ("jobflow.cli.searching:show", "How many are live, and what is to be done."),
        "stop": ("jobflow.cli.searching:stop", "Stop looking."),
    },
    examples=("jobflow search start", "jobflow search show"),
)
def search() -> None:
    """Have your search itself looked after, so that you keep looking while you wait."""


@command("start", "jobflow search start", "jobflow search start --workflow my-looking")
@click.option("--workflow", metavar="NAME", default="keep-looking", help="The rule book (default: keep-looking).")
@pass_session
def start(session: Session, workflow: str) -> None:
    """Begin to look after your search: once a week, and when it runs dry. It ends with an offer that you accept."""
    with session.open(create=True) as flow:
        _answer(session, flow, flow.start_search(workflow))


@command("show", "jobflow search show", "jobflow search show --json")
@pass_session
def show(session: Session) -> None:
    """How many applications are live, when the newest was added, and what is to be done."""
    with session.open() as flow:
        _answer(session, flow, flow.search())


@command("stop", "jobflow search stop")
@pass_session
def stop(session: Session) -> None:
    """Stop looking: nothing asks about the search any more. Your applications go on."""
    with session.open() as flow:
        _answer(session, flow, flow.stop_search())


def _answer(session: Session, flow: Jobflow, app: Application) -> None:
    if session.json:
        session.give(app.to_json())
        return
    from jobflow.render.applications import show_lines

    session.lines(show_lines(app, flow.now(), settles(flow)))
