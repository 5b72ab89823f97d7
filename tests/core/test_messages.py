"""Messages that wait: several as one, and what is still to be said once the user has spoken."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobflow import Jobflow, Settings
from jobflow.core.application import ApplicationState
from jobflow.core.conditions import holds
from jobflow.core.digest import digest, html_of, subject_of
from jobflow.core.messages import outlives
from jobflow.core.model import Registered
from jobflow.core.records import OutboxMessage

NOW = datetime(2026, 3, 10, 18, 0, tzinfo=UTC)


def message(**changes: Any) -> OutboxMessage:
    """One to the user; `changes` are its other fields."""
    fields: dict[str, Any] = {
        "id": "m",
        "key": "k",
        "seq": 1,
        "channel": "console",
        "kind": "opened",
        "application": "a",
    }
    fields |= {"slug": "acme", "company": "Acme", "task": 3, "task_id": "t", "subject": "Acme: Call", "text": "Now."}
    fields |= {"timezone": "UTC", "created_at": NOW, "not_before": NOW}
    return OutboxMessage(**(fields | changes))


def test_each_kind_stands_under_its_heading_the_most_pressing_first() -> None:
    messages = [
        message(kind="moved", task=None, subject="Acme: Closed", text="After six weeks."),
        message(kind="overdue", task=12, subject="Acme: Thank Ann", text=""),
        message(),
    ]
    assert digest(messages).splitlines() == [
        "Overdue",
        "   12  Acme: Thank Ann",
        "New",
        "    3  Acme: Call",
        "       Now.",
        "Moved",
        "    ·  Acme: Closed",
        "       After six weeks.",
    ]
    assert subject_of(messages) == "Acme: Thank Ann (and 2 more)"
    assert subject_of(messages[:1]) == "Acme: Closed"


def test_a_company_is_not_named_twice() -> None:
    assert "    3  Ask Acme where they stand" in digest([message(subject="Acme: Ask Acme where they stand")])


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.words = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.words += data


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1))
def test_no_text_becomes_markup(text: str) -> None:
    parser = _Words()
    parser.feed(html_of([message(subject=f"Globex {text}", text=f"<b>{text}</b>")]))
    parser.close()
    assert parser.tags == {"h3", "ul", "li", "br"}
    assert text in parser.words


# -- what outlives a word of the user ----------------------------------------------------------------------------------


def the_application(*, tasks: bool = True) -> tuple[Jobflow, ApplicationState]:
    flow = Jobflow.open(":memory:", settings=Settings(timezone="UTC"))
    flow.add("Acme")
    (state,) = flow.store.applications(final=False)
    return flow, state if tasks else replace(state, tasks=())


def test_a_letter_that_may_have_left_stays_to_be_asked_about() -> None:
    _, state = the_application(tasks=False)
    letter = message(kind="letter", recipient="ann@example.org")
    assert outlives(replace(letter, status="claimed"), state, {"event_logged"})
    assert not outlives(replace(letter, status="pending"), state, set())


def test_a_step_still_runs_unless_its_application_is_gone() -> None:
    _, state = the_application()
    step = message(kind="step", task=None, task_id=None)
    assert outlives(step, state, {"event_logged", "moved"})
    assert not outlives(step, None, set())


def test_news_from_outside_silences_what_was_to_be_said() -> None:
    _, state = the_application()
    opened = message(task_id=state.tasks[0].id)
    assert outlives(opened, state, {"fact_set"})
    assert not outlives(opened, state, {"event_logged"})


@pytest.mark.parametrize("answer", [1, "yes", None, False])
def test_a_registered_condition_holds_only_where_it_says_true(answer: Any) -> None:
    flow, state = the_application()
    workflow = flow.workflow_of("acme")
    asked = Registered("odd", {"x": 1})
    assert not holds(asked, workflow, state, {"odd": lambda _facts, _arguments: answer})
    assert holds(asked, workflow, state, {"odd": lambda _facts, _arguments: True})
    assert not holds(asked, workflow, state, {})


def test_a_registered_condition_that_raises_does_not_hold() -> None:
    flow, state = the_application()

    def broken(_facts: object, _arguments: object) -> bool:
        raise RuntimeError("a stranger's fault")

    assert not holds(Registered("odd", {}), flow.workflow_of("acme"), state, {"odd": broken})
