"""From the outbox to the channels: what each outcome leads to, for reminders and for letters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import jobflow
from jobflow import Failed, Jobflow, Message, Outcome, Refused, Retry, Sent, Settings, Unknown, UnknownName
from jobflow.core.records import OutboxMessage
from jobflow.testing import ManualClock

NOON = datetime(2026, 3, 11, 12, 0, tzinfo=UTC)
ONE = """
format: 1
workflow: one
version: 1
title: One
initial: open
roles: {interviewer: Someone}
events: {reply: {}}
states:
  open:
    title: Open
    tasks:
      look: {kind: todo, title: Look, opens: 1 hour}
      ask: {kind: todo, title: Ask, opens: 1 hour}
"""

Answer = Callable[[Message], object]


@dataclass
class Post:
    """A channel that answers as it is told, and keeps what it was given."""

    name: str = "post"
    letters: bool = False
    answers: list[object] = field(default_factory=list)
    given: list[Message] = field(default_factory=list)

    def send(self, message: Message) -> Outcome:
        self.given.append(message)
        answer = self.answers.pop(0) if self.answers else Sent()
        if isinstance(answer, BaseException):
            raise answer
        return answer  # type: ignore[return-value]


@dataclass
class Bench:
    """An engine in a home with one application whose two tasks have just opened."""

    flow: Jobflow
    clock: ManualClock
    post: Post

    def rows(self) -> list[OutboxMessage]:
        return self.flow.store.messages()

    def statuses(self) -> set[str]:
        return {row.status for row in self.rows()}

    def tick(self) -> jobflow.TickReport:
        return self.flow.tick()

    def letters(self, count: int) -> None:
        """Enqueue letters to somebody else, as a step or a task would."""
        entry = next(iter(self.flow.store.due(datetime.max.replace(tzinfo=UTC), 1)), None)
        state = next(iter(self.flow.store.applications(final=True)))
        assert entry is None or entry.state.id == state.id
        held = self.flow.store.entry(state.id)
        assert held is not None
        now = self.clock.now()
        rows = [
            OutboxMessage(
                id=f"letter-{number}",
                key=f"key-{number}",
                seq=1,
                channel="post",
                kind="letter",
                application=state.id,
                slug=state.slug,
                company=state.company,
                task=None,
                task_id=None,
                subject=f"Letter {number}",
                text="Dear Ada",
                timezone="UTC",
                created_at=now,
                not_before=now,
                recipient="ada@acme.example",
            )
            for number in range(count)
        ]
        with self.flow.store.writing() as writer:
            writer.commit(held, held.state, [], rows)


@pytest.fixture
def open_bench(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    (tmp_path / "workflows").mkdir()
    (tmp_path / "workflows" / "one.yaml").write_text(ONE)
    flows = []

    def make(*, letters: bool = False, quiet: tuple[int, int] = (0, 0)) -> Bench:
        post, clock = Post(letters=letters), ManualClock(NOON)

        class Plugin:
            @jobflow.hookimpl
            def jobflow_channels(self) -> list[Post]:
                return [post]

        settings = Settings(timezone="UTC", channels={"post": {}}, quiet_start=quiet[0], quiet_end=quiet[1])
        flow = Jobflow.open(tmp_path, clock=clock, settings=settings, plugins=[Plugin()])
        flows.append(flow)
        flow.add("Acme", workflow="one")
        if not letters:
            clock.advance(timedelta(hours=2))
        return Bench(flow, clock, post)

    yield make
    for flow in flows:
        flow.close()


def test_what_one_tick_has_to_say_is_one_message_with_its_parts(open_bench: Callable[..., Bench]) -> None:
    bench = open_bench()
    bench.tick()
    (message,) = bench.post.given
    assert [part.subject for part in message.parts] == ["Acme: Look", "Acme: Ask"]
    assert message.subject == "Acme: Look (and 1 more)"
    assert (message.application, message.tasks, message.recipient, message.kind) == ("acme", (1, 2), None, "opened")
    assert "Look" in message.text
    assert "<li>" in (message.html or "")
    assert bench.statuses() == {"sent"}


@pytest.mark.parametrize("answer", [Retry("busy"), OSError("no route"), SystemExit(1), Unknown("cut off")])
def test_a_reminder_that_did_not_leave_comes_again_with_the_same_key(
    open_bench: Callable[..., Bench], answer: object
) -> None:
    bench = open_bench()
    bench.post.answers = [answer]
    report = bench.tick()
    assert bench.statuses() == {"pending"}
    assert report.failures
    assert report.given_up == ()
    assert all(row.error and row.not_before > bench.clock.now() for row in bench.rows())
    assert bench.tick().messages == ()
    assert len(bench.post.given) == 1
    bench.clock.set(max(row.not_before for row in bench.rows()))
    bench.tick()
    assert bench.statuses() == {"sent"}
    assert bench.post.given[0].key == bench.post.given[1].key


def test_what_waits_for_the_morning_has_not_failed_to_leave(open_bench: Callable[..., Bench]) -> None:
    bench = open_bench(quiet=(0, 20 * 60))
    bench.tick()
    assert bench.statuses() == {"pending"}
    assert bench.flow.failing() == ()
    bench.clock.set(NOON.replace(hour=21))
    bench.post.answers = [Retry("busy")]
    bench.tick()
    assert [message.error for message in bench.flow.failing()] == ["busy", "busy"]


def test_eight_attempts_then_a_dead_letter(open_bench: Callable[..., Bench]) -> None:
    bench = open_bench()
    bench.post.answers = [Retry("busy")] * 99
    began, ticks = bench.clock.now(), 0
    while "pending" in bench.statuses() or not ticks:
        report, ticks = bench.tick(), ticks + 1
        waiting = [row.not_before for row in bench.rows() if row.status == "pending"]
        bench.clock.set(max(waiting, default=bench.clock.now()))
    assert len(bench.post.given) == ticks == 8
    assert timedelta(days=2) < bench.clock.now() - began < timedelta(days=3)
    assert report.given_up
    assert bench.statuses() == {"dead"}
    assert len(bench.flow.stuck()) == 2
    bench.clock.advance(timedelta(days=1))
    assert bench.tick().messages == ()


def test_what_left_together_comes_back_together_and_by_the_same_key(open_bench: Callable[..., Bench]) -> None:
    bench = open_bench()
    bench.post.answers = [Unknown("no answer")] * 5
    for _ in range(6):
        bench.tick()
        bench.clock.set(min((row.not_before for row in bench.rows()), default=bench.clock.now()))
    assert [len(message.parts) for message in bench.post.given] == [2] * 6
    assert len({message.key for message in bench.post.given}) == 1


def test_what_the_other_side_asks_for_is_waited_for(open_bench: Callable[..., Bench]) -> None:
    bench = open_bench()
    bench.post.answers = [Retry("busy", after=timedelta(hours=5))]
    bench.tick()
    assert {row.not_before for row in bench.rows()} == {bench.clock.now() + timedelta(hours=5)}


def test_a_failure_for_good_is_a_dead_letter_at_once(open_bench: Callable[..., Bench]) -> None:
    bench = open_bench()
    bench.post.answers = [Failed("no such address")]
    assert bench.tick().given_up
    assert {(row.status, row.error) for row in bench.rows()} == {("dead", "no such address")}


@pytest.mark.parametrize("answer", [None, "sent", True])
def test_an_answer_that_is_none_is_named(open_bench: Callable[..., Bench], answer: object) -> None:
    bench = open_bench()
    bench.post.answers = [answer]
    bench.tick()
    assert bench.statuses() == {"dead"}
    assert "Sent, Retry, Failed or Unknown" in (bench.rows()[0].error or "")


# -- letters -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [Unknown("cut off"), OSError("reset"), None])
def test_a_letter_of_which_nobody_knows_is_not_sent_again(open_bench: Callable[..., Bench], answer: object) -> None:
    bench = open_bench(letters=True)
    bench.letters(1)
    bench.post.answers = [answer]
    report = bench.tick()
    assert bench.statuses() == {"unknown"}
    assert report.given_up
    bench.clock.advance(timedelta(days=9))
    bench.tick()
    assert len(bench.post.given) == 1


def test_a_letter_that_surely_did_not_leave_is_tried_again(open_bench: Callable[..., Bench]) -> None:
    bench = open_bench(letters=True)
    bench.letters(1)
    bench.post.answers = [Retry("refused")]
    bench.tick()
    bench.clock.set(bench.rows()[0].not_before)
    bench.tick()
    assert bench.statuses() == {"sent"}


def test_one_bad_letter_delays_no_other(open_bench: Callable[..., Bench]) -> None:
    bench = open_bench(letters=True)
    bench.letters(5)
    bench.post.answers = [Retry("busy"), Sent(), Failed("no such address")]
    bench.tick()
    assert [row.status for row in bench.rows()] == ["pending", "sent", "dead", "sent", "sent"]


def test_a_channel_that_is_down_is_not_asked_for_every_letter(open_bench: Callable[..., Bench]) -> None:
    bench = open_bench(letters=True)
    bench.letters(9)
    bench.post.answers = [Retry("refused")] * 9
    bench.tick()
    assert len(bench.post.given) == 3


def test_a_letter_claimed_by_a_process_that_died_is_asked_about(open_bench: Callable[..., Bench]) -> None:
    bench = open_bench(letters=True)
    bench.letters(2)
    bench.post.answers = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        bench.tick()
    assert [row.status for row in bench.rows()] == ["claimed", "pending"]
    report = bench.tick()
    assert [row.status for row in bench.rows()] == ["unknown", "sent"]
    assert [message.subject for message in bench.post.given] == ["Letter 0", "Letter 1"]
    assert "nobody can say" in " ".join(report.given_up)


def test_news_silences_letters_that_wait_and_no_letter_that_may_have_left(open_bench: Callable[..., Bench]) -> None:
    bench = open_bench(letters=True)
    bench.letters(2)
    bench.post.answers = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        bench.tick()
    bench.flow.log("acme", "reply")
    assert [row.status for row in bench.rows()] == ["claimed", "dropped"]
    bench.flow.undo()
    assert [row.status for row in bench.rows()] == ["claimed", "pending"]


# -- the user's word ---------------------------------------------------------------------------------------------------


def test_the_user_says_that_it_left(open_bench: Callable[..., Bench]) -> None:
    bench = open_bench(letters=True)
    bench.letters(1)
    bench.post.answers = [Unknown("cut off")]
    bench.tick()
    assert bench.flow.mark_sent("letter-").status == "sent"
    bench.tick()
    assert len(bench.post.given) == 1
    assert bench.flow.stuck() == ()


def test_the_user_says_that_it_did_not_leave(open_bench: Callable[..., Bench]) -> None:
    bench = open_bench(letters=True)
    bench.letters(1)
    bench.post.answers = [Unknown("cut off")]
    bench.tick()
    row = bench.flow.retry_message("letter-0")
    assert (row.status, row.attempts) == ("pending", 0)
    bench.tick()
    assert bench.statuses() == {"sent"}


def test_a_dropped_one_is_not_sent(open_bench: Callable[..., Bench]) -> None:
    bench = open_bench(letters=True)
    bench.letters(1)
    assert [row.id for row in bench.flow.outbox()] == ["letter-0"]
    assert bench.flow.drop_message("letter-0").status == "dropped"
    bench.tick()
    assert bench.post.given == []
    assert bench.flow.outbox() == ()
    assert [row.id for row in bench.flow.outbox("dropped")] == ["letter-0"]


def test_words_that_make_no_sense_are_refused(open_bench: Callable[..., Bench]) -> None:
    bench = open_bench(letters=True)
    bench.letters(2)
    bench.tick()
    for word in (bench.flow.retry_message, bench.flow.drop_message):
        with pytest.raises(Refused, match="sent"):
            word("letter-0")
    with pytest.raises(Refused, match="any of 2"):
        bench.flow.mark_sent("letter")
    for name in ("nought", ""):
        with pytest.raises(UnknownName, match="message"):
            bench.flow.mark_sent(name)


def test_nobody_answers_for_a_message_while_a_tick_delivers_it(open_bench: Callable[..., Bench]) -> None:
    bench = open_bench(letters=True)
    bench.letters(1)
    with bench.flow.store.lease("tick"), pytest.raises(Refused, match="right now"):
        bench.flow.drop_message("letter-0")
    assert replace(bench.rows()[0], status="pending") == bench.rows()[0]
