"""For authors of plugins and workflows: a clock moved by hand, a channel with faults, and suites that try a plugin.

```python
from jobflow.testing import ChannelContract

class TestMine(ChannelContract):
    tried = Mine(topic="jobs")
```

The suites need pytest, `jobflow.testing.strategies` needs hypothesis; the rest needs neither.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

from jobflow.testing.channels import (
    BUSY,
    DROPPED,
    KILLED_AFTER,
    KILLED_BEFORE,
    REFUSED,
    REJECTED,
    TIMED_OUT,
    FakeChannel,
    Fault,
    Killed,
    a_message,
)
from jobflow.testing.clock import ManualClock

if TYPE_CHECKING:
    from jobflow.testing.stores import StoreContract
    from jobflow.testing.suites import ChannelContract, PluginContract, StepContract, a_step_context, an_agenda

__all__ = [
    "BUSY",
    "DROPPED",
    "KILLED_AFTER",
    "KILLED_BEFORE",
    "REFUSED",
    "REJECTED",
    "TIMED_OUT",
    "ChannelContract",
    "FakeChannel",
    "Fault",
    "Killed",
    "ManualClock",
    "PluginContract",
    "StepContract",
    "StoreContract",
    "a_message",
    "a_step_context",
    "an_agenda",
]


_SUITES = ("ChannelContract", "PluginContract", "StepContract", "a_step_context", "an_agenda")


def __getattr__(name: str) -> object:
    if name not in (*_SUITES, "StoreContract"):
        raise AttributeError(f"module 'jobflow.testing' has no attribute '{name}'")
    import pytest

    module = "jobflow.testing.suites" if name in _SUITES else "jobflow.testing.stores"
    if module not in sys.modules:
        pytest.register_assert_rewrite(module)  # A failed one then shows what it compared.
    return getattr(import_module(module), name)
