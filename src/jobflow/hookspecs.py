"""What a plugin may offer, typed. Hooks return values; the engine calls those one by one, so that a fault stays alone.

```python
import jobflow

class Telegram:
    @jobflow.hookimpl
    def jobflow_channels(self):
        return [TelegramChannel()]

jobflow.Jobflow.open("search.db", plugins=[Telegram()])
```
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import pluggy

from jobflow.ports import Channel

PROJECT = "jobflow"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class RegisteredCondition(Protocol):
    """What `condition: NAME` or `condition: {NAME: arguments}` in a workflow asks."""

    @property
    def name(self) -> str:
        """Its name in the workflow file."""

    def evaluate(self, facts: Mapping[str, Any], arguments: Mapping[str, object]) -> bool:
        """Whether it holds for these facts. The same answer for the same input, for ever: replay depends on it."""


class JobflowSpecs:
    """The hooks."""

    @hookspec
    def jobflow_channels(self) -> Sequence[Channel]:
        """Ways to deliver messages, by the names that `channels:` of config.yaml uses."""
        raise NotImplementedError

    @hookspec
    def jobflow_conditions(self) -> Sequence[RegisteredCondition]:
        """Conditions that workflows may name."""
        raise NotImplementedError


def plugin_manager(plugins: Sequence[object]) -> pluggy.PluginManager:
    """The plugins, registered. Raises pluggy's PluginValidationError where one implements an unknown hook."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(JobflowSpecs)
    for plugin in plugins:
        manager.register(plugin)
    manager.check_pending()
    return manager
