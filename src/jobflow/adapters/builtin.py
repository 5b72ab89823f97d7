"""What ships with jobflow, registered on the same road as anybody's plugin."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from jobflow.contracts import Channel
from jobflow.hookspecs import hookimpl

CHANNELS = {
    "console": "jobflow.adapters.console:Console",
    "drafts": "jobflow.adapters.channels.drafts:Drafts",
    "command": "jobflow.adapters.channels.command:Command",
    "email": "jobflow.adapters.channels.email:Email",
    "desktop": "jobflow.adapters.channels.desktop:Desktop",
    "webhook": "jobflow.adapters.channels.webhook:Webhook",
    "calendar": "jobflow.adapters.channels.calendar:Calendar",
}
"""Each channel by name with its reference, as enabling remembers it: only what config.yaml names is imported."""


def channel_class(name: str) -> type[Channel]:
    """The class of a built-in channel."""
    module, _, attribute = CHANNELS[name].partition(":")
    found: type[Channel] = getattr(import_module(module), attribute)
    return found


@hookimpl
def jobflow_channels() -> Sequence[type[Channel]]:
    """The channels."""
    return [channel_class(name) for name in CHANNELS]
