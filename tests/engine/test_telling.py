"""`explain`: why nothing was sent today, what became of what was said, what a limit withholds, where a rule stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import jobflow
from jobflow import Explanation, Jobflow, NewContact, Settings
from jobflow.testing import ManualClock

TUESDAY = datetime(2026, 3, 10, 14, 0, tzinfo=UTC)
ADA = NewContact(role="interviewer", name="Ada")
Open = Callable[..., Jobflow]


class Paper:
    """A channel that sometimes has no paper."""

    name = "paper"
    broken = False

    def send(self, message: jobflow.Message) -> jobflow.Outcome:
        return jobflow.Retry("no paper") if Paper.broken else jobflow.Sent()


class Plugin:
    @jobflow.hookimpl
    def jobflow_channels(self) -> list[object]:
        return [Paper]


@pytest.fixture
def clock() -> ManualClock:
    Paper.broken = False
    return ManualClock(TUESDAY)


@pytest.fixture
def opened(tmp_path: Path, clock: ManualClock) -> Open:
    def call(**settings: object) -> Jobflow:
        chosen = Settings(**{"timezone": "UTC", "channels": {"paper": {}}, **settings})  # type: ignore[arg-type]
        return Jobflow.open(tmp_path, clock=clock, settings=chosen, plugins=(Plugin(),))

    return call


def told(explanation: Explanation) -> list[tuple[str, str, str]]:
    return [(message.kind, message.name, message.status) for message in explanation.messages]


def test_before_anything_is_due_it_says_what_comes_next(opened: Open) -> None:
    flow = opened()
    flow.add("Acme", contacts=(ADA,))
    assert flow.explain("acme").silence == "nothing new came due; next is thank_you (due), Wed 11 Mar, 18:00"


def test_what_left_today_is_listed_and_no_silence_is_explained(opened: Open, clock: ManualClock) -> None:
    flow = opened()
    flow.add("Acme")
    clock.set(datetime(2026, 3, 11, 9, 0, tzinfo=UTC))
    flow.tick()
    explanation = flow.explain("acme")
    assert ("due", "debrief", "sent") in told(explanation)
    assert explanation.silence is None
    clock.advance(timedelta(days=1))
    assert told(flow.explain("acme")) == [], "that was yesterday"


def test_without_a_tick_it_points_to_the_schedule(opened: Open, clock: ManualClock) -> None:
    flow = opened()
    flow.add("Acme")
    clock.set(datetime(2026, 3, 11, 12, 0, tzinfo=UTC))
    silence = flow.explain("acme").silence
    assert silence is not None
    assert silence.startswith("something has been due since Wed 11 Mar, 09:00, and no tick came")


def test_without_a_channel_it_says_so(opened: Open) -> None:
    flow = opened(channels={})
    flow.add("Acme")
    assert "no channel is set up" in (flow.explain("acme").silence or "")


def test_quiet_hours_and_failures_are_told(opened: Open, clock: ManualClock) -> None:
    flow = opened(quiet_start=8 * 60, quiet_end=20 * 60)
    flow.add("Acme")
    clock.set(datetime(2026, 3, 11, 9, 0, tzinfo=UTC))
    flow.tick()
    explanation = flow.explain("acme")
    assert {message.why for message in explanation.messages} == {"waits until Wed 11 Mar, 20:00: quiet hours"}
    assert explanation.silence is not None
    assert explanation.silence.endswith("waits until Wed 11 Mar, 20:00: quiet hours")
    Paper.broken = True
    clock.set(datetime(2026, 3, 11, 20, 0, tzinfo=UTC))
    flow.tick()
    why = flow.explain("acme").messages[0].why
    assert why.startswith("tried once, and not delivered: no paper; again Wed 11 Mar, 20:0")
    while not any(message.status == "dead" for message in flow.explain("acme").messages):
        clock.advance(timedelta(hours=7))
        flow.tick()
        assert clock.now() < TUESDAY + timedelta(days=20)
    assert "given up after 8 attempts: no paper" in {message.why for message in flow.explain("acme").messages}


def test_when_nothing_will_come_any_more_it_says_so(opened: Open) -> None:
    flow = opened()
    flow.add("Acme")
    flow.log("acme", "withdrawn")
    assert flow.explain("acme").silence == "nothing is due any more, unless something happens"


def test_what_a_full_limit_withholds_is_told_with_what_used_it_up(opened: Open, clock: ManualClock) -> None:
    flow = opened()
    flow.add("Acme")
    for hours in (1, 2):
        clock.set(TUESDAY + timedelta(hours=hours))
        flow.log("acme", "contacted")
    clock.set(datetime(2026, 3, 30, 9, 0, tzinfo=UTC))
    flow.tick()
    rules = {rule.path: rule for rule in flow.explain("acme").rules}
    assert rules["limits/follow_up"].verdict == "full"
    withheld = rules["states/followed-up/tasks/last_email"]
    assert withheld.because == (
        "limit follow_up: at most 2, 2 so far, the last Tue 10 Mar, 16:00",
        "anew after reply or interviewed",
    )
    items = [item for item in flow.plan("acme", until=clock.now() + timedelta(days=60)) if item.what == "withheld"]
    assert [item.because for item in items] == [withheld.because] * len(items)


def test_a_spacing_that_puts_an_opening_off_is_told_with_its_days(opened: Open, clock: ManualClock) -> None:
    flow = opened()
    flow.add("Acme", state="awaiting")
    clock.set(datetime(2026, 3, 16, 9, 0, tzinfo=UTC))
    flow.log("acme", "contacted")
    (rule,) = (rule for rule in flow.explain("acme").rules if rule.path == "states/awaiting/tasks/status_check")
    assert rule.at == datetime(2026, 3, 23, 9, 0, tzinfo=UTC)
    assert "5 business days after the last contact (limit follow_up)" in rule.actual
    assert rule.because == ("not counted: Sat 21 Mar and Sun 22 Mar (weekend)",)


def test_the_parts_of_a_condition_are_told_each(opened: Open) -> None:
    flow = opened()
    flow.add("Acme", contacts=(ADA,))
    rule = flow.explain("acme").rules[1]
    assert rule.because == ("thank_you is settled: no", "thank_you is done: no")
    assert rule.actual == "not yet: thank_you of Ada is open; if nothing happens it will hold Wed 18 Mar, 18:00"
    assert rule.at == datetime(2026, 3, 18, 18, 0, tzinfo=UTC)


def test_a_rule_is_found_in_its_file_as_long_as_that_is_what_is_followed(opened: Open, tmp_path: Path) -> None:
    own = tmp_path / "workflows" / "mine.yaml"
    own.parent.mkdir(exist_ok=True)
    own.write_text("workflow: mine\nextends: after-interview\nversion: 1\ntasks:\n  debrief: {due: 2 days}\n")
    flow = opened(workflow="mine")
    flow.add("Acme")
    places = {rule.path: (rule.file, rule.line) for rule in flow.explain("acme").rules}
    assert places["tasks/debrief"] == (str(own), 5)
    assert places["tasks/thank_referrer"][0] == "after-interview"
    assert {item.line for item in flow.plan("acme") if item.rule == "tasks/debrief"} == {5}
    own.write_text(own.read_text().replace("2 days", "3 days"))
    assert {rule.line for rule in flow.explain("acme").rules} == {None}
    own.write_text("workflow: [")
    assert {rule.line for rule in flow.explain("acme").rules} == {None}
    assert {item.line for item in flow.plan("acme")} == {None}
