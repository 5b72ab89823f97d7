"""Which plugins there are to enable: entry points of installed distributions, and single files in HOME/plugins."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import entry_points

from jobflow.adapters.builtin import CHANNELS
from jobflow.adapters.plugins.examine import Offers, check_duplicates
from jobflow.adapters.plugins.kit import taken
from jobflow.adapters.plugins.parent import Runner, offers_of
from jobflow.adapters.plugins.reference import FILE, parse
from jobflow.adapters.plugins.saying import one_line
from jobflow.adapters.plugins.table import Plugin, read_plugins, write_plugins
from jobflow.contracts import DEADLINE
from jobflow.core.errors import PluginFault, Refused, UnknownName

GROUP = "jobflow"
"""The entry-point group."""
ENDING = ".py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A plugin that could be enabled. `source`: its distribution and version, or its file.

    `rivals`: the sources of others that go by the same name.
    """

    name: str
    reference: str
    source: str
    rivals: tuple[str, ...] = ()


def discover(folder: str) -> dict[str, Found]:
    """Every plugin there is, by name."""
    found: dict[str, Found] = {}
    for each in (*_files(folder), *_installed()):
        first = found.get(each.name)
        if first is None:
            found[each.name] = each
        elif each.source not in (first.source, *first.rivals):
            rivals = (*first.rivals, each.source)
            found[each.name] = Found(name=each.name, reference=first.reference, source=first.source, rivals=rivals)
    return dict(sorted(found.items()))


def _files(folder: str) -> Iterator[Found]:
    entries = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    for entry in entries:
        if entry.endswith(ENDING) and not entry.startswith(("_", ".")):
            name = entry.removesuffix(ENDING)
            yield Found(name=name, reference=FILE + name, source=os.path.join(folder, entry))


def _installed() -> Iterator[Found]:
    for point in entry_points(group=GROUP):
        source = f"{point.dist.name} {point.dist.version}" if point.dist else "an installed package"
        yield Found(name=point.name, reference=point.value, source=source)


class Plugins:
    """The plugins of one home: what could be enabled, what is, and the commands that change that.

    Their code runs in processes of their own: one that hangs on import, or ends the process, is a fault like others.
    """

    def __init__(
        self,
        folder: str,
        table: str,
        *,
        home: str | None = None,
        commands: Sequence[str] = (),
        deadline: float = DEADLINE,
    ) -> None:
        """`folder`: HOME/plugins; `table`: the file that remembers the enabled ones; `home`: of jobflow's data.

        `commands`: the names that the command line has already. `deadline`: seconds for one plugin.
        """
        self.folder, self.table, self.home = folder, table, home
        self.commands, self.seconds = tuple(commands), deadline

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
            _refuse_shipped(name)
            known = tuple(there)
            hint = None if known else f"put it into {self.folder}, or install it with pip"
            raise UnknownName("plugin", name, known, hint=hint)
        found = there[name]
        _refuse_names(found)
        offers = self._offers(name, found.reference)
        others = [plugin for plugin in self.enabled() if plugin.name != name]
        check_duplicates(offers, name, taken(others, self.commands))
        return found, offers

    def _offers(self, name: str, reference: str) -> Offers:
        runner = Runner(plugin=name, reference=reference, folder=self.folder, home=self.home, deadline=self.seconds)
        return offers_of(runner)

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
            _refuse_shipped(name)
            raise UnknownName("enabled plugin", name, tuple(enabled), hint=None if enabled else "none is enabled")
        plugin = enabled.pop(name)
        still = [channel.name for channel in plugin.offers.channels if channel.name in used]
        if still:
            raise Refused(f"config.yaml still names its channel '{still[0]}'.", hint="take it out of `channels:` first")
        write_plugins(self.table, enabled.values())
        return plugin

    def broken(self) -> dict[str, PluginFault]:
        """What is wrong with the enabled ones, by name; all are loaded at once, each in a process of its own."""
        enabled = self.enabled()
        with ThreadPoolExecutor(max_workers=max(1, len(enabled))) as pool:
            faults = pool.map(self._fault, enabled)
            return {plugin.name: fault for plugin, fault in zip(enabled, faults, strict=True) if fault is not None}

    def _fault(self, plugin: Plugin) -> PluginFault | None:
        try:
            now = self._offers(plugin.name, plugin.reference)
        except PluginFault as error:
            return error
        if now == plugin.offers:
            return None
        hint = f"jobflow plugin enable {plugin.name}"
        return PluginFault(plugin.name, "offers something else than when it was enabled.", hint=hint)


def _refuse_shipped(name: str) -> None:
    if name in CHANNELS:
        hint = f"name it in config.yaml, or take it out: channels: {{{name}: {{…}}}}"
        raise Refused(f"the channel '{name}' ships with jobflow, and is no plugin.", hint=hint)


def _refuse_names(found: Found) -> None:
    """Raises `PluginFault` where a name stands for two plugins, or a file's is none."""
    if found.rivals:
        both = " and ".join((found.source, *found.rivals))
        raise PluginFault(found.name, f"is there more than once: {both}.", hint="rename the file, or uninstall one")
    try:
        parse(found.reference)
    except PluginFault as error:
        if not found.reference.startswith(FILE):
            raise
        what = f"can't be named so: {one_line(found.source)}."
        hint = "rename the file: a letter first, then letters, digits, '_' and '-'"
        raise PluginFault(one_line(found.name), what, hint=hint) from error
