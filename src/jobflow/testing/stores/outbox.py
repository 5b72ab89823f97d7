"""Messages: enqueued once, claimed, settled, dropped, revived."""

from __future__ import annotations

from datetime import datetime

import pytest

from jobflow.core.records import MessageStatus
from jobflow.ports import Store
from jobflow.testing.stores.given import (
    HOUR,
    START,
    add,
    enqueue,
    fact_set,
    message,
    say,
)


class Messages:
    """The outbox."""

    def test_they_are_read_back_equal_in_order_of_enqueuing(self, store: Store) -> None:
        entry = add(store)
        wanted = [
            message(entry, "z", task=3, task_id="t", due_at=START + HOUR, kind="due"),
            message(entry, "a", not_before=START - HOUR),
        ]
        say(store, entry, fact_set(), messages=wanted)
        assert store.messages() == wanted

    def test_they_are_found_by_application_and_by_status(self, store: Store) -> None:
        acme, beta = add(store, "acme"), add(store, "beta")
        enqueue(store, acme, "a")
        enqueue(store, beta, "b", status="dropped")
        assert [m.key for m in store.messages(application_id=acme.state.id)] == ["a"]
        assert [m.key for m in store.messages(status="dropped")] == ["b"]
        assert store.messages(application_id=acme.state.id, status="dropped") == []

    def test_a_key_is_enqueued_once(self, store: Store) -> None:
        entry = enqueue(store, add(store), "k", "k")
        with store.writing() as writer:
            writer.settle_messages([m.id for m in writer.claim_messages("console", START, 9)], "sent", START)
        enqueue(store, entry, "k", subject="another")
        assert [(m.key, m.status, m.subject) for m in store.messages()] == [("k", "sent", "Go over the interview")]

    def test_claimed_are_those_of_the_channel_whose_time_has_come(self, store: Store) -> None:
        entry = enqueue(store, add(store), "now")
        entry = enqueue(store, entry, "later", not_before=START + HOUR)
        entry = enqueue(store, entry, "elsewhere", channel="email")
        enqueue(store, entry, "gone", status="dropped")
        with store.writing() as writer:
            claimed = writer.claim_messages("console", START, 10)
        assert [(m.key, m.status) for m in claimed] == [("now", "pending")]
        assert [m.key for m in store.messages(status="claimed")] == ["now"]

    def test_no_more_are_claimed_than_the_limit_earliest_first(self, store: Store) -> None:
        entry = enqueue(store, add(store), "b", "a")
        enqueue(store, entry, "first", not_before=START - HOUR)
        with store.writing() as writer:
            assert [m.key for m in writer.claim_messages("console", START, 2)] == ["first", "b"]

    def test_what_a_dead_process_claimed_is_claimed_again(self, store: Store) -> None:
        enqueue(store, add(store), "k")
        for _ in range(2):
            with store.writing() as writer:
                assert [m.key for m in writer.claim_messages("console", START, 10)] == ["k"]

    @pytest.mark.parametrize(
        ("status", "settled_at"),
        [("sent", START + HOUR), ("dead", START + HOUR), ("unknown", START + HOUR), ("pending", None)],
    )
    def test_settling_counts_an_attempt_and_keeps_what_became_of_it(
        self, store: Store, status: MessageStatus, settled_at: datetime | None
    ) -> None:
        enqueue(store, add(store), "k")
        with store.writing() as writer:
            ids = [m.id for m in writer.claim_messages("console", START, 10)]
        with store.writing() as writer:
            writer.settle_messages(ids, status, START + HOUR)
        (kept,) = store.messages()
        assert (kept.status, kept.attempts, kept.settled_at) == (status, 1, settled_at)

    def test_a_settled_one_is_not_claimed_again_but_one_that_failed_is(self, store: Store) -> None:
        enqueue(store, add(store), "sent", "failed")
        with store.writing() as writer:
            writer.claim_messages("console", START, 10)
            writer.settle_messages(["id of sent"], "sent", START)
            writer.settle_messages(["id of failed"], "pending", START)
            assert [(m.key, m.attempts) for m in writer.claim_messages("console", START, 10)] == [("failed", 1)]

    def test_what_is_revived_can_be_claimed_and_settled(self, store: Store) -> None:
        enqueue(store, add(store), "k")
        with store.writing() as writer:
            writer.claim_messages("console", START, 9)
            writer.drop_messages(["id of k"], START)
            writer.revive_messages(["id of k", "unheard of"])
        with store.writing() as writer:
            assert [m.id for m in writer.claim_messages("console", START, 9)] == ["id of k"]
            writer.settle_messages(["id of k"], "sent", START)
        with store.writing() as writer:
            writer.revive_messages(["id of k"])
        assert [m.status for m in store.messages()] == ["sent"]

    def test_what_is_held_waits_for_its_hour(self, store: Store) -> None:
        enqueue(store, add(store), "k")
        with store.writing() as writer:
            writer.hold_messages(["id of k"], START + HOUR)
            assert writer.claim_messages("console", START, 9)
            writer.hold_messages(["id of k", "unheard of"], START + HOUR)
            assert writer.claim_messages("console", START, 9) == []
            assert [m.id for m in writer.claim_messages("console", START + HOUR, 9)] == ["id of k"]

    def test_what_no_channel_will_deliver_is_buried(self, store: Store) -> None:
        enqueue(store, add(store), "k")
        with store.writing() as writer:
            assert writer.bury_messages(["console", "other"], START) == 0
            assert writer.bury_messages(["other"], START) == 1
            assert writer.bury_messages([], START) == 0
        assert [(m.status, m.settled_at) for m in store.messages()] == [("dead", START)]
        assert (store.next_wakeup() or START + HOUR) > START

    def test_what_was_never_claimed_is_not_settled(self, store: Store) -> None:
        enqueue(store, add(store), "k")
        with store.writing() as writer:
            writer.settle_messages(["id of k", "unheard of"], "sent", START)
        assert [(m.status, m.attempts) for m in store.messages()] == [("pending", 0)]

    def test_dropping_takes_the_waiting_ones_that_are_named(self, store: Store) -> None:
        enqueue(store, add(store, "acme"), "a", "b")
        with store.writing() as writer:
            writer.drop_messages(["id of a", "unheard of"], START + HOUR)
            writer.drop_messages(["id of a"], START + 2 * HOUR)
        assert [(m.key, m.status, m.settled_at) for m in store.messages()] == [
            ("a", "dropped", START + HOUR),
            ("b", "pending", None),
        ]
        with store.writing() as writer:
            assert [m.key for m in writer.claim_messages("console", START, 10)] == ["b"]

    def test_what_was_sent_is_not_dropped(self, store: Store) -> None:
        enqueue(store, add(store), "k")
        with store.writing() as writer:
            writer.settle_messages([m.id for m in writer.claim_messages("console", START, 10)], "sent", START)
            writer.drop_messages(["id of k"], START)
        assert [m.status for m in store.messages()] == ["sent"]

    def test_what_a_dead_process_claimed_is_dropped_too(self, store: Store) -> None:
        enqueue(store, add(store), "k")
        with store.writing() as writer:
            writer.claim_messages("console", START, 10)
        with store.writing() as writer:
            writer.drop_messages(["id of k"], START)
            assert writer.claim_messages("console", START, 10) == []

    @pytest.mark.parametrize(("became", "status"), [("sent", "sent"), ("pending", "dropped"), ("dead", "dropped")])
    def test_one_dropped_while_it_was_being_delivered_is_sent_or_stays_dropped(
        self, store: Store, became: MessageStatus, status: str
    ) -> None:
        enqueue(store, add(store), "k")
        with store.writing() as writer:
            writer.claim_messages("console", START, 10)
            writer.drop_messages(["id of k"], START)
            writer.settle_messages(["id of k"], became, START)
        assert [m.status for m in store.messages()] == [status]

    def test_why_it_did_not_leave_and_when_it_is_tried_again_are_kept(self, store: Store) -> None:
        enqueue(store, add(store), "k")
        with store.writing() as writer:
            writer.claim_messages("console", START, 9)
            writer.settle_messages(["id of k"], "pending", START, error="no route", again=START + HOUR)
            assert writer.claim_messages("console", START, 9) == []
            (again,) = writer.claim_messages("console", START + HOUR, 9)
        assert (again.error, again.not_before, again.attempts) == ("no route", START + HOUR, 1)

    def test_what_waits_for_the_users_word_is_found_in_order(self, store: Store) -> None:
        entry = add(store)
        statuses: list[MessageStatus] = ["dead", "sent", "unknown", "pending", "dead"]
        rows = [message(entry, str(number), status=status) for number, status in enumerate(statuses)]
        say(store, entry, fact_set(), messages=rows)
        assert [m.key for m in store.stuck_messages(9)] == ["0", "2", "4"]
        assert [m.key for m in store.stuck_messages(2)] == ["0", "2"]

    @pytest.mark.parametrize("status", ["dead", "unknown", "dropped", "claimed", "pending"])
    def test_the_users_word_counts_whatever_the_status(self, store: Store, status: MessageStatus) -> None:
        entry = add(store)
        rows = [message(entry, "k", status=status, attempts=8, error="no route")]
        say(store, entry, fact_set(), messages=rows)
        with store.writing() as writer:
            writer.answer_message("id of k", "pending", START + HOUR)
            (kept,) = writer.messages()
            assert (kept.status, kept.attempts, kept.not_before) == ("pending", 0, START + HOUR)
            for word in ("sent", "dropped"):
                writer.answer_message("id of k", word, START + HOUR)
                (kept,) = writer.messages()
                assert (kept.status, kept.settled_at) == (word, START + HOUR)
