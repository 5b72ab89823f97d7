"""Debrief, lessons and preparation as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from jobflow.core.debriefing import Debrief
from jobflow.core.lessons import Interview, Lesson, Lessons
from jobflow.engine.learning import Preparation
from jobflow.render.words import bold, dim, fact_words, full_words, moment_words, plural

_TITLES: Mapping[str, str] = {
    "went_well": "Went well",
    "fell_short": "Fell short",
    "strengths": "Strengths",
    "concerns": "Concerns",
    "questions": "They asked",
    "do_differently": "Do differently",
}


def debrief_lines(found: Debrief) -> Iterator[str]:
    """What is answered, and what is not."""
    yield bold(f"{found.company}, interview {found.round}")
    for question in found.questions:
        if question.value is not None:
            yield f"  {question.ask}"
            items = question.value if isinstance(question.value, list) else [fact_words(question.value)]
            yield from (f"    {item}" for item in items)
    if found.open:
        yield f"Not answered yet: {'; '.join(question.ask for question in found.open)}"
        yield f"To go on: jobflow debrief {found.application}"
    else:
        yield "All is answered. It goes into your letters, and into: jobflow lessons"


def lessons_lines(found: Lessons) -> Iterator[str]:
    """What recurs, what got better, the rest."""
    if not found.noted:
        yield f"{plural(found.interviews, 'interview')}, and no notes yet. After the next one: jobflow debrief APP"
        return
    yield dim(f"From {plural(found.noted, 'debrief')} of {plural(found.interviews, 'interview')}.")
    yield from _group("What recurs", found.recurs)
    yield from _group("What got better", found.better)
    yield from _group("Noted once", found.once)


def _group(title: str, lessons: Sequence[Lesson]) -> Iterator[str]:
    if not lessons:
        return
    yield bold(title)
    for lesson in lessons:
        times = f", {len(lesson.interviews)} times" if len(lesson.interviews) > 1 else ""
        yield f"  {_TITLES[lesson.kind]}: {lesson.text}{dim(f' ({_where(lesson.interviews)}{times})')}"
        if lesson.answer:
            yield f"      your answer: {lesson.answer}"


def _where(interviews: Iterable[Interview]) -> str:
    return ", ".join(dict.fromkeys(interview.company for interview in interviews))


def prepare_lines(found: Preparation, now: datetime) -> Iterator[str]:
    """One page to read the evening before."""
    app = found.application
    yield bold(f"{app.company}{f', {app.role}' if app.role else ''}")
    if found.interview_at is not None:
        at = datetime.fromisoformat(found.interview_at)
        yield f"  The interview is {moment_words(at, now, app.zone)}"
    if app.contacts:
        yield bold("The people")
    for contact in app.contacts:
        yield f"  {contact.name} ({', '.join(role.replace('_', ' ') for role in contact.roles)})"
        yield from (f"      {note}" for note in contact.notes)
    if found.before:
        yield bold("Your interviews there")
    for interview in found.before:
        yield f"  {full_words(interview.at, interview.zone)} (interview {interview.round})"
        for kind, texts in interview.notes.items():
            yield f"      {_TITLES[kind]}: {'; '.join(texts)}"
    if found.history:
        yield bold("What happened so far")
    for happening in found.history:
        note = f": {' '.join(happening.note.split())}" if happening.note else ""
        yield f"  {full_words(happening.at, happening.zone)}  {happening.what.replace('_', ' ')}{note}"
    yield from _lessons(found.lessons)


def _lessons(lessons: Lessons) -> Iterator[str]:
    """The user's own, from all interviews."""
    yield from _group("Do differently", lessons.of("do_differently", "fell_short"))
    yield from _group("Have an answer ready", lessons.of("concerns"))
    yield from _group("They may ask", lessons.of("questions"))
    yield from _group("Bring out", lessons.of("strengths", "went_well"))
    if not lessons.noted:
        yield "No notes on earlier interviews. After this one: jobflow debrief APP"
