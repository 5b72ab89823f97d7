"""Two letters of one round are never the same, whoever they are for and whatever is known."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobflow import Jobflow, NewContact, Settings
from jobflow.testing import ManualClock

from .strategies import scaled

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
NAMES = ["Ada Byron", "ada byron", "Bob Ross", "Cleo Ray", "Dana Lee"]
ROLES = ["interviewer", "decision_maker"]
NOTES = [None, "asked about on-call", "mentioned Kubernetes"]
PEOPLE = st.lists(
    st.builds(NewContact, st.sampled_from(ROLES), st.sampled_from(NAMES), st.none(), st.sampled_from(NOTES)),
    min_size=2,
    max_size=6,
)
SAME_NAME = st.lists(
    st.builds(
        NewContact, st.sampled_from(ROLES), st.just("Kim Lee"), st.sampled_from(["a@a.example", "b@a.example"]),
        st.sampled_from(NOTES),
    ),
    min_size=2,
    max_size=6,
)  # fmt: skip
FACTS = st.fixed_dictionaries(
    {},
    optional={
        "strengths": st.lists(st.sampled_from(["SQL", "Go", "ran a team"]), min_size=1, max_size=3),
        "concerns": st.lists(st.sampled_from(["little Go -> I learned it", "no degree"]), min_size=1, max_size=2),
    },
)


@pytest.mark.parametrize("tone", [None, "warm", "formal"])
@given(PEOPLE | SAME_NAME, FACTS)
@settings(max_examples=scaled(15), deadline=None)
def test_two_letters_of_one_round_are_never_the_same(
    tone: str | None, people: list[NewContact], facts: dict[str, list[str]]
):
    settings_ = Settings(timezone="UTC", sender="Kim", tone=tone)
    with Jobflow.open(clock=ManualClock(NOON), settings=settings_) as flow:
        app = flow.add("Acme", role="Engineer", contacts=people, facts=facts)
        letters = [flow.letter(task.number) for task in app.tasks if task.name == "thank_you"]
        assert len({letter.text for letter in letters}) == len(letters)
        for letter in letters:
            assert "None" not in letter.text
            for concern in facts.get("concerns", ()):
                assert concern.split(" -> ")[0] in letter.text
