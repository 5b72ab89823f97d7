"""Commands about offers: offer, offers."""

from __future__ import annotations

import click

from jobflow.cli.commands import command
from jobflow.cli.params import application_argument, read_when, when_option
from jobflow.cli.session import Session, pass_session
from jobflow.core.errors import Refused
from jobflow.core.offers import FACTS


@command(
    "offer",
    'jobflow offer acme --pay "62000 EUR" --start 2026-05-01 --deadline 2026-03-27',
    'jobflow offer acme --benefit "30 days off" --pro "the team" --con "two hours on the train"',
    "jobflow offer acme --more-time 2026-04-03      they gave you more time",
)
@application_argument()
@click.option("--pay", metavar="AMOUNT", help="What they pay, with its currency.")
@click.option(
    "--benefit", "benefits", metavar="TEXT", multiple=True, help="What comes on top; may be given several times."
)
@click.option("--start", metavar="DATE", help="When you would start.")
@click.option("--deadline", metavar="DATE", help="By when they want your answer.")
@click.option("--pro", "pros", metavar="TEXT", multiple=True, help="What speaks for it; may be given several times.")
@click.option(
    "--con", "cons", metavar="TEXT", multiple=True, help="What speaks against it; may be given several times."
)
@click.option("--more-time", metavar="DATE", help="You asked for more time, and this is the new deadline.")
@when_option("When they made the offer, or gave you more time (default: now).")
@pass_session
def offer(
    session: Session,
    app: str,
    pay: str | None,
    benefits: tuple[str, ...],
    start: str | None,
    deadline: str | None,
    pros: tuple[str, ...],
    cons: tuple[str, ...],
    more_time: str | None,
    at: str | None,
) -> None:
    """Record what an offer is, and look at it. The first time it is the news that they made one.

    What you give for a list takes the place of what was there.
    """
    if more_time is not None and deadline is not None:
        raise Refused("--more-time is the new deadline; --deadline beside it says it twice.", hint="leave one out")
    told = {"pay": pay, "start": start, "deadline": more_time or deadline}
    facts: dict[str, object] = {FACTS[name]: value for name, value in told.items() if value is not None}
    for name, texts in (("benefits", benefits), ("pros", pros), ("cons", cons)):
        if texts:
            facts[FACTS[name]] = list(texts)
    with session.open() as flow:
        moment = read_when(session, flow, at, purpose="past", application=app)
        found = flow.tell_offer(app, facts, at=moment, more_time=more_time is not None, confirmed=session.yes)
        if session.json:
            session.give(found.to_json())
            return
        from jobflow.render.offers import offer_lines

        session.lines(offer_lines(found, flow.now()))


@command("offers", "jobflow offers", "jobflow offers --json")
@pass_session
def offers(session: Session) -> None:
    """All open offers side by side, what is pending beside them, and who must be told what by when."""
    with session.open() as flow:
        found = flow.offers()
        if session.json:
            session.give(found.to_json())
            return
        from jobflow.render.offers import offers_lines

        session.lines(offers_lines(found, flow.now()))
