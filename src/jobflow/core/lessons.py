"""What interviews taught: what was noted after each, gathered over all of them. Pure; texts are the user's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from jobflow.core.letter_values import split_concern
from jobflow.core.views import rfc3339

KINDS = ("went_well", "fell_short", "strengths", "concerns", "questions", "do_differently")
"""The facts of a debrief that lessons are drawn from, those of `after-interview`."""
_BAD = ("fell_short", "concerns", "do_differently")
_GOOD = ("went_well", "strengths")
_LITTLE = frozenset(
    "a an and as at be been but by did do for from had has have i in is it me my not of on or our so than that the "
    "their them they this to too up was we were with you your".split()
)
"""Words that do not tell one topic from another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interview:
    """One interview and what was noted about it. `notes`: texts by the name of the fact; `at`: aware UTC."""

    application: str
    company: str
    round: int
    at: datetime
    zone: ZoneInfo
    notes: Mapping[str, tuple[str, ...]]

    def to_json(self) -> dict[str, Any]:
        """Which one it was."""
        return {
            "application": self.application,
            "company": self.company,
            "round": self.round,
            "at": rfc3339(self.at, self.zone),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """One topic: the last words for it, the interviews after which it was noted, and the last answer to a concern."""

    kind: str
    text: str
    answer: str | None
    interviews: tuple[Interview, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "kind": self.kind,
            "text": self.text,
            "answer": self.answer,
            "times": len(self.interviews),
            "interviews": [interview.to_json() for interview in self.interviews],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """What recurs, what got better, and what was noted once. `interviews`: how many there were; `noted`: with notes.

    `better`: what once fell short, was a concern or to be done differently, and was noted as going well after a later
    interview, or was not noted again after two later ones.
    """

    interviews: int
    noted: int
    recurs: tuple[Lesson, ...]
    better: tuple[Lesson, ...]
    once: tuple[Lesson, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "interviews": self.interviews,
            "noted": self.noted,
            "recurs": [lesson.to_json() for lesson in self.recurs],
            "better": [lesson.to_json() for lesson in self.better],
            "once": [lesson.to_json() for lesson in self.once],
        }

    def of(self, *kinds: str) -> tuple[Lesson, ...]:
        """All of these kinds, what recurs first."""
        return tuple(lesson for lesson in (*self.recurs, *self.once) if lesson.kind in kinds)


def topic(text: str) -> frozenset[str]:
    """What two notes are compared by: their words, in any order, without the little ones and endings of plurals."""
    words = re.findall(r"[^\W_]+", text.casefold())
    telling = [word for word in words if word not in _LITTLE] or words
    return frozenset(word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
                     for word in telling)  # fmt: skip


def draw_lessons(interviews: Iterable[Interview]) -> Lessons:
    """Gather what was noted. The order in which interviews are given does not matter."""
    ordered = sorted(interviews, key=lambda one: (one.at, one.application, one.round))
    noted = [one for one in ordered if any(one.notes.get(kind) for kind in KINDS)]
    found = [lesson for kind in KINDS for lesson in _of_kind(kind, noted)]
    better = tuple(lesson for lesson in found if lesson.kind in _BAD and _got_better(lesson, noted))
    recurs = sorted((one for one in found if len(one.interviews) > 1), key=lambda one: -len(one.interviews))
    return Lessons(
        interviews=len(ordered),
        noted=len(noted),
        recurs=tuple(recurs),
        better=better,
        once=tuple(one for one in found if len(one.interviews) == 1),
    )


def _of_kind(kind: str, noted: Sequence[Interview]) -> list[Lesson]:
    texts: dict[frozenset[str], tuple[str, str | None]] = {}
    seen: dict[frozenset[str], list[Interview]] = {}
    for interview in noted:
        for note in interview.notes.get(kind, ()):
            text, answer = split_concern(note) if kind == "concerns" else (note, None)
            key = topic(text)
            texts[key] = (text, answer or (texts[key][1] if key in texts else None))
            if interview not in seen.setdefault(key, []):
                seen[key].append(interview)
    return [
        Lesson(kind=kind, text=text, answer=answer, interviews=tuple(seen[key]))
        for key, (text, answer) in texts.items()
    ]


def _got_better(lesson: Lesson, noted: Sequence[Interview]) -> bool:
    key, last = topic(lesson.text), lesson.interviews[-1]
    later = noted[noted.index(last) + 1 :]
    praised = any(topic(text) == key for one in later for kind in _GOOD for text in one.notes.get(kind, ()))
    return praised or (lesson.kind == "fell_short" and len(later) > 1)
