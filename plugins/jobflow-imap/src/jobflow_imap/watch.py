"""From mails to proposals: which mail is an event of which application, and what has been settled since."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import jobflow
from jobflow_imap import Imap
from jobflow_imap.memory import Memory, Proposal
from jobflow_imap.people import People
from jobflow_imap.reading import read
from jobflow_imap.server import Mail, Mailbox

BACK = timedelta(days=60)
"""How far back one looks, at most."""
MOST = 300
"""Mails of a folder that are looked at in one go; the others have their turn the next time."""


def look(mailbox: Mailbox, options: Imap, flow: jobflow.Jobflow, memory: Memory) -> None:
    """Look at what has come, and remember what it may mean. Raises `Problem`; what was found until then is kept."""
    applications = [each for each in flow.list(all=True) if not each.retracted]
    people = People(applications, options.shared)
    needles = people.needles()
    if not needles:
        return
    since = max(flow.now() - BACK, min(each.began_at for each in applications)) - timedelta(days=1)
    for folder in options.folders:
        validity, following = mailbox.examine(folder)
        last = memory.last(folder, validity, people.digest())
        found = sorted({uid for needle in needles for uid in mailbox.search(last, since.date(), needle)})
        for uid in found[:MOST]:
            mail = mailbox.fetch(uid)
            if mail is not None:
                for proposal in proposals(mail, f"{folder}:{validity}:{uid}", people, options.user, flow.now()):
                    memory.propose(proposal)
            memory.seen[folder] = (validity, uid, people.digest())
        if len(found) <= MOST:
            memory.seen[folder] = (validity, max(following - 1, last, *found), people.digest())


def proposals(mail: Mail, place: str, people: People, user: str, now: datetime) -> list[Proposal]:
    """What one mail may mean, for each application that it can belong to."""
    letter = read(mail.content)
    if letter is None or letter.event is None or letter.sender.lower() == user.lower():
        return []
    matches = [each for each in people.matches(letter.sender) if mail.came >= each.application.began_at]
    at = min(mail.came, now).replace(microsecond=0)
    return [
        Proposal(
            id=_id(letter.message_id or place, match.application.id),
            application=match.application.id,
            event=letter.event,
            at=at.isoformat(),
            sender=letter.shown,
            subject=letter.subject,
            sure=match.exact and len(matches) == 1,
        )
        for match in matches
    ]


def settle(flow: jobflow.Jobflow, memory: Memory) -> None:
    """Forget what waits no more: it was recorded, or its application is gone."""
    for application, waiting in _by_application(flow, memory):
        history = flow.history(application.slug) if application is not None and waiting else ()
        for proposal in waiting:
            if application is None or any(_tells(record, proposal) for record in history):
                memory.drop(proposal.id)


def possible(flow: jobflow.Jobflow, memory: Memory) -> list[tuple[jobflow.Application, Proposal]]:
    """What waits and can be recorded in the state as it is, the earliest first."""
    found: list[tuple[jobflow.Application, Proposal]] = []
    for application, waiting in _by_application(flow, memory):
        if application is not None:
            events = _events(flow, application)
            found += [(application, proposal) for proposal in waiting if proposal.event in events]
    return sorted(found, key=lambda each: (each[1].at, each[0].number))


def record(flow: jobflow.Jobflow, application: jobflow.Application, proposal: Proposal) -> None:
    """Record it; what comes of it is jobflow's. Raises `JobflowError` where it is refused."""
    flow.log(application.slug, proposal.event, at=proposal.instant, note=note(proposal))


def note(proposal: Proposal) -> str:
    """What the record says, so that one can tell which mail it was. None of it is a stranger's words."""
    return f"mail {proposal.id}"


def mark_told(memory: Memory, told: Sequence[Proposal]) -> None:
    """They were shown."""
    for proposal in told:
        memory.proposals[proposal.id] = replace(proposal, told=True)


def _by_application(flow: jobflow.Jobflow, memory: Memory) -> list[tuple[jobflow.Application | None, list[Proposal]]]:
    known = {each.id: each for each in flow.list(all=True) if not each.retracted}
    waiting = list(memory.proposals.values())
    gone = [each for each in waiting if each.application not in known]
    mine = [(app, [each for each in waiting if each.application == app.id]) for app in known.values()]
    return [*((app, each) for app, each in mine if each), (None, gone)]


def _events(flow: jobflow.Jobflow, application: jobflow.Application) -> set[str]:
    """The events that are possible now."""
    rules = flow.explain(application.slug).rules
    named = {rule.path.rpartition("/")[2] for rule in rules if rule.verdict == "possible"}
    return named | {rule.wanted.split()[1] for rule in rules if rule.verdict == "waits for the event"}


def _tells(record: jobflow.Record, proposal: Proposal) -> bool:
    """Whether a record is of this mail: it says so, or the user said the same in their own words since it came."""
    if record.type != "event_logged":
        return False
    said = str(record.data.get("note") or "")
    if said == note(proposal):
        return True
    own = not said.startswith("mail ") and record.data.get("event") == proposal.event
    return own and record.recorded_at >= proposal.instant and record.at >= proposal.instant - timedelta(days=1)


def _id(name: str, application: str) -> str:
    return hashlib.sha256(f"{application}\n{name}".encode(errors="surrogatepass")).hexdigest()[:12]
