"""What is forgotten is gone, and everything else is as it was."""

from __future__ import annotations

import pytest

from jobflow.core.errors import UnknownName
from jobflow.ports import Store
from jobflow.testing.stores.given import HOUR, START, Failure, add, enqueue, id_of, retract, say, task_added


class Forgetting:
    """`forget` and `scrub`."""

    def test_what_is_forgotten_is_gone_with_its_tasks_messages_and_sources(self, store: Store) -> None:
        one = add(store, tasks=[1, 2], wakes_at=START + HOUR)
        enqueue(store, one, "k1", "k2")
        with store.writing() as writer:
            writer.set_meta("source:x", one.state.id)
            writer.forget(one.state.id)
        store.scrub()
        assert (store.entry(one.state.id), store.history(one.state.id)) == (None, [])
        assert (store.messages(), store.get_meta("source:x"), store.application_of_task(1)) == ([], None, None)
        assert list(store.applications(final=True)) == []
        assert (store.due(START + HOUR, 9), store.last_command()) == ([], None)
        with pytest.raises(UnknownName):
            store.resolve(one.state.slug)
        with pytest.raises(UnknownName):
            store.resolve("1")
        assert store.verify() == []

    def test_everything_else_is_as_it_was(self, store: Store) -> None:
        one, two = add(store, tasks=[1]), add(store, "beta", tasks=[2], wakes_at=START)
        enqueue(store, one, "k1")
        enqueue(store, two, "k2")
        with store.writing() as writer:
            writer.set_meta("source:x", two.state.id)
        kept = (store.entry(two.state.id), store.history(two.state.id), store.counters(), store.get_meta("source:x"))
        with store.writing() as writer:
            writer.forget(one.state.id)
        store.scrub()
        assert (
            store.entry(two.state.id),
            store.history(two.state.id),
            store.counters(),
            store.get_meta("source:x"),
        ) == kept
        assert [message.key for message in store.messages()] == ["k2"]
        assert [entry.state.slug for entry in store.due(START, 9)] == ["beta"]
        assert store.application_of_task(2) == two.state.id
        assert store.verify() == []

    def test_its_slug_is_free_and_its_numbers_are_not_given_again(self, store: Store) -> None:
        one = add(store, tasks=[1])
        with store.writing() as writer:
            writer.forget(one.state.id)
        assert store.slugs_like(one.state.slug) == frozenset()
        assert (store.counters().application, store.counters().task) == (2, 2)
        again = add(store, one.state.slug)
        assert (again.state.number, again.state.id) == (2, id_of(2))

    def test_one_whose_add_was_taken_back_can_be_forgotten(self, store: Store) -> None:
        one = add(store)
        retract(store, one, 1)
        with store.writing() as writer:
            writer.forget(one.state.id)
        assert store.history(one.state.id) == []

    def test_nobody_is_nobody(self, store: Store) -> None:
        one = add(store)
        with store.writing() as writer:
            writer.forget(id_of(9))
        assert store.entry(one.state.id) == one

    def test_a_write_that_fails_forgets_nothing(self, store: Store) -> None:
        one = say(store, add(store, tasks=[1], wakes_at=START), task_added(2))
        one = enqueue(store, one, "k1")
        kept = (store.entry(one.state.id), store.history(one.state.id), store.messages(), store.due(START, 9))
        with pytest.raises(Failure):
            _forget_and_fail(store, one.state.id)
        assert (store.entry(one.state.id), store.history(one.state.id), store.messages(), store.due(START, 9)) == kept
        assert store.verify() == []
        say(store, one, task_added(3))


def _forget_and_fail(store: Store, application_id: str) -> None:
    with store.writing() as writer:
        writer.forget(application_id)
        raise Failure
