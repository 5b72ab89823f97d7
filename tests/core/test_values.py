"""Values are frozen: what a caller holds never changes under it. An instant is written alike from any zone."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import is_dataclass
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

import jobflow.contracts
import jobflow.core
from jobflow.core.application import stamp, unstamp

IN_THE_MAKING = {"Draft", "Scope", "_News", "_Building"}
"""Working state of one decision, which nobody is given."""


def test_every_value_of_the_core_is_frozen() -> None:
    names = [module.name for module in pkgutil.iter_modules(jobflow.core.__path__, "jobflow.core.")]
    modules = [jobflow.contracts, *map(importlib.import_module, names)]
    values = {
        item
        for module in modules
        for item in vars(module).values()
        if isinstance(item, type) and is_dataclass(item) and item.__module__.startswith("jobflow")
    }
    assert len(values) > 50
    open_ = {item.__name__ for item in values if not item.__dataclass_params__.frozen}  # type: ignore[attr-defined]
    assert open_ <= IN_THE_MAKING


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(0)), timezone(timedelta(hours=-5)), ZoneInfo("Asia/Kolkata")])
def test_an_instant_is_written_in_utc_whatever_zone_it_comes_in(zone: timezone | ZoneInfo) -> None:
    at = datetime(2026, 3, 1, 1, 2, 3, 456789, tzinfo=UTC)
    stamp.cache_clear()  # or it would answer what it was asked in UTC
    assert stamp(at.astimezone(zone)) == "2026-03-01T01:02:03Z"
    assert unstamp("2026-03-01T01:02:03Z") == at.replace(microsecond=0)
