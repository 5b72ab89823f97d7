"""For authors of plugins and workflows: a clock moved by hand, a channel with faults, and suites that try a plugin.

```python
from jobflow.testing import ChannelContract

class TestMine(ChannelContract):
    @pytest.fixture
    def channel(self):
        return Mine(topic="jobs")
```

The suites need pytest, `jobflow.testing.strategies` needs hypothesis; the rest needs neither.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobflow.testing.channels import FakeChannel, a_message
from jobflow.testing.clock import ManualClock

if TYPE_CHECKING:
    from jobflow.testing.suites import ChannelContract, PluginContract, StepContract, a_step_context

__all__ = [
    "ChannelContract",
    "FakeChannel",
    "ManualClock",
    "PluginContract",
    "StepContract",
    "a_message",
    "a_step_context",
]


def __getattr__(name: str) -> object:
    if name in ("ChannelContract", "PluginContract", "StepContract", "a_step_context"):
        from jobflow.testing import suites

        return getattr(suites, name)
    raise AttributeError(f"module 'jobflow.testing' has no attribute '{name}'")
