"""What a plugin offers, asked hook by hook and checked: once when it is enabled, not on every start."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from jobflow.adapters.plugins.options import BadOffer, ChannelOffer, offer_of
from jobflow.adapters.plugins.saying import one_line, raised, takes
from jobflow.contracts import CONTRACT
from jobflow.core.errors import PluginFault, suggest

NAMED = {
    "jobflow_steps": ("run", "context"),
    "jobflow_conditions": ("evaluate", "facts", "arguments"),
    "jobflow_task_kinds": None,
    "jobflow_calendars": ("days_off", "year"),
    "jobflow_workflows": None,
    "jobflow_templates": None,
    "jobflow_importers": ("read", "content"),
    "jobflow_exporters": ("write", "applications"),
}
"""The hooks that give a list of named values, and the method that each of these needs, with its arguments."""

TEXTS = ("jobflow_workflows", "jobflow_templates")
"""The hooks whose values are texts."""

BUILT_IN = "jobflow"
"""The name under which what ships is registered."""

_NAME = re.compile(r"[A-Za-z][\w.-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """What one plugin offers: its channels; names by hook; the hooks that it implements."""

    hooks: tuple[str, ...] = ()
    channels: tuple[ChannelOffer, ...] = ()
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "hooks": list(self.hooks),
            "channels": [channel.to_json() for channel in self.channels],
            "names": {hook: list(names) for hook, names in self.names.items()},
        }

    @classmethod
    def from_json(cls, data: Any) -> Offers:
        """What `to_json` wrote. Raises `Refused`, `KeyError` and the like for anything else."""
        return cls(
            hooks=tuple(map(str, data["hooks"])),
            channels=tuple(ChannelOffer.from_json(channel) for channel in data["channels"]),
            names={str(hook): tuple(map(str, names)) for hook, names in data["names"].items()},
        )

    def all_names(self) -> Iterator[tuple[str, str]]:
        """Every (hook, name)."""
        yield from (("jobflow_channels", channel.name) for channel in self.channels)
        yield from ((hook, name) for hook, names in self.names.items() for name in names)


def hooks_of(plugin: object, name: str) -> dict[str, Callable[..., Any]]:
    """The hooks that a plugin implements. Raises `PluginFault` for one that is misspelt, not marked, or ill-signed."""
    from jobflow.hookspecs import HOOKS, PROJECT

    _check_contract(plugin, name)
    found: dict[str, Callable[..., Any]] = {}
    for attribute in dir(plugin):
        if not attribute.startswith("jobflow_"):
            continue
        hook: Any = getattr(plugin, attribute, None)
        marked = getattr(hook, f"{PROJECT}_impl", None) is not None
        if attribute not in HOOKS and not marked and not callable(hook):
            continue  # some other value, such as a submodule
        if attribute not in HOOKS:
            near = suggest(attribute, HOOKS)
            hint = f"did you mean '{near}'?" if near else f"the hooks are: {', '.join(HOOKS)}"
            raise PluginFault(name, f"implements a hook that there is not: {attribute}.", hint=hint)
        if attribute in HOOKS and not marked:
            raise PluginFault(
                name, f"has {attribute}, which is not marked as a hook.", hint="put @jobflow.hookimpl above"
            )
        if hook is not None:
            _check_signature(hook, attribute, name)
            found[attribute] = hook
    if not found:
        raise PluginFault(name, "has no hook of jobflow.", hint="@jobflow.hookimpl above def jobflow_channels(): …")
    return {hook: found[hook] for hook in HOOKS if hook in found}


def _check_contract(plugin: object, name: str) -> None:
    wanted = getattr(plugin, "JOBFLOW_CONTRACT", CONTRACT)
    if not isinstance(wanted, int) or wanted > CONTRACT:
        message = f"was written for contract {one_line(str(wanted))}; this jobflow knows contract {CONTRACT}."
        raise PluginFault(name, message, hint="pip install --upgrade jobflow-followup")


def _check_signature(hook: Callable[..., Any], attribute: str, name: str) -> None:
    from jobflow.hookspecs import JobflowSpecs

    wanted = [word for word in inspect.signature(getattr(JobflowSpecs, attribute)).parameters if word != "self"]
    given = inspect.signature(hook).parameters.values()
    names = [p.name for p in given if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    needed = [p.name for p in given if p.default is p.empty]
    if not set(needed) <= set(wanted) or len(names) != len(given):
        says = f"def {attribute}({', '.join(wanted)})"
        message = f"has {attribute} with the wrong arguments ({', '.join(p.name for p in given)})."
        raise PluginFault(name, message, hint=says)


def examine(plugin: object, name: str) -> Offers:
    """Ask every hook, and check what it gives. Raises `PluginFault`, which says what is wrong and what mends it."""
    hooks = hooks_of(plugin, name)
    channels = tuple(_channel(offer, name) for offer in ask(hooks, "jobflow_channels", name))
    names: dict[str, tuple[str, ...]] = {}
    for hook, method in NAMED.items():
        names[hook] = tuple(_named(value, hook, method, name) for value in ask(hooks, hook, name))
    names["jobflow_commands"] = tuple(commands_of(hooks, name))
    offers = Offers(hooks=tuple(hooks), channels=channels, names={k: v for k, v in names.items() if v})
    for hook, word in offers.all_names():
        if list(offers.all_names()).count((hook, word)) > 1:
            raise PluginFault(name, f"offers '{word}' twice ({hook}).", hint="give each its own name")
    return offers


def commands_of(hooks: dict[str, Callable[..., Any]], name: str) -> dict[str, Any]:
    """The commands that a plugin adds, by name. Raises `PluginFault` for one that there is already."""
    if "jobflow_commands" not in hooks:
        return {}
    import click

    group = click.Group("jobflow")
    try:
        hooks["jobflow_commands"](group)
    except (Exception, SystemExit) as error:
        raise PluginFault(name, f"raised in jobflow_commands: {raised(error)}.", hint=_again(name)) from error
    for command in group.commands:
        _well_named(command, "jobflow_commands", name)
    return dict(group.commands)


def ask(hooks: dict[str, Callable[..., Any]], hook: str, name: str) -> Sequence[Any]:
    """What a hook gives, () where there is none. Raises `PluginFault` for what is no list, and what it raises."""
    if hook not in hooks:
        return ()
    try:
        given = hooks[hook]()
        if isinstance(given, Iterable) and not isinstance(given, str | bytes | dict):
            return list(given)
    except (Exception, SystemExit) as error:
        raise PluginFault(name, f"raised in {hook}: {raised(error)}.", hint=_again(name)) from error
    raise PluginFault(name, f"gave {type(given).__name__} from {hook}, not a list.", hint="return [ … ]")


def _again(name: str) -> str:
    return f"mend it, then: jobflow plugin check {name}"


def _channel(offer: Any, name: str) -> ChannelOffer:
    try:
        found = offer_of(offer)
    except BadOffer as error:
        raise PluginFault(name, f"offers a channel that can't be taken: {error.message}", hint=error.hint) from None
    _well_named(found.name, "jobflow_channels", name)
    return found


def _named(value: Any, hook: str, method: tuple[str, ...] | None, name: str) -> str:
    word = getattr(value, "name", None)
    if not isinstance(word, str):
        raise PluginFault(name, f"gave something without a name from {hook}: {type(value).__name__}.", hint="name = …")
    if isinstance(value, type):
        raise PluginFault(name, f"gave the class {value.__name__} from {hook}.", hint=f"an object: {value.__name__}()")
    if method is not None and not takes(getattr(value, method[0], None), len(method) - 1):
        says = f"def {method[0]}({', '.join(('self', *method[1:]))})"
        message = f"gave '{one_line(word)}' from {hook}, which has no method {method[0]} of the right arguments."
        raise PluginFault(name, message, hint=says)
    if hook in TEXTS and not isinstance(getattr(value, "text", None), str):
        raise PluginFault(name, f"gave '{one_line(word)}' from {hook}, which has no text.", hint='text="…"')
    _well_named(word, hook, name)
    return word


def _well_named(word: str, hook: str, name: str) -> None:
    if not _NAME.fullmatch(word):
        hint = "a letter, then letters, digits, '-', '_' or '.'"
        raise PluginFault(name, f"gave '{one_line(word)}' from {hook}, which is no name.", hint=hint)


def check_duplicates(offers: Offers, name: str, taken: Iterable[tuple[str, Iterable[tuple[str, str]]]]) -> None:
    """Raises `PluginFault` where a name is offered already; `taken` gives (plugin, its (hook, name)s)."""
    mine = set(offers.all_names())
    for other, words in taken:
        for hook, word in words:
            if (hook, word) in mine:
                hint = "nothing may be offered twice" if other == BUILT_IN else f"jobflow plugin disable {other}"
                raise PluginFault(name, f"offers '{word}' ({hook}), which {other} offers already.", hint=hint)
