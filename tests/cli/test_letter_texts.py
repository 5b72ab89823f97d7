"""What each letter that ships says, in each tone, word by word: `letters.txt` beside this file is to be read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from jobflow import Jobflow, NewContact, Settings, WrittenLetter
from jobflow.core.letters import blanks
from jobflow.rulebook.registry import TEMPLATES
from jobflow.testing import ManualClock

KEPT = Path(__file__).with_name("letters.txt")
NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
TONES = (None, "warm", "formal")
PEOPLE = (
    NewContact("decision_maker", "Grace Hopper", "grace@acme.example", note="asked about on-call"),
    NewContact("interviewer", "Bob Noyce"),
    NewContact("referrer", "Rita Levi"),
)
FOUND = {
    "strengths": ["I have run a service for ten million people", "SQL"],
    "concerns": ["Little Go -> I have written two services in it", "A gap in 2024"],
    "fell_short": ["the question on sharding"],
}
LATER = ("last-email", "name-decision-date", "acceptance", "polite-no", "withdrawal")
ASKED = {"application-nudge": "applied", "application-nudge-again": "applied", "confirm-interview": "scheduled"}


def flow_of(workflow: str | None, *, known: bool) -> tuple[Jobflow, ManualClock, int]:
    """An engine with one application, of which everything is known, or nothing; and the number of its first task."""
    clock = ManualClock(NOON)
    flow = Jobflow.open(clock=clock, settings=Settings(timezone="UTC", sender="Kim Lee" if known else None))
    facts = {**FOUND, "decline_reason": "I want to stay near my family."} if known and workflow is None else {}
    app = flow.add(
        "Acme Ltd",
        role="Engineer" if known else None,
        workflow=workflow,
        contacts=PEOPLE if known else (),
        facts=facts,
        confirmed=True,
    )
    return flow, clock, app.tasks[0].number


def written(*, known: bool) -> Iterator[tuple[str, WrittenLetter]]:
    """Each letter with what it is for: those that a task asks for, from that task."""
    flow, clock, _ = flow_of(None, known=known)
    for tone in TONES:
        for task in flow.get("acme").tasks:
            if task.name in ("thank_you", "thank_referrer") and (known or task.name == "thank_you"):
                yield f"{task.title}, {tone or 'plain'}", flow.letter(task.number, tone=tone or "plain")
    flow.done(*(task.number for task in flow.get("acme").tasks if task.status == "open"))
    clock.advance(timedelta(days=9))
    flow.tick()
    check = next(task for task in flow.get("acme").tasks if task.name == "status_check")
    assert check.kind == "call"
    for tone in TONES:
        yield f"{check.title} by telephone, {tone or 'plain'}", flow.letter(check.number, tone=tone or "plain")
        for name in ("status-check", *LATER):
            yield f"{name}, {tone or 'plain'}", flow.letter_for("acme", name, tone=tone or "plain")
    flow, clock, _ = flow_of("from-application", known=known)
    flow.log("acme", "applied")
    flow.log("acme", "interview_scheduled", facts={"interview_at": "2026-03-20 14:00"} if known else {})
    for name in ASKED:
        yield name, flow.letter_for("acme", name)


def shown(*, known: bool) -> str:
    return "\n".join(f"=== {name}\n{one.subject}\n\n{one.text.rstrip()}\n" for name, one in written(known=known))


def test_what_each_letter_says_word_by_word():
    """Changed on purpose? JOBFLOW_UPDATE_DOCS=1 writes it anew: read the difference."""
    told = f"{shown(known=True)}\n##### of somebody of whom nothing is known\n\n{shown(known=False)}"
    if os.environ.get("JOBFLOW_UPDATE_DOCS"):
        KEPT.write_text(told, encoding="utf-8")
    assert told == KEPT.read_text(encoding="utf-8")


def test_they_are_all_there_and_no_two_are_the_same():
    texts = [one.text for _, one in written(known=True)]
    # Of a withdrawal there is only the plain tone.
    assert len(texts) - len(set(texts)) == 2
    assert {*LATER, *ASKED, "status-check", "thank-you", "thank-referrer", "elsewhere"} == set(TEMPLATES)


def test_nothing_is_invented_of_somebody_of_whom_nothing_is_known():
    for name, one in written(known=False):
        assert blanks(f"{one.subject}\n{one.text}"), name
        for word in ("Grace", "Kim", "Rita", "SQL", "None", "{"):
            assert word not in one.text, name


def test_a_call_is_something_to_say():
    calls = [one.text for name, one in written(known=True) if "telephone" in name]
    letters = [one.text for name, one in written(known=True) if name.startswith("status-check")]
    assert all("If they ask why you: I have run a service" in text for text in calls)
    assert all("If they come back to Little Go: I have written two services in it." in text for text in calls)
    assert not any(text.startswith("Dear") for text in calls)
    assert all(text.startswith("Dear") for text in letters)
