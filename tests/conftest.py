"""Hypothesis profiles, chosen by HYPOTHESIS_PROFILE: `dev` (unless said), `ci` (the same every time), `nightly`."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

# A shared machine is slow in bursts: the laws are about results, not about how long one example took.
settings.register_profile("dev", max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("dev"), max_examples=100, derandomize=True, print_blob=True)
settings.register_profile("nightly", settings.get_profile("dev"), max_examples=2000, print_blob=True)
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "dev")
settings.load_profile(PROFILE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: "waits" not in item.keywords)
    if PROFILE == "nightly":
        return
    skip = pytest.mark.skip(reason="only with HYPOTHESIS_PROFILE=nightly")
    for item in items:
        if "nightly" in item.keywords:
            item.add_marker(skip)
