"""How the plugins of one tick share their time."""

from __future__ import annotations

from jobflow.adapters.plugins.allowance import Allowance
from jobflow.adapters.plugins.kit import Kit


def spent() -> Allowance:
    allowance = Allowance(call=30, shared=60, least=5)
    for name in ("one", "two"):
        assert allowance.deadline() == 30
        allowance.took(name, "channel", 30, late=True)
    return allowance


def test_the_first_calls_get_all_that_one_call_may_have():
    allowance = Allowance(call=30, shared=60, least=5)
    allowance.took("one", "channel", 45, late=False)
    assert allowance.deadline() == 15


def test_what_was_not_called_yet_gets_a_short_while_though_nothing_is_left():
    allowance = spent()
    assert allowance.refusal("three", "channel") is None
    assert allowance.deadline() == 5
    allowance.took("three", "channel", 1, late=False)
    assert (
        allowance.refusal("three", "channel") == "was not called again: plugins have used up the 60 s that they share."
    )
    assert allowance.refusal("three", "listener") is None


def test_what_took_too_long_is_not_called_again_in_any_of_its_parts():
    assert spent().refusal("one", "step") == "was not called again: it took too long before."


def test_a_tick_begins_anew():
    allowance = spent()
    allowance.renew()
    assert allowance.refusal("one", "channel") is None
    assert allowance.deadline() == 30


def test_with_a_tick_all_that_was_held_against_a_plugin_is_forgotten():
    kit = Kit(allowance=spent(), hung={"condition mine"})
    kit.renew()
    assert (kit.allowance.refusal("one", "channel"), kit.hung) == (None, set())
