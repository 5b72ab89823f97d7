"""What is committed, and what a retraction leaves."""

from __future__ import annotations

import pytest

from jobflow.core.application import encode
from jobflow.core.errors import Conflict, UnknownName
from jobflow.core.fold import replay
from jobflow.core.records import Event
from jobflow.ports import Entry, Store
from jobflow.testing.stores.given import (
    HOUR,
    START,
    Failure,
    add,
    added,
    change,
    enqueue,
    fact_set,
    id_of,
    message,
    new,
    retract,
    say,
    task_added,
    write_everything_and_fail,
)


class Commit:
    """What a commit writes, and what it refuses."""

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


class RetractedAdd:
    """An application whose `add` was taken back."""

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


class Commands:
    """What the user said last."""

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
