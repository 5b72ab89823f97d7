"""How applications are named, numbered and found to be due."""

from __future__ import annotations

import pytest

from jobflow.core.errors import Refused, UnknownName
from jobflow.ports import Counters, Store
from jobflow.testing.stores.given import (
    HOUR,
    START,
    add,
    added,
    enqueue,
    fact_set,
    id_of,
    new,
    retract,
    say,
    task_added,
)


class Names:
    """What names an application."""

    def test_a_number_a_slug_and_a_unique_prefix_name_an_application(self, store: Store) -> None:
        entry = add(store, "acme")
        add(store, "beta")
        assert {store.resolve(name) for name in ("1", "acme", "ac", "Acme")} == {entry.state.id}

    def test_a_company_may_be_spelt_as_it_spells_itself(self, store: Store) -> None:
        entry = add(store, "muller-sohne-gmbh")
        add(store, "beta")
        assert {store.resolve(name) for name in ("Müller", "müller & söhne", "MÜLLER & Söhne GmbH")} == {entry.state.id}

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


class Tasks:
    """Tasks by number."""

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


class Numbering:
    """The next free numbers."""

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


class WakeUps:
    """Which applications are due."""

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
