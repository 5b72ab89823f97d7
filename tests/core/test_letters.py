"""What a letter is before it has a place: what was sent, what is left to fill in, how values read."""

from __future__ import annotations

from datetime import date

import pytest

from jobflow import Jobflow, Refused, Settings
from jobflow.core.letter_values import letter_values, long_day, split_concern
from jobflow.core.letters import LONGEST, Letter, as_html, blanks, sent_text


def test_what_was_sent_is_kept_as_it_was_but_for_the_ends_of_lines():
    assert sent_text("\r\n Dear Ada,\r\n\r\n\tthank you.\r\n") == "Dear Ada,\n\n\tthank you."
    assert len(sent_text("x" * LONGEST)) == LONGEST


@pytest.mark.parametrize(
    ("text", "reason"), [("x" * (LONGEST + 1), "has at most"), ("Dear \x1b[31mAda", "no control character")]
)
def test_what_no_letter_is_is_refused(text: str, reason: str):
    with pytest.raises(Refused, match=reason):
        sent_text(text)


def test_blanks_are_told_once_and_in_order():
    assert blanks("Dear [name], [your reason]. [name]") == ("[name]", "[your reason]")
    assert blanks("Dear Ada") == ()


def test_html_shows_a_letter_and_runs_nothing_of_it():
    shown = as_html(Letter("ada@acme.example", "<b>Hi</b>", "Dear <script>Ada</script>,\n\nfirst\nsecond\n"))
    assert "<p>Dear &lt;script&gt;Ada&lt;/script&gt;,</p>\n<p>first<br>\nsecond</p>" in shown
    assert "<title>&lt;b&gt;Hi&lt;/b&gt;</title>" in shown


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Little Go -> I learn it", ("Little Go", "I learn it")),
        ("Little Go → I learn it -> soon", ("Little Go", "I learn it -> soon")),
        ("Little Go =>", ("Little Go", None)),
        ("Little Go", ("Little Go", None)),
        ("->", ("->", None)),
    ],
)
def test_a_concern_and_its_answer_are_parted_by_the_first_arrow(text: str, parts: tuple[str, str | None]):
    assert split_concern(text) == parts


def test_a_day_has_its_year_where_it_is_another_one():
    assert long_day(date(2026, 3, 20), 2026) == "Friday, 20 March"
    assert long_day(date(2027, 3, 20), 2026) == "Saturday, 20 March 2027"


@pytest.mark.parametrize("text", ["Near home!", "2026-02-30", "2026-13T00", "at 10:00 T"])
def test_what_only_looks_like_a_date_stays_as_it_is(text: str):
    flow = Jobflow.open(settings=Settings(timezone="UTC"))
    flow.add("Acme", facts={"decline_reason": text}, confirmed=True)
    (state,) = flow.store.applications(final=False)
    values = letter_values(flow.workflow_of("acme"), state, None, flow.context_at(flow.now()), None)
    assert values["decline_reason"] == text
