"""Hypothesis profiles, chosen by HYPOTHESIS_PROFILE: `dev` (unless said), `ci` (the same every time), `nightly`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings

from jobflow import Jobflow

# A shared machine is slow in bursts: the laws are about results, not about how long one example took.
settings.register_profile("dev", max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("dev"), max_examples=100, derandomize=True, print_blob=True)
settings.register_profile("nightly", settings.get_profile("dev"), max_examples=2000, print_blob=True)
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "dev")
settings.load_profile(PROFILE)


@pytest.fixture(autouse=True)
def nothing_stays_open(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close what a test opened and left: from Python 3.13 on it is warned of, in whatever test runs by then.

    One with many examples has to do it itself, or would hold them all.
    """
    opened: list[Jobflow] = []
    if not is_hypothesis_test(getattr(request, "function", None)):
        begin = Jobflow.__init__

        def remembered(flow: Jobflow, *parts: Any) -> None:
            begin(flow, *parts)
            opened.append(flow)

        monkeypatch.setattr(Jobflow, "__init__", remembered)
    yield
    for flow in opened:
        flow.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: "waits" not in item.keywords)
    if PROFILE == "nightly":
        return
    skip = pytest.mark.skip(reason="only with HYPOTHESIS_PROFILE=nightly")
    for item in items:
        if "nightly" in item.keywords:
            item.add_marker(skip)
