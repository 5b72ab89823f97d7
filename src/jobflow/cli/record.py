"""Commands that record what the user says: add, log, set, contact, undo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from jobflow.cli.answers import settles
from jobflow.cli.commands import command
from jobflow.cli.params import (
    application_argument,
    contacts_option,
    facts_option,
    parse_contacts,
    parse_facts,
    read_when,
    when_option,
)
from jobflow.cli.session import Session, pass_session

if TYPE_CHECKING:
    from jobflow.bootstrap import Jobflow
    from jobflow.core.views import Application


@command(
    "add",
    'jobflow add "Acme Corp"',
    'jobflow add "Acme Corp" --role Engineer --at yesterday --contact "interviewer=Ada Byron <ada@acme.example>"',
    'jobflow add Initech --at "tue 14:00" --fact decision_date=2026-03-20',
    "jobflow add Globex --state awaiting --at 2026-02-20      an older search",
)
@click.argument("company")
@click.option("--role", metavar="ROLE", help="The job.")
@click.option("--workflow", metavar="NAME", help="The rule book (default: the configured one, else after-interview).")
@when_option("When the interview was (default: now).")
@contacts_option()
@facts_option()
@click.option("--timezone", metavar="ZONE", help="Where the employer is, such as Europe/Berlin (default: your zone).")
@click.option("--state", metavar="STATE", help="Where an older search stands (default: just interviewed).")
@pass_session
def add(
    session: Session,
    company: str,
    role: str | None,
    workflow: str | None,
    at: str | None,
    contacts: tuple[str, ...],
    facts: tuple[str, ...],
    timezone: str | None,
    state: str | None,
) -> None:
    """Record a new application, in its workflow's first state since --at.

    Answers with what to do now.
    """
    people, known = parse_contacts(session, contacts), parse_facts(facts)

    def record(flow: Jobflow, session: Session) -> Application:
        return flow.add(
            company,
            role=role,
            workflow=workflow,
            at=read_when(session, flow, at, purpose="past", timezone=timezone),
            contacts=people,
            facts=known,
            timezone=timezone,
            state=state,
            confirmed=session.yes,
        )

    if not session.begun:
        # What is refused must leave no empty database behind: once in memory first.
        with session.open(memory=True) as flow:
            record(flow, session.quiet())
    with session.open(create=True) as flow:
        _answer(session, flow, None, record(flow, session), known)


@command(
    "log",
    "jobflow log acme reply",
    "jobflow log acme offer --fact offer_deadline=2026-04-03",
    'jobflow log acme interviewed --at "tue 14:00" --contact "interviewer=Grace Hopper"',
    "jobflow log acme contacted --at yesterday      you reached out on your own: it counts",
)
@application_argument()
@click.argument("event")
@when_option("When it happened (default: now).")
@facts_option()
@contacts_option()
@click.option("--note", metavar="TEXT", help="Anything worth remembering.")
@pass_session
def log(
    session: Session,
    app: str,
    event: str,
    at: str | None,
    facts: tuple[str, ...],
    contacts: tuple[str, ...],
    note: str | None,
) -> None:
    """Record what happened, and move the state.

    `jobflow explain APP` lists the events that are possible now.
    """
    people, known = parse_contacts(session, contacts), parse_facts(facts)
    with session.open() as flow:
        before = flow.get(app)
        moment = read_when(session, flow, at, purpose="past", application=app)
        after = flow.log(app, event, at=moment, facts=known, contacts=people, note=note, confirmed=session.yes)
        _answer(session, flow, before, after, known)


@command(
    "set",
    "jobflow set acme decision_date=2026-03-20",
    "jobflow set acme decision_date=+10d",
    "jobflow set acme decision_date=      forget it again",
)
@application_argument()
@click.argument("facts", metavar="NAME=VALUE...", nargs=-1, required=True)
@pass_session
def set_(session: Session, app: str, facts: tuple[str, ...]) -> None:
    """Tell facts; what hangs on them is worked out anew. An empty value forgets one."""
    known = parse_facts(facts)
    with session.open() as flow:
        before = flow.get(app)
        _answer(session, flow, before, flow.set(app, known, confirmed=session.yes), known)


@command(
    "contact",
    'jobflow contact acme "interviewer=Ada Byron <ada@acme.example>"',
    'jobflow contact acme "decision_maker=Grace Hopper" "referrer=Alan Kay"',
    'jobflow contact acme "interviewer=Ada Byron" --note "asked about on-call"',
)
@application_argument()
@click.argument("people", metavar="ROLE=NAME...", nargs=-1, required=True)
@click.option("--note", metavar="TEXT", help="What is worth remembering of them, such as 'asked about on-call'.")
@pass_session
def contact(session: Session, app: str, people: tuple[str, ...], note: str | None) -> None:
    """Name people at or around the employer, such as "interviewer=Ada Byron <ada@acme.example>".

    A note goes into the letter to that person.
    """
    named = tuple(replace(person, note=note) for person in parse_contacts(session, people))
    with session.open() as flow:
        before = flow.get(app)
        _answer(session, flow, before, flow.contact(app, *named), {})


@command("undo", "jobflow undo", "jobflow undo acme      the last command about this application")
@application_argument(required=False)
@pass_session
def undo(session: Session, app: str | None) -> None:
    """Take the last command back, as if it had never been said. Again: one further back. What was sent stays sent."""
    with session.open() as flow:
        shown = flow.undo(app)
        if session.json:
            session.give([item.to_json() for item in shown] if len(shown) != 1 else shown[0].to_json())
            return
        from jobflow.render.applications import show_lines

        for item in shown:
            if item.retracted:
                session.say(f"{item.company} ({item.slug}) is taken back: it is as if it had never been added.")
            else:
                session.say("Taken back. It stands so again:")
                session.lines(show_lines(item, flow.now(), settles(flow)))


def _answer(
    session: Session, flow: Jobflow, before: Application | None, after: Application, known: Mapping[str, object]
) -> None:
    """The new value, or what changed and what to do next."""
    if session.json:
        session.give(after.to_json())
        return
    from jobflow.render.applications import changed_lines, fact_lines

    session.lines(fact_lines(known, after))
    session.lines(changed_lines(before, after, flow.now(), settles(flow)))
