"""What a letter may name: the application, the person, what the debrief found, a blank for what is not known."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from jobflow.core.application import ApplicationState, Contact, TaskState
from jobflow.core.calendar import local_date
from jobflow.core.context import Context
from jobflow.core.long_dates import MONTHS, WEEKDAYS
from jobflow.core.messages import contact_name, fact_text
from jobflow.core.model import Workflow

_ARROW = re.compile(r"\s*(?:->|=>|→)\s*")
_LEAD = re.compile(
    r"(?i)^(?:(?:he|she|they|we) )?(?:asked (?:me )?about|talked about|spoke about|mentioned|cares about) "
)


class Blank(str):
    """What is not known, as a mark for the user to fill in. In a condition it counts as nothing."""

    __slots__ = ()

    def __bool__(self) -> bool:
        """Never."""
        return False


def blank(words: str) -> Blank:
    """`[your name]` and the like."""
    return Blank(f"[{words}]")


class Facts(dict[str, object]):
    """Facts by name; one that is not known is a blank, whether the workflow has it or not."""

    def __missing__(self, name: str) -> Blank:
        """A blank of that name."""
        return blank(str(name).replace("_", " "))


def split_concern(text: str) -> tuple[str, str | None]:
    """A concern and the answer to it, parted by an arrow: `Little Go -> I have written two services in it`."""
    parts = _ARROW.split(text, maxsplit=1)
    answer = parts[1].strip() if len(parts) > 1 else ""
    return parts[0].strip() or text.strip(), answer or None


def long_day(day: date, this_year: int) -> str:
    """`Friday, 20 March`; with the year where it is another one."""
    year = "" if day.year == this_year else f" {day.year}"
    return f"{WEEKDAYS[day.weekday()].title()}, {day.day} {MONTHS[day.month - 1]}{year}"


def letter_values(
    workflow: Workflow, app: ApplicationState, task: TaskState | None, context: Context, sender: str | None
) -> Mapping[str, object]:
    """All that a letter of this task may name, as plain data. `task` None: a letter that no task asks for.

    Which strength a letter names, and how it begins, goes by the person's place in the round: no two are the same.
    """
    zone = context.zone_of(app)
    year = local_date(context.now, zone).year
    known = Facts({name: _fact(app, name, zone, year) for name in workflow.facts if name in app.facts})
    person = person_for(app, task)
    contact = contact_name(app, task) if task is not None else None
    contact = contact or (person.name if person is not None else None)
    place = _place(app, task)
    strengths = _texts(app, "strengths")
    notes = [_LEAD.sub("", note) for note in person.notes] if person is not None else []
    named = {name: known[name] for name in workflow.facts}
    return {
        **named,
        "company": app.company,
        "role": app.role or "the job",
        "position": f"the position of {app.role}" if app.role else "the position",
        "state": app.state,
        "kind": _kind(workflow, task),
        "contact": contact or blank("name"),
        "greeted": contact.removeprefix("the ") if contact else blank("name"),
        "roles": list(person.roles) if person is not None else [],
        "notes": notes,
        "place": place,
        "namesake": _namesake(app, task, contact),
        "others": _others(app, person.id if person is not None else None),
        "me": sender or blank("your name"),
        "interview_day": _interview_day(app, zone, year),
        "interview_time": known["interview_at"],
        "strengths": strengths[place % len(strengths) :] + strengths[: place % len(strengths)] if strengths else [],
        "concerns": _concerns(app),
        "fell_short": _texts(app, "fell_short"),
        "referrers": [contact.name for contact in app.contacts if "referrer" in contact.roles],
        "answer_by": _answer_by(app, zone, year),
        "facts": known,
    }


def person_for(app: ApplicationState, task: TaskState | None) -> Contact | None:
    """Whom it is for; if the task doesn't say, the one who decides, or whom alone one met: where there is only one."""
    if task is not None and (task.contact or task.otherwise):
        return app.contact(task.contact) if task.contact else None
    for role in ("decision_maker", "interviewer"):
        found = app.round_contacts((role,))
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _kind(workflow: Workflow, task: TaskState | None) -> str:
    """Of the task, as the workflow has it now: what is spoken reads otherwise than what is written."""
    rule = workflow.tasks.get(task.name) if task is not None else None
    return rule.kind if rule is not None else "letter"


def _texts(app: ApplicationState, name: str) -> list[str]:
    """The items of a list that is kept by round: of this round, else of the last that has any."""
    rounds: Sequence[Mapping[str, Any]] = [
        app.facts,
        *(app.past_facts[r] for r in sorted(app.past_facts, key=int, reverse=True)),
    ]
    for facts in rounds:
        found = facts.get(name)
        if isinstance(found, list | tuple):
            return [str(item) for item in found]
    return []


def _concerns(app: ApplicationState) -> list[Mapping[str, object]]:
    pairs = [split_concern(text) for text in _texts(app, "concerns")]
    return [{"text": text, "answer": answer or blank(f"your answer to: {text}")} for text, answer in pairs]


def _place(app: ApplicationState, task: TaskState | None) -> int:
    """Which of the letters of this task and round it is, from 0."""
    if task is None:
        return 0
    numbers = [other.id for other in app.tasks if other.name == task.name and other.round == task.round]
    return numbers.index(task.id) if task.id in numbers else 0


def _namesake(app: ApplicationState, task: TaskState | None, contact: str | None) -> int:
    """Which of those of the same name whom this task is for it is, from 1; 0 where there is no other."""
    if task is None or contact is None:
        return 0
    letters = [other for other in app.tasks if other.name == task.name and other.round == task.round]
    name = contact.casefold()
    same = [other.id for other in letters if (contact_name(app, other) or "").casefold() == name]
    return same.index(task.id) + 1 if len(same) > 1 else 0


def _others(app: ApplicationState, person: str | None) -> list[str]:
    """Whom else one met in this round."""
    met = ("interviewer", "decision_maker")
    return [c.name for c in app.round_contacts(met) if c.id != person]


def _interview_day(app: ApplicationState, zone: ZoneInfo, year: int) -> str:
    if app.round == 0:
        return blank("day of the interview")
    return long_day(local_date(app.round_at, zone), year)


def _answer_by(app: ApplicationState, zone: ZoneInfo, year: int) -> str:
    """The day by which the user means to have decided: when that task is due."""
    due = next((t.due_at for t in app.tasks if t.name == "decide" and not t.settled and t.due_at is not None), None)
    return blank("day") if due is None else long_day(local_date(due, zone), year)


def _fact(app: ApplicationState, name: str, zone: ZoneInfo, year: int) -> object:
    """A fact as it stands in a sentence; of a list its items."""
    value = app.facts[name]
    if isinstance(value, list | tuple):
        return [str(item) for item in value]
    if isinstance(value, str):
        return _day_or_text(value, zone, year)
    return fact_text(value)


def _day_or_text(value: str, zone: ZoneInfo, year: int) -> str:
    try:
        if len(value) == len("2026-03-20"):
            return long_day(date.fromisoformat(value), year)
        if value[10:11] == "T":
            local = datetime.fromisoformat(value).astimezone(zone)
            return f"{long_day(local.date(), year)}, {local:%H:%M}"
    except ValueError:
        pass
    return value
