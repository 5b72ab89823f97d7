"""Everything that can be named here, by name: what ships, what enabled plugins offer, what an embedder passed along.

A plugin's code is imported no sooner than something of it is used. Channels and steps of enabled plugins run in a child
process; the objects of an embedder run here, since they can't be made again elsewhere.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from jobflow.adapters.builtin import CHANNELS, CSV, EXPORTERS, IMPORTERS, built_in, channel_class
from jobflow.adapters.plugins.allowance import Allowance
from jobflow.adapters.plugins.deferred import deferred
from jobflow.adapters.plugins.examine import BUILT_IN, ask, check_duplicates, examine, hooks_of
from jobflow.adapters.plugins.options import ChannelOffer, make, offer_of
from jobflow.adapters.plugins.reference import load
from jobflow.adapters.plugins.saying import named
from jobflow.adapters.plugins.table import Plugin, offering
from jobflow.contracts import Channel, Step
from jobflow.core.errors import JobflowError, PluginFault
from jobflow.core.model import TASK_KINDS
from jobflow.rulebook.options import Option
from jobflow.rulebook.registry import TEMPLATES

if TYPE_CHECKING:
    from jobflow.adapters.plugins.parent import Runner
    from jobflow.core.records import Record


@dataclass(frozen=True)
class Kit:
    """`plugins`: the enabled; `objects`: an embedder's; `folder`: where single files are; `data`: the home's folder.

    `may_end`: whether the process is jobflow's own, to be ended where a plugin blocks it. `faults` collects what went
    wrong in calls that may not raise, `hung` what is not called again in this tick.
    """

    plugins: Sequence[Plugin] = ()
    objects: Sequence[object] = ()
    folder: str | None = None
    data: str | None = None
    may_end: bool = False
    faults: list[str] = field(default_factory=list)
    hung: set[str] = field(default_factory=set)
    allowance: Allowance = field(default_factory=Allowance)
    _hooks: dict[str, dict[str, Callable[..., Any]]] = field(default_factory=dict, init=False, repr=False)
    _values: dict[tuple[str, str], Any] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def passed(self) -> Mapping[str, tuple[Plugin, object]]:
        """The embedder's objects, examined. Raises `PluginFault` for one that can't be taken."""
        found: dict[str, tuple[Plugin, object]] = {}
        for number, each in enumerate(self.objects, start=1):
            name = str(getattr(each, "__name__", type(each).__name__))
            name = name if name not in found else f"{name}-{number}"
            offers = examine(each, name)
            check_duplicates(offers, name, ((p.name, p.offers.all_names()) for p, _ in found.values()))
            found[name] = (Plugin(name=name, reference="", offers=offers), each)
        return found

    def all_plugins(self) -> Iterator[Plugin]:
        """The embedder's first: what they pass beats what is enabled."""
        yield from (plugin for plugin, _ in self.passed.values())
        yield from self.plugins

    def renew(self) -> None:
        """Give what was too slow another chance: a new tick begins."""
        self.hung.clear()
        self.allowance.renew()

    # -- channels ------------------------------------------------------------------------------------------------------

    def channel_names(self) -> tuple[str, ...]:
        """Every channel that config.yaml may name."""
        offered = (channel.name for plugin in self.all_plugins() for channel in plugin.offers.channels)
        return tuple(dict.fromkeys((*CHANNELS, *offered)))

    def options(self, name: str) -> tuple[Option, ...] | None:
        """What options a channel takes; None where there is no such channel."""
        found = self._channel(name)
        return None if found is None else found[1].options

    def _channel(self, name: str) -> tuple[Plugin | None, ChannelOffer] | None:
        for plugin in self.all_plugins():
            for offer in plugin.offers.channels:
                if offer.name == name:
                    return plugin, offer
        return (None, offer_of(channel_class(name))) if name in CHANNELS else None

    def channel(self, name: str, values: Mapping[str, Any]) -> Channel | None:
        """A channel with its options, made when it is first used; None where there is none of that name."""
        found = self._channel(name)
        if found is None:
            return None
        plugin, offer = found
        if plugin is not None and plugin.reference:
            from jobflow.adapters.plugins.parent import child_channel

            return child_channel(self._runner(plugin), offer, values)
        given = channel_class(name) if plugin is None else self._offered(plugin, name)
        if not isinstance(given, type):
            return make(given, values, self.data)
        return deferred(offer, lambda: make(given, _with_secrets(values, offer), self.data))

    def refusal(self, name: str, values: Mapping[str, Any]) -> JobflowError | None:
        """Why the channel itself refuses these values; None where it does not, or where it can't be asked here.

        It can't where only its process could say, or the value of a secret: none is looked up for this.
        """
        found = self._channel(name)
        if found is None or (found[0] is not None and found[0].reference):
            return None
        try:
            make(channel_class(name) if found[0] is None else self._offered(found[0], name), values, self.data)
        except JobflowError as error:
            return None if type(error.__cause__) is LookupError else error  # as `Secret.reveal` says it
        return None

    def _offered(self, plugin: Plugin, name: str) -> type[Channel] | Channel:
        offered: Sequence[type[Channel] | Channel] = ask(self.hooks(plugin), "jobflow_channels", plugin.name)
        return next(each for each in offered if offer_of(each).name == name)

    def _runner(self, plugin: Plugin) -> Runner:
        from jobflow.adapters.plugins.parent import Runner

        return Runner(
            plugin=plugin.name,
            reference=plugin.reference,
            folder=self.folder,
            home=self.data,
            allowance=self.allowance,
        )

    # -- everything else that has a name -------------------------------------------------------------------------------

    def names(self, hook: str) -> tuple[str, ...]:
        """The names that can be used at a hook: what ships there, then what plugins offer."""
        offered = (name for name, _ in offering(self.all_plugins(), hook))
        return tuple(dict.fromkeys((*built_in(hook), *offered)))

    def value(self, hook: str, name: str) -> Any:
        """What is offered at a hook under that name, its code imported here. Raises `PluginFault`, `KeyError`."""
        if (hook, name) not in self._values:
            self._values[hook, name] = self._value(hook, name)
        return self._values[hook, name]

    def _value(self, hook: str, name: str) -> Any:
        for offered, plugin in offering(self.all_plugins(), hook):
            if offered == name:
                given = ask(self.hooks(plugin), hook, plugin.name)
                found = next((each for each in given if getattr(each, "name", None) == name), None)
                if found is None:
                    hint = f"jobflow plugin enable {plugin.name}"
                    raise PluginFault(plugin.name, f"offers '{name}' ({hook}) no more.", hint=hint)
                return found
        return built_in(hook)[name]()

    def hooks(self, plugin: Plugin) -> dict[str, Callable[..., Any]]:
        """The hooks of a plugin, its code imported here. Raises `PluginFault`."""
        if plugin.name not in self._hooks:
            passed = self.passed[plugin.name][1] if not plugin.reference else None
            loaded = passed or load(plugin.reference, self.folder, name=plugin.name)
            self._hooks[plugin.name] = hooks_of(loaded, plugin.name)
        return self._hooks[plugin.name]

    def having(self, hook: str) -> Iterator[Plugin]:
        """The plugins that implement a hook."""
        return (plugin for plugin in self.all_plugins() if hook in plugin.offers.hooks)

    def steps(self) -> dict[str, Step]:
        """Every step, ready to run."""
        found: dict[str, Step] = {}
        for name, plugin in offering(self.all_plugins(), "jobflow_steps"):
            if plugin.reference:
                from jobflow.adapters.plugins.parent import ChildStep

                found.setdefault(name, ChildStep(self._runner(plugin), name))
            else:
                found.setdefault(name, self.value("jobflow_steps", name))
        return found

    def tell(self, records: Sequence[Record]) -> None:
        """Let every plugin look at what was recorded; what goes wrong there is a fault to report."""
        for plugin in self.having("jobflow_recorded"):
            try:
                if plugin.reference:
                    from jobflow.adapters.plugins.parent import recorded

                    recorded(self._runner(plugin), records)
                else:
                    self.hooks(plugin)["jobflow_recorded"](tuple(records))
            except (Exception, SystemExit) as error:  # It is done already: nothing may come of it.
                said = error.message if isinstance(error, JobflowError) else f"'{plugin.name}' raised {named(error)}"
                self.faults.append(f"jobflow_recorded: {said}")


def _with_secrets(values: Mapping[str, Any], offer: ChannelOffer) -> Mapping[str, Any]:
    if all(option.type != "secret" for option in offer.options):
        return values
    from jobflow.adapters.plugins.secrets import with_secrets

    return with_secrets(values, offer.options, os.environ)


class Texts(Mapping[str, str]):
    """The texts that plugins offer at a hook, by name; their code is imported when one is read."""

    def __init__(self, kit: Kit, hook: str) -> None:
        """Nothing is read yet."""
        self._kit, self._hook = kit, hook

    def __getitem__(self, name: str) -> str:
        """The text; KeyError where nobody offers it."""
        return str(self._kit.value(self._hook, name).text)

    def __iter__(self) -> Iterator[str]:
        """Every name."""
        return iter(self._kit.names(self._hook))

    def __len__(self) -> int:
        """How many."""
        return len(self._kit.names(self._hook))


def taken(plugins: Iterable[Plugin], commands: Iterable[str] = ()) -> Iterator[tuple[str, Iterable[tuple[str, str]]]]:
    """What is offered already, by whom, as `check_duplicates` wants it. `commands`: those of the command line."""
    from jobflow.rulebook.shipped import shipped_names

    shipped: dict[str, Iterable[str]] = {
        "jobflow_channels": CHANNELS,
        "jobflow_task_kinds": TASK_KINDS,
        "jobflow_workflows": shipped_names(),
        "jobflow_templates": TEMPLATES,
        "jobflow_importers": (CSV, *IMPORTERS),
        "jobflow_exporters": EXPORTERS,
        "jobflow_commands": commands,
    }
    for hook, names in shipped.items():
        yield BUILT_IN, [(hook, name) for name in names]
    for plugin in plugins:
        yield plugin.name, plugin.offers.all_names()
