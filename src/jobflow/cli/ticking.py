"""Commands about time: tick, plan."""

from __future__ import annotations

import click

from jobflow.cli.commands import command
from jobflow.cli.params import application_argument, read_when
from jobflow.cli.session import Session, pass_session

UNDELIVERED = 4


@command(
    "tick",
    "jobflow tick",
    "jobflow tick --dry-run      what it would do and say",
    "jobflow schedule install      lets your computer call it",
)
@click.option("--dry-run", is_flag=True, help="Show what would be done and said; write nothing.")
@click.option("--limit", metavar="N", type=click.IntRange(min=1), help="Look at no more than N applications.")
@click.option("--accept-jump", is_flag=True, help="The clock is right, though it is far ahead of the last tick.")
@pass_session
def tick(session: Session, dry_run: bool, limit: int | None, accept_jump: bool) -> int | None:
    """One pass: what is due is worked out, recorded, then said. Silent when nothing is due."""
    if not session.begun:
        _nothing(session)
        return None
    with session.open() as flow:
        report = flow.tick(dry_run=dry_run, limit=limit, accept_jump=accept_jump)
        if not (dry_run or report.held or report.busy or report.quarantined or report.failures):
            from jobflow.shortroad import remember

            remember(flow.store, session.home)
        if session.json:
            session.give(report.to_json())
        elif dry_run:
            from jobflow.core.digest import digest
            from jobflow.render.rules import dry_tick_lines

            session.lines(dry_tick_lines(report, digest(report.messages)))
        if report.held:
            click.echo(f"jobflow: {report.held}", err=True)
        for line in (*report.quarantined, *report.failures, *report.given_up):
            click.echo(f"jobflow: {line}", err=True)
        return UNDELIVERED if report.quarantined or report.given_up else None


def _nothing(session: Session) -> None:
    """A tick where nothing was ever recorded: silent, as from cron."""
    if session.json:
        with session.open() as flow:
            from jobflow.core.views import TickReport

            session.give(TickReport(now=flow.now(), zone=flow.parts.zone).to_json())


@command("plan", "jobflow plan", "jobflow plan acme --until 2026-04-30")
@application_argument(required=False)
@click.option("--until", metavar="WHEN", help="How far to look (default: eight weeks).")
@pass_session
def plan(session: Session, app: str | None, until: str | None) -> None:
    """What will come due, day by day, if nothing happens."""
    if not session.begun and app is None:
        session.nothing_yet([])
        return
    with session.open() as flow:
        end = read_when(session, flow, until, purpose="future", word="until", application=app)
        items = flow.plan(app, until=end)
        if session.json:
            session.give([item.to_json() for item in items])
            return
        from jobflow.render.rules import plan_lines

        session.lines(plan_lines(items))
