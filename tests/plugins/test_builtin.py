"""What ships is registered on the same road as anybody's plugin, and taken for nobody else."""

from __future__ import annotations

from collections import defaultdict
from importlib.util import find_spec

import pytest

from jobflow.adapters import builtin
from jobflow.adapters.plugins.examine import BUILT_IN, examine, hooks_of
from jobflow.adapters.plugins.kit import taken
from jobflow.hookspecs import HOOKS


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """The channels whose code is there."""
    found = {name: place for name, place in builtin.CHANNELS.items() if spec(place.partition(":")[0])}
    monkeypatch.setattr(builtin, "CHANNELS", found)
    return tuple(found)


def spec(module: str) -> object:
    try:
        return find_spec(module)
    except ModuleNotFoundError:
        return None


def test_it_implements_hooks_as_a_plugin_does():
    assert set(hooks_of(builtin, BUILT_IN)) <= set(HOOKS)


def test_it_passes_the_check_that_plugins_must_pass(there: tuple[str, ...]):
    offers = examine(builtin, BUILT_IN)
    assert tuple(channel.name for channel in offers.channels) == there
    assert "console" in there


def test_what_it_offers_is_what_no_plugin_may_offer_again(there: tuple[str, ...]):
    reserved: dict[str, set[str]] = defaultdict(set)
    for _, words in taken((), ()):
        for hook, word in words:
            reserved[hook].add(word)
    for hook, word in examine(builtin, BUILT_IN).all_names():
        assert word in reserved[hook], word


@pytest.mark.parametrize("name", builtin.EXPORTERS)
def test_an_exporter_is_made_from_its_reference(name: str):
    assert builtin.built_in("jobflow_exporters")[name]().name == name
