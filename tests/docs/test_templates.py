"""The page on templates names every template that ships, and every name that one may use."""

from __future__ import annotations

from datetime import UTC, datetime

from jobflow import Jobflow, Settings
from jobflow.core.letter_values import letter_values
from jobflow.rulebook.registry import TEMPLATES
from jobflow.testing import ManualClock
from tests.docs.pages import DOCS, rows, section

PAGE = (DOCS / "reference" / "templates.md").read_text(encoding="utf-8")


def test_every_template_that_ships_is_listed():
    assert sorted(rows(section(PAGE, "Those that ship"))) == sorted(TEMPLATES)


def test_every_name_that_a_letter_may_use_is_listed():
    clock = ManualClock(datetime(2026, 3, 10, 12, tzinfo=UTC))
    flow = Jobflow.open(clock=clock, settings=Settings(timezone="UTC"))
    flow.add("Acme")
    (state,) = flow.store.applications(final=False)
    rules = flow.workflow_of("acme")
    values = letter_values(rules, state, state.tasks[0], flow.context_at(clock.now()), None)
    lists_of_the_debrief = {"strengths", "concerns", "fell_short"}  # which letters have in a form of their own
    assert sorted(rows(section(PAGE, "The text"))) == sorted(set(values) - set(rules.facts) | lists_of_the_debrief)
