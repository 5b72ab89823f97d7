"""Which plugins there are to enable: entry points of installed distributions, and single files in HOME/plugins."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.metadata import entry_points

from jobflow.adapters.plugins.examine import Offers, check_duplicates, examine
from jobflow.adapters.plugins.kit import taken
from jobflow.adapters.plugins.reference import FILE, load
from jobflow.adapters.plugins.table import Plugin, read_plugins, write_plugins
from jobflow.core.errors import PluginFault, Refused, UnknownName

GROUP = "jobflow"
"""The entry-point group."""
ENDING = ".py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A plugin that could be enabled. `source`: its distribution and version, or its file."""

    name: str
    reference: str
    source: str


def discover(folder: str) -> dict[str, Found]:
    """Every plugin there is, by name. A file beats an installed one of the same name: it is the user's own."""
    found: dict[str, Found] = {}
    for point in entry_points(group=GROUP):
        source = f"{point.dist.name} {point.dist.version}" if point.dist else "an installed package"
        found[point.name] = Found(name=point.name, reference=point.value, source=source)
    for name in _files(folder):
        path = os.path.join(folder, name + ENDING)
        found[name] = Found(name=name, reference=FILE + name, source=path)
    return dict(sorted(found.items()))


def _files(folder: str) -> list[str]:
    if not os.path.isdir(folder):
        return []
    stems = (entry.removesuffix(ENDING) for entry in os.listdir(folder) if entry.endswith(ENDING))
    return sorted(stem for stem in stems if not stem.startswith(("_", ".")))


class Plugins:
    """The plugins of one home: what could be enabled, what is, and the commands that change that."""

    def __init__(self, folder: str, table: str) -> None:
        """`folder`: HOME/plugins; `table`: the file that remembers the enabled ones."""
        self.folder, self.table = folder, table

    def enabled(self) -> tuple[Plugin, ...]:
        """In the order of enabling."""
        return read_plugins(self.table)

    def available(self) -> dict[str, Found]:
        """Everything that could be enabled, by name."""
        return discover(self.folder)

    def check(self, name: str) -> tuple[Found, Offers]:
        """Load it and ask what it offers. Raises `UnknownName` or `PluginFault`."""
        there = self.available()
        if name not in there:
            known = tuple(there)
            hint = None if known else f"put it into {self.folder}, or install it with pip"
            raise UnknownName("plugin", name, known, hint=hint)
        found = there[name]
        offers = examine(load(found.reference, self.folder, name=name), name)
        others = [plugin for plugin in self.enabled() if plugin.name != name]
        check_duplicates(offers, name, taken(others))
        return found, offers

    def enable(self, name: str) -> Plugin:
        """Check it and remember it; an enabled one is looked at anew. Raises `UnknownName` or `PluginFault`."""
        found, offers = self.check(name)
        plugin = Plugin(name=name, reference=found.reference, source=found.source, offers=offers)
        others = [other for other in self.enabled() if other.name != name]
        write_plugins(self.table, (*others, plugin))
        return plugin

    def disable(self, name: str, used: frozenset[str] = frozenset()) -> Plugin:
        """Forget it. `used`: channels that config.yaml names. Raises `UnknownName`, or `Refused` where one is its."""
        enabled = {plugin.name: plugin for plugin in self.enabled()}
        if name not in enabled:
            raise UnknownName("enabled plugin", name, tuple(enabled), hint=None if enabled else "none is enabled")
        plugin = enabled.pop(name)
        still = [channel.name for channel in plugin.offers.channels if channel.name in used]
        if still:
            raise Refused(f"config.yaml still names its channel '{still[0]}'.", hint="take it out of `channels:` first")
        write_plugins(self.table, enabled.values())
        return plugin


def changed_since(plugin: Plugin, folder: str) -> PluginFault | None:
    """The fault where an enabled plugin can't be loaded any more, None where it can."""
    try:
        examine(load(plugin.reference, folder, name=plugin.name), plugin.name)
    except PluginFault as error:
        return error
    return None
