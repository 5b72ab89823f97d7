"""What interviews teach, against what a reader would say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from jobflow.core.lessons import KINDS, Interview, draw_lessons, topic
from jobflow.core.letter_values import split_concern

BEGIN = datetime(2026, 3, 10, 14, 0, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")


def interview(day: int, company: str = "Acme", **notes: tuple[str, ...]) -> Interview:
    at = BEGIN + timedelta(days=day)
    return Interview(application=company.lower(), company=company, round=day + 1, at=at, zone=LONDON, notes=notes)


def test_what_recurs_comes_first_with_the_last_words_for_it():
    lessons = draw_lessons(
        [
            interview(0, fell_short=("Slow start",), questions=("Why us?",)),
            interview(1, "Globex", fell_short=("a slow start!", "no questions of mine")),
            interview(2, "Initech", fell_short=("The slow starts",)),
        ]
    )
    assert [(one.text, len(one.interviews)) for one in lessons.recurs] == [("The slow starts", 3)]
    assert [one.text for one in lessons.once] == ["no questions of mine", "Why us?"]
    assert (lessons.interviews, lessons.noted) == (3, 3)


def test_a_concern_keeps_the_last_answer():
    lessons = draw_lessons(
        [
            interview(0, concerns=("little Go -> I am learning it",)),
            interview(1, concerns=("Little Go",)),
            interview(2, concerns=("little Go -> I have written two services",)),
        ]
    )
    (one,) = lessons.of("concerns")
    assert (one.text, one.answer) == ("little Go", "I have written two services")
    assert draw_lessons([interview(0, concerns=("a -> b",)), interview(1, concerns=("a",))]).recurs[0].answer == "b"


def test_what_got_better_was_praised_later_or_not_noted_again_after_two_interviews():
    praised = [interview(0, fell_short=("slow start",)), interview(1, went_well=("the start, slow",))]
    assert [one.text for one in draw_lessons(praised).better] == ["slow start"]
    gone = [interview(0, fell_short=("slow start",)), interview(1, strengths=("SQL",)), interview(2, strengths=("Go",))]
    assert [one.text for one in draw_lessons(gone).better] == ["slow start"]
    assert not draw_lessons(gone[:2]).better
    assert not draw_lessons([interview(0, do_differently=("draw first",)), *gone[1:]]).better
    again = [*gone[:2], interview(3, fell_short=("slow start",))]
    assert not draw_lessons(again).better


def test_interviews_without_notes_are_counted_and_teach_nothing():
    lessons = draw_lessons([interview(0), interview(1)])
    assert (lessons.interviews, lessons.noted, lessons.recurs, lessons.once) == (2, 0, (), ())


def test_little_words_alone_are_a_topic_of_their_own():
    assert topic("what it is") != topic("") != topic("who")
    assert topic("Classes") == topic("classe")
    assert topic("boss") == topic("Boss")


NOTES = st.lists(st.sampled_from(["slow start", "Slow Start", "SQL", "a -> b", "a", "?!"]), max_size=3).map(tuple)


@given(st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(KINDS, NOTES)), max_size=6), st.data())
def test_no_note_is_lost_and_the_order_does_not_matter(
    given_notes: list[dict[str, tuple[str, ...]]], data: st.DataObject
):
    interviews = [interview(day, "Acme", **notes) for day, notes in enumerate(given_notes)]
    lessons = draw_lessons(interviews)
    for one in interviews:
        for kind, texts in one.notes.items():
            for text in texts:
                key = topic(split_concern(text)[0] if kind == "concerns" else text)
                found = [lesson for lesson in (*lessons.recurs, *lessons.once) if lesson.kind == kind]
                assert sum(topic(lesson.text) == key and one in lesson.interviews for lesson in found) == 1
    assert draw_lessons(data.draw(st.permutations(interviews))) == lessons
