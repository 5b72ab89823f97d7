"""Commands that look and change nothing: list, show, history, explain."""

from __future__ import annotations

import click

from jobflow.cli.answers import settles
from jobflow.cli.commands import command
from jobflow.cli.params import application_argument
from jobflow.cli.session import Session, pass_session


@command("list", "jobflow list", "jobflow list --all --json")
@click.option("--all", "all_", is_flag=True, help="The closed too.")
@pass_session
def list_(session: Session, all_: bool) -> None:
    """Where every application stands, and what comes next in each."""
    if not session.begun:
        session.nothing_yet([])
        return
    with session.open() as flow:
        apps = flow.list(all=all_)
        if session.json:
            session.give([app.to_json() for app in apps])
            return
        if not apps and all_:  # everything that was recorded is taken back
            session.nothing_yet([])
            return
        from jobflow.render.applications import list_lines

        session.lines(list_lines(apps, flow.now()))


@command("show", "jobflow show acme", "jobflow show 1 --json")
@application_argument()
@pass_session
def show(session: Session, app: str) -> None:
    """All about one application: its number, its slug, or the beginning of its slug."""
    with session.open() as flow:
        found = flow.get(app)
        if session.json:
            session.give(found.to_json())
            return
        from jobflow.render.applications import show_lines

        session.lines(show_lines(found, flow.now(), settles(flow)))


@command("history", "jobflow history acme")
@application_argument()
@pass_session
def history(session: Session, app: str) -> None:
    """How an application came to where it stands: everything recorded, what was taken back too."""
    with session.open() as flow:
        records, zone = flow.history(app), flow.zone_of(app)
        if session.json:
            from jobflow.core.views import record_json

            session.give([record_json(record, zone) for record in records])
            return
        from jobflow.render.rules import history_lines

        session.lines(history_lines(records, zone))


@command("explain", "jobflow explain acme")
@application_argument()
@pass_session
def explain(session: Session, app: str) -> None:
    """Which rule, which anchor, which date; and why what is not due is not."""
    with session.open() as flow:
        explanation = flow.explain(app)
        if session.json:
            session.give(explanation.to_json())
            return
        from jobflow.render.rules import explain_lines

        session.lines(explain_lines(explanation, flow.now()))
