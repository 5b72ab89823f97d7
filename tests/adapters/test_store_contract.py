"""What every store owes, as `ports.py` says it. One suite; the fixture names the stores it is run over."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from jobflow.adapters.memory import MemoryStore
from jobflow.adapters.sqlite import SQLiteStore
from jobflow.core.application import encode
from jobflow.core.errors import Conflict, Refused, UnknownName
from jobflow.core.fold import replay
from jobflow.core.records import Event, MessageStatus
from jobflow.ports import Counters, Entry, Store
from tests.adapters.given import (
    HOUR,
    START,
    add,
    added,
    change,
    fact_set,
    id_of,
    message,
    new,
    retract,
    say,
    task_added,
)


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made: Store = MemoryStore() if request.param == "memory" else SQLiteStore(tmp_path / "jobflow.db")
    yield made
    made.close()


class Failure(Exception):
    """Something goes wrong in the middle of a write."""


def enqueue(store: Store, entry: Entry, *keys: str, **changes: object) -> Entry:
    return say(store, entry, fact_set(), messages=[message(entry, key, **changes) for key in keys], cause="tick")


def write_everything_and_fail(store: Store, entry: Entry) -> None:
    with store.writing() as writer:
        after, records = change(entry, task_added(7), fact_set(wakes_at=START + HOUR), command=9)
        writer.commit(entry, after, records, [message(entry, "k")])
        state, first = new(writer, [added(2, "beta")])
        writer.commit(None, state, first, ())
        writer.set_meta("last_tick", "x")
        writer.put_workflow("h", "w", 1, "{}")
        writer.add_tick(START)
        writer.put_holidays("US", None, 2026, {})
        writer.drop_messages([m.id for m in writer.messages()], START)
        writer.wake_all(START)
        raise Failure


class TestCommit:
    def test_what_was_committed_is_read_back_equal(self, store: Store) -> None:
        entry = add(store, tasks=[1, 2], wakes_at=START + HOUR)
        assert store.entry(entry.state.id) == entry

    def test_history_is_read_back_equal_and_in_order(self, store: Store) -> None:
        events = [added(1, "acme"), fact_set("note", "Zoë, 面接,\x00\x1f \U0001f44b")]
        state, records = new(store, events)
        with store.writing() as writer:
            writer.commit(None, state, records, ())
        assert store.history(state.id) == records

    def test_the_state_is_the_fold_of_the_history_byte_for_byte(self, store: Store) -> None:
        entry = say(store, add(store, tasks=[1]), fact_set(), Event("task_done", START, {"id": "task-1"}))
        stored = store.entry(entry.state.id)
        replayed = replay(store.history(entry.state.id))
        assert stored is not None
        assert replayed is not None
        assert encode(stored.state) == encode(replayed)

    def test_the_head_is_the_hash_of_the_last_record(self, store: Store) -> None:
        entry = say(store, add(store), fact_set(), fact_set("a", "b"))
        stored = store.entry(entry.state.id)
        assert stored is not None
        assert stored.head == store.history(entry.state.id)[-1].hash

    def test_a_caller_cannot_change_what_is_stored_through_what_it_holds(self, store: Store) -> None:
        entry = say(store, add(store), fact_set("a", "b"))
        entry.state.facts["a"] = "c"  # type: ignore[index]
        store.history(entry.state.id)[-1].data["value"] = "c"  # type: ignore[index]
        stored = store.entry(entry.state.id)
        assert stored is not None
        assert stored.state.facts == {"a": "b"}
        assert store.history(entry.state.id)[-1].data == {"name": "a", "value": "b"}

    def test_a_write_from_an_old_revision_is_a_conflict_and_changes_nothing(self, store: Store) -> None:
        old = add(store)
        current = say(store, old, fact_set())
        with pytest.raises(Conflict):
            say(store, old, fact_set("a", "b"), messages=[message(old, "k")])
        assert store.entry(old.state.id) == current
        assert len(store.history(old.state.id)) == 2
        assert store.messages() == []

    @pytest.mark.parametrize(("number", "slug"), [(1, "other"), (2, "acme")], ids=["number", "slug"])
    def test_adding_what_exists_already_is_a_conflict(self, store: Store, number: int, slug: str) -> None:
        add(store, "acme")
        state, records = new(store, [added(number, slug)])
        with pytest.raises(Conflict), store.writing() as writer:
            writer.commit(None, state, records, ())
        assert [item.slug for item in store.applications(final=True)] == ["acme"]

    def test_a_retracted_application_takes_no_more_writes(self, store: Store) -> None:
        entry = add(store)
        retract(store, entry, 1)
        with pytest.raises(Conflict):
            say(store, entry, fact_set())

    def test_a_block_that_raises_leaves_nothing(self, store: Store) -> None:
        entry = add(store, tasks=[1], wakes_at=START)
        enqueue(store, entry, "kept")
        before = store.counters(), store.next_wakeup(), store.messages()
        entry = store.entry(entry.state.id) or entry
        with pytest.raises(Failure):
            write_everything_and_fail(store, entry)
        assert (store.counters(), store.next_wakeup(), store.messages()) == before
        assert store.entry(entry.state.id) == entry
        assert store.application_of_task(7) is None
        assert store.entry(id_of(2)) is None
        assert store.slugs_like("beta") == frozenset()
        assert store.get_meta("last_tick") is None
        assert store.workflow("h") is None
        assert store.workflow_hash("w") is None
        assert store.ticks_after(0) == []
        assert store.holidays("US", None, 2026) is None
        assert store.verify() == []

    def test_a_write_sees_what_it_has_written(self, store: Store) -> None:
        with store.writing() as writer:
            state, records = new(writer, [added(1, "acme")])
            writer.commit(None, state, records, ())
            assert writer.resolve("acme") == state.id
            assert writer.counters().application == 2

    def test_a_page_is_committed_like_its_applications_one_by_one(self, store: Store) -> None:
        first, second = add(store, "acme", wakes_at=START), add(store, "beta", wakes_at=START)
        decisions = []
        for entry, task in ((first, 1), (second, 2)):
            after, records = change(entry, task_added(task), fact_set(wakes_at=START + 2 * HOUR), cause="tick")
            decisions.append((entry, after, records, [message(entry, f"k{task}")]))
        with store.writing() as writer:
            writer.commit_many(decisions)
        for entry, after, records, messages in decisions:
            assert store.entry(entry.state.id) == Entry(after, records[-1].hash)
            assert store.messages(application_id=entry.state.id) == messages
        assert store.application_of_task(2) == second.state.id
        assert store.counters().task == 3
        assert store.due(START + HOUR, 10) == []
        assert store.verify() == []

    def test_one_old_revision_in_a_page_makes_the_whole_page_a_conflict(self, store: Store) -> None:
        first, second = add(store, "acme"), add(store, "beta")
        say(store, second, fact_set())
        changes = [(entry, *change(entry, fact_set("a", "b"), cause="tick"), ()) for entry in (first, second)]
        with pytest.raises(Conflict), store.writing() as writer:
            writer.commit_many(changes)
        assert store.entry(first.state.id) == first

    def test_an_empty_page_is_fine(self, store: Store) -> None:
        with store.writing() as writer:
            writer.commit_many([])

    def test_a_decision_without_records_moves_only_the_wake_up(self, store: Store) -> None:
        entry = add(store, wakes_at=START + HOUR)
        with store.writing() as writer:
            writer.wake_all(START)
        with store.writing() as writer:
            writer.commit(entry, entry.state, (), ())
        assert store.due(START, 10) == []
        assert store.entry(entry.state.id) == entry
        assert store.verify() == []


class TestNames:
    def test_a_number_a_slug_and_a_unique_prefix_name_an_application(self, store: Store) -> None:
        entry = add(store, "acme")
        add(store, "beta")
        assert {store.resolve(name) for name in ("1", "acme", "ac", "Acme")} == {entry.state.id}

    def test_an_exact_slug_wins_over_a_prefix(self, store: Store) -> None:
        entry = add(store, "acme")
        add(store, "acme-2")
        assert store.resolve("acme") == entry.state.id

    def test_a_number_wins_over_a_slug(self, store: Store) -> None:
        first, second = add(store, "2"), add(store, "beta")
        assert store.resolve("2") == second.state.id
        assert store.resolve("1") == first.state.id

    def test_a_number_that_is_no_application_can_be_a_slug(self, store: Store) -> None:
        entry = add(store, "42-north")
        assert store.resolve("42") == entry.state.id

    def test_several_that_begin_so_are_refused_and_named(self, store: Store) -> None:
        add(store, "acme-labs")
        add(store, "acorn")
        with pytest.raises(Refused, match=r"acme-labs, acorn"):
            store.resolve("ac")

    def test_a_near_miss_is_suggested(self, store: Store) -> None:
        add(store, "acme")
        with pytest.raises(UnknownName, match="did you mean 'acme'"):
            store.resolve("acne")

    @pytest.mark.parametrize("name", ["", "nobody", "7", "0", "-1", "9" * 30, "007", "\udcff", "a\x00b", "%", "_"])
    def test_what_names_nothing_is_unknown(self, store: Store, name: str) -> None:
        add(store, "acme")
        with pytest.raises(UnknownName):
            store.resolve(name)

    def test_in_an_empty_store_the_refusal_says_how_to_begin(self, store: Store) -> None:
        with pytest.raises(UnknownName, match="jobflow add"):
            store.resolve("acme")

    def test_slugs_in_use_are_the_slug_itself_and_its_numbered_ones(self, store: Store) -> None:
        for slug in ("acme", "acme-2", "acme-10", "acme-labs", "acme-labs-3", "acmeco", "acme-"):
            add(store, slug)
        assert store.slugs_like("acme") == {"acme", "acme-2", "acme-10"}
        assert store.slugs_like("zeta") == frozenset()

    def test_applications_come_by_number_and_final_ones_when_asked(self, store: Store) -> None:
        for slug, final in (("c", False), ("b", True), ("a", False)):
            add(store, slug, final=final)
        assert [item.slug for item in store.applications(final=False)] == ["c", "a"]
        assert [item.slug for item in store.applications(final=True)] == ["c", "b", "a"]

    def test_applications_come_all_however_many(self, store: Store) -> None:
        with store.writing() as writer:
            for number in range(1, 1203):
                state, records = new(writer, [added(number, f"s{number}")])
                writer.commit(None, state, records, ())
        assert [item.number for item in store.applications(final=False)] == list(range(1, 1203))

    def test_a_write_while_applications_are_being_listed_is_fine(self, store: Store) -> None:
        add(store, "acme")
        for item in store.applications(final=True):
            entry = store.entry(item.id)
            assert entry is not None
            say(store, entry, fact_set())
        assert len(store.history(id_of(1))) == 2

    def test_nothing_is_there_under_an_unknown_id(self, store: Store) -> None:
        assert store.entry("x") is None
        assert store.history("x") == []
        assert store.messages(application_id="x") == []
        assert store.applications_of_command(1) == []


class TestTasks:
    def test_a_task_leads_to_its_application(self, store: Store) -> None:
        add(store, "acme", tasks=[1, 2])
        beta = say(store, add(store, "beta", tasks=[3]), task_added(4))
        assert {store.application_of_task(number) for number in (3, 4)} == {beta.state.id}

    @pytest.mark.parametrize("number", [0, -1, 99, 10**30])
    def test_an_unknown_task_leads_nowhere(self, store: Store, number: int) -> None:
        add(store, tasks=[1])
        assert store.application_of_task(number) is None

    def test_a_task_whose_opening_was_retracted_leads_nowhere_and_its_number_is_not_used_again(
        self, store: Store
    ) -> None:
        entry = say(store, add(store), task_added(5))
        retract(store, entry, 2)
        assert store.application_of_task(5) is None
        assert store.counters().task == 6


class TestCounters:
    def test_they_begin_at_one(self, store: Store) -> None:
        assert store.counters() == Counters(application=1, task=1, command=1)

    def test_they_move_past_every_number_that_was_written(self, store: Store) -> None:
        entry = add(store, tasks=[1, 9, 4], command=6)
        assert store.counters() == Counters(application=2, task=10, command=7)
        say(store, entry, task_added(12), cause="tick")
        assert store.counters() == Counters(application=2, task=13, command=7)

    def test_they_never_go_back(self, store: Store) -> None:
        retract(store, add(store, tasks=[3], command=5), 1)
        assert store.counters() == Counters(application=2, task=4, command=6)


class TestWakeUps:
    def test_due_are_those_at_or_before_now_earliest_first(self, store: Store) -> None:
        for slug, hours in (("c", 3), ("a", 1), ("b", 2), ("d", 4)):
            add(store, slug, wakes_at=START + hours * HOUR)
        add(store, "never")
        assert [entry.state.slug for entry in store.due(START + 3 * HOUR, 10)] == ["a", "b", "c"]

    def test_those_of_one_instant_come_by_number(self, store: Store) -> None:
        for slug in ("c", "a", "b"):
            add(store, slug, wakes_at=START)
        assert [entry.state.slug for entry in store.due(START, 10)] == ["c", "a", "b"]

    def test_no_more_than_the_limit(self, store: Store) -> None:
        for slug in ("c", "a", "b"):
            add(store, slug, wakes_at=START)
        assert [entry.state.slug for entry in store.due(START, 2)] == ["c", "a"]

    def test_a_due_entry_can_be_written_at_once(self, store: Store) -> None:
        add(store, wakes_at=START)
        (entry,) = store.due(START, 10)
        say(store, entry, fact_set(wakes_at=START + HOUR), cause="tick")
        assert store.due(START, 10) == []
        assert store.next_wakeup() == START + HOUR
        assert store.verify() == []

    def test_the_next_wake_up_is_the_earliest_of_applications(self, store: Store) -> None:
        assert store.next_wakeup() is None
        add(store, "late", wakes_at=START + 2 * HOUR)
        add(store, "soon", wakes_at=START + HOUR)
        assert store.next_wakeup() == START + HOUR

    def test_the_next_wake_up_is_a_messages_where_that_is_sooner(self, store: Store) -> None:
        entry = enqueue(store, add(store, wakes_at=START + 5 * HOUR), "k", not_before=START + HOUR)
        assert store.next_wakeup() == START + HOUR
        with store.writing() as writer:
            writer.claim_messages("console", START + HOUR, 10)
        assert store.next_wakeup() == START + HOUR, "who claimed it may have died"
        with store.writing() as writer:
            writer.settle_messages(["id of k"], "sent", START + HOUR)
        assert store.next_wakeup() == entry.state.next_wakeup_at

    def test_wake_all_makes_every_application_due_that_is_not_final(self, store: Store) -> None:
        add(store, "later", wakes_at=START + HOUR)
        add(store, "never")
        add(store, "earlier", wakes_at=START - HOUR)
        add(store, "closed", final=True)
        retract(store, add(store, "undone"), 1)
        with store.writing() as writer:
            writer.wake_all(START)
        assert [entry.state.slug for entry in store.due(START, 10)] == ["earlier", "later", "never"]
        assert store.verify() == []


class TestCommands:
    def test_the_last_command_is_the_highest_number_that_the_user_said(self, store: Store) -> None:
        assert store.last_command() is None
        entry = add(store, "acme")
        say(store, say(store, entry, fact_set()), fact_set("a", "b"), cause="tick")
        assert store.last_command() == 2

    def test_a_retracted_command_gives_way_to_the_one_before_it(self, store: Store) -> None:
        entry = say(store, say(store, add(store), fact_set()), fact_set("a", "b"))
        undone = retract(store, entry, 3)
        assert store.last_command() == 2
        assert undone is not None
        again = retract(store, undone, 2)
        assert store.last_command() == 1
        assert again is not None
        retract(store, again, 1)
        assert store.last_command() is None

    def test_what_is_said_after_an_undo_is_the_last_command_again(self, store: Store) -> None:
        undone = retract(store, say(store, add(store), fact_set()), 2)
        assert undone is not None
        say(store, undone, fact_set("a", "b"))
        assert store.last_command() == 3
        assert store.verify() == []

    def test_a_command_over_several_applications_is_retracted_when_all_its_batches_are(self, store: Store) -> None:
        entries = [add(store, slug) for slug in ("acme", "beta")]
        first, second = [say(store, entry, fact_set(), command=7) for entry in entries]
        assert store.applications_of_command(7) == [first.state.id, second.state.id]
        retract(store, first, 2)
        assert store.last_command() == 7
        assert store.applications_of_command(7) == [second.state.id], "it is not taken back twice"
        retract(store, second, 2)
        assert store.last_command() == 2

    def test_two_batches_of_one_command_in_one_application_name_it_once(self, store: Store) -> None:
        entry = say(store, say(store, add(store), fact_set(), command=5), fact_set("a", "b"), command=5)
        assert store.applications_of_command(5) == [entry.state.id]
        retract(store, entry, 3)
        assert store.last_command() == 5


class TestRetractedAdd:
    def test_it_is_gone_from_everything_but_its_number_and_history(self, store: Store) -> None:
        entry = add(store, "acme", tasks=[1], wakes_at=START)
        assert retract(store, entry, 1) is None
        assert store.entry(entry.state.id) is None
        assert list(store.applications(final=True)) == []
        assert store.due(START, 10) == []
        assert store.next_wakeup() is None
        assert store.application_of_task(1) is None
        assert store.slugs_like("acme") == frozenset()
        with pytest.raises(UnknownName):
            store.resolve("acme")
        assert store.resolve("1") == entry.state.id
        assert [record.type for record in store.history(entry.state.id)] == ["added", "task_added", "retracted"]
        assert store.verify() == []

    def test_its_slug_is_free_again(self, store: Store) -> None:
        retract(store, add(store, "acme"), 1)
        second = add(store, "acme")
        assert store.resolve("acme") == second.state.id
        assert second.state.number == 2


class TestMessages:
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


class TestSmallTables:
    def test_a_workflow_is_kept_by_its_hash_and_the_last_of_a_name_is_known(self, store: Store) -> None:
        with store.writing() as writer:
            writer.put_workflow("h1", "mine", 1, '{"a":1}')
            writer.put_workflow("h2", "mine", 2, '{"a":2}')
            writer.put_workflow("h3", "other", 1, "{}")
        assert (store.workflow("h1"), store.workflow("h2")) == ('{"a":1}', '{"a":2}')
        assert (store.workflow_hash("mine"), store.workflow_hash("other")) == ("h2", "h3")
        assert (store.workflow("h9"), store.workflow_hash("none")) == (None, None)

    def test_the_same_hash_twice_changes_nothing_but_which_is_last(self, store: Store) -> None:
        with store.writing() as writer:
            writer.put_workflow("h1", "mine", 1, "one")
            writer.put_workflow("h2", "mine", 2, "two")
            writer.put_workflow("h1", "mine", 1, "changed")
        assert store.workflow_hash("mine") == "h1"
        assert store.workflow("h1") == "one"

    def test_a_meta_value_is_set_replaced_and_removed(self, store: Store) -> None:
        for value in ("1", "2", None, None):
            with store.writing() as writer:
                writer.set_meta("last_tick", value)
            assert store.get_meta("last_tick") == value

    def test_ticks_are_those_that_ran_after_a_command_even_at_one_instant(self, store: Store) -> None:
        with store.writing() as writer:
            writer.add_tick(START)
        add(store)
        command = store.last_command()
        assert command is not None
        for hours in (3, 1, 0, 1):
            with store.writing() as writer:
                writer.add_tick(START + hours * HOUR)
        assert store.ticks_after(command) == [START + hours * HOUR for hours in (0, 1, 3)]
        assert store.ticks_after(command - 1) == [START, *store.ticks_after(command)]
        assert store.ticks_after(command + 1) == []
        assert all(tick.tzinfo == UTC for tick in store.ticks_after(command))

    def test_the_holidays_of_a_year_without_any_are_not_those_of_a_year_not_stored(self, store: Store) -> None:
        with store.writing() as writer:
            writer.put_holidays("US", None, 2026, {date(2026, 7, 3): "Independence Day (observed)"})
            writer.put_holidays("US", "CA", 2026, {date(2026, 3, 31): "Cesar Chavez Day"})
            writer.put_holidays("XX", None, 2026, {})
        assert store.holidays("US", None, 2026) == {date(2026, 7, 3): "Independence Day (observed)"}
        assert store.holidays("US", "CA", 2026) == {date(2026, 3, 31): "Cesar Chavez Day"}
        assert store.holidays("XX", None, 2026) == {}
        assert store.holidays("US", None, 2027) is None

    def test_holidays_stored_again_replace_those_before(self, store: Store) -> None:
        for name in ("Old", "New"):
            with store.writing() as writer:
                writer.put_holidays("US", None, 2026, {date(2026, 1, 1): name})
        assert store.holidays("US", None, 2026) == {date(2026, 1, 1): "New"}


class TestTakingTurns:
    def test_one_transaction_at_a_time_in_a_thread(self, store: Store) -> None:
        with store.writing(), pytest.raises(RuntimeError), store.writing():
            pass
        add(store)

    def test_writers_in_threads_take_turns_and_lose_nothing(self, store: Store) -> None:
        add(store)

        def count() -> None:
            for _ in range(20):
                with store.writing() as writer:
                    entry = writer.entry(id_of(1))
                    assert entry is not None
                    value = str(int(entry.state.facts.get("n", "0")) + 1)
                    after, records = change(entry, fact_set("n", value), command=writer.counters().command)
                    writer.commit(entry, after, records, ())

        in_threads(count, count, count)
        stored = store.entry(id_of(1))
        assert stored is not None
        assert stored.state.facts == {"n": "60"}
        assert store.verify() == []

    def test_a_lease_is_held_by_one_and_refused_at_once_to_others(self, store: Store) -> None:
        with store.lease("tick") as mine:
            seen: list[bool] = []

            def look() -> None:
                with store.lease("tick") as held:
                    seen.append(held)

            in_threads(look)
            with store.lease("tick") as again:
                assert (mine, seen, again) == (True, [False], False)

    def test_a_lease_that_was_refused_does_not_end_that_of_its_holder(self, store: Store) -> None:
        with store.lease("tick"):
            for _ in range(2):
                with store.lease("tick") as held:
                    assert not held

    def test_a_lease_ends_with_its_block_even_when_that_raises(self, store: Store) -> None:
        with pytest.raises(Failure), store.lease("tick"):
            raise Failure
        with store.lease("tick") as held:
            assert held

    def test_leases_of_other_names_are_apart(self, store: Store) -> None:
        with store.lease("tick") as tick, store.lease("backup") as backup:
            assert (tick, backup) == (True, True)

    def test_a_write_needs_no_lease(self, store: Store) -> None:
        with store.lease("tick"):
            in_threads(lambda: add(store))
        assert store.resolve("acme")


class TestVerify:
    def test_a_lived_in_store_is_sound(self, store: Store) -> None:
        entry = enqueue(store, add(store, "acme", tasks=[1]), "k")
        undone = retract(store, say(store, entry, task_added(2)), 4)
        assert undone is not None
        say(store, undone, task_added(3), cause="tick")
        retract(store, add(store, "beta"), 1)
        add(store, "gamma", final=True)
        assert store.verify() == []

    def test_a_state_that_is_not_the_fold_of_its_history_is_found(self, store: Store) -> None:
        entry = add(store)
        after, records = change(entry, fact_set(), cause="tick")
        with store.writing() as writer:
            writer.commit(entry, replace(after, company="Another"), records, ())
        (fault,) = store.verify()
        assert "application 1 (acme): its state is not the fold of its history" in fault

    def test_a_broken_chain_is_found(self, store: Store) -> None:
        entry = add(store)
        after, records = change(entry, fact_set(), cause="tick")
        with store.writing() as writer:
            writer.commit(entry, after, [replace(records[0], hash="0" * 64)], ())
        (fault,) = store.verify()
        assert "application 1 (acme): record 2" in fault


def in_threads(*works: Callable[[], object]) -> None:
    failures: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timedelta(seconds=60).total_seconds())
    assert not failures
