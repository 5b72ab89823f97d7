"""The small tables, taking turns, and what a check finds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date

import pytest

from jobflow.ports import Store
from jobflow.testing.stores.given import (
    HOUR,
    START,
    Failure,
    add,
    change,
    enqueue,
    fact_set,
    id_of,
    in_threads,
    retract,
    say,
    task_added,
)


class SmallTables:
    """Workflows, values, ticks and holidays."""

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


class TakingTurns:
    """Threads and leases."""

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


class Verify:
    """What a check finds."""

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
