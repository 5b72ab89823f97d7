"""What ships is registered on the same road as anybody's plugin, and taken for nobody else."""

from __future__ import annotations

from collections import defaultdict

import pytest

from jobflow.adapters import builtin
from jobflow.adapters.plugins.examine import BUILT_IN, examine, hooks_of
from jobflow.adapters.plugins.kit import taken
from jobflow.hookspecs import HOOKS
from jobflow.rulebook.registry import TEMPLATES


def test_it_implements_hooks_as_a_plugin_does():
    assert set(hooks_of(builtin, BUILT_IN)) <= set(HOOKS)


def test_it_passes_the_check_that_plugins_must_pass():
    offers = examine(builtin, BUILT_IN)
    assert tuple(channel.name for channel in offers.channels) == tuple(builtin.CHANNELS)
    assert offers.names["jobflow_templates"] == TEMPLATES


def test_what_it_offers_is_what_no_plugin_may_offer_again():
    reserved: dict[str, set[str]] = defaultdict(set)
    for _, words in taken((), ()):
        for hook, word in words:
            reserved[hook].add(word)
    for hook, word in examine(builtin, BUILT_IN).all_names():
        assert word in reserved[hook], word


@pytest.mark.parametrize("name", builtin.EXPORTERS)
def test_an_exporter_is_made_from_its_reference(name: str):
    assert builtin.built_in("jobflow_exporters")[name]().name == name
