"""What a channel offers, read from its class: its name, what it can do, and its dataclass fields as options.

It is read once, when the plugin is enabled, and remembered as JSON, so that a tick imports no plugin.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
import operator
import sys
import types
from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Union, get_args, get_origin, get_type_hints

from jobflow.adapters.plugins.saying import files_of, named, one_line, raised, takes
from jobflow.contracts import Channel, HomeFolder, Secret
from jobflow.core.errors import JobflowError, Refused
from jobflow.rulebook.options import (
    SECRET_KEY,
    Option,
    OptionType,
    check_options,
    option_from_json,
    option_to_json,
)

Offer = type[Channel] | Channel
"""What `jobflow_channels` gives: a class, to be made with options, or an object that is ready."""

_TYPES: dict[Any, OptionType] = {str: "text", int: "integer", float: "number", bool: "boolean", Secret: "secret"}
_SUPPORTED = "str, int, float, bool, jobflow.Secret, Literal[…] of texts or tuple[str, ...], each also | None"


class BadOffer(JobflowError):
    """A channel that can't be taken: a field of a type that is no option's, no name, nothing that it can do."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ChannelOffer:
    """One channel of a plugin, as it is remembered. `letters`, `sends`, `shows`: see `jobflow.Channel`."""

    name: str
    letters: bool = False
    sends: bool = True
    shows: bool = False
    options: tuple[Option, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        own = {"name": self.name, "letters": self.letters, "sends": self.sends, "shows": self.shows}
        return own | {"options": [option_to_json(option) for option in self.options]}

    @classmethod
    def from_json(cls, data: Any) -> ChannelOffer:
        """The offer that `to_json` wrote. Raises `Refused` for anything else."""
        try:
            name, letters, sends, shows = (data[key] for key in ("name", "letters", "sends", "shows"))
            options = tuple(option_from_json(option) for option in data["options"])
        except (KeyError, TypeError):
            raise Refused("what was remembered of a channel can't be read.", hint="enable the plugin again") from None
        return cls(name=name, letters=letters, sends=sends, shows=shows, options=options)


def offer_of(offer: Offer) -> ChannelOffer:
    """What is remembered of a channel. Raises `BadOffer`, which says what is wrong with it and what mends it."""
    owner = offer if isinstance(offer, type) else type(offer)
    name = _name_of(offer)
    if name is None:
        # A property of a class is none yet: the name is needed before anything is made.
        hint = 'name: ClassVar[str] = "ntfy"' if isinstance(offer, type) else "give it a name"
        raise BadOffer(f"channel {owner.__name__} has no name.", hint=hint)
    sends, shows = (callable(getattr(offer, method, None)) for method in ("send", "show"))
    if not sends and not shows and getattr(offer, "incoming", False) is not True:
        hint = "def send(self, message: jobflow.Message) -> jobflow.Outcome"
        raise BadOffer(f"channel '{one_line(name)}' has neither send nor show.", hint=hint)
    for method, argument in (("send", "message"), ("show", "agenda")):
        if not _takes_one(offer, method):
            hint = f"def {method}(self, {argument})"
            raise BadOffer(f"channel '{one_line(name)}' has {method} with the wrong arguments.", hint=hint)
    letters = getattr(offer, "letters", False) is True
    return ChannelOffer(name=name, letters=letters, sends=sends, shows=shows, options=options_of(offer))


def _takes_one(offer: Offer, method: str) -> bool:
    found = getattr(offer, method, None)
    unbound = isinstance(offer, type) and inspect.isfunction(inspect.getattr_static(offer, method, None))
    return found is None or takes(found, 2 if unbound else 1)


def _name_of(offer: object) -> str | None:
    name = getattr(offer, "name", None)
    return name if isinstance(name, str) and name.strip() else None


def options_of(offer: Offer) -> tuple[Option, ...]:
    """The options of a channel's class, in the order of its fields; an object, or a plain class, takes none.

    Raises `BadOffer` for a field that can be no option, and names it.
    """
    owner: object = offer
    if not isinstance(owner, type) or not dataclasses.is_dataclass(owner):
        return ()
    fields = [(field, _hint_of(owner, field)) for field in dataclasses.fields(owner) if field.init]
    return tuple(_option(owner, field, hint) for field, hint in fields if hint is not HomeFolder)


def make(offer: Offer, values: Mapping[str, Any], home: str | None) -> Channel:
    """The channel itself, made with the values of its options. `home`: the folder for fields of type `HomeFolder`.

    A secret is given as a `Secret` that has been looked up; the text of a reference makes one that has not. Raises
    `BadOffer` or, where its own code raises or the values don't fit, `Refused`.
    """
    if not isinstance(offer, type):
        if values:
            raise Refused(
                f"channel '{one_line(offer.name)}' takes no options.", hint=f"{{{one_line(offer.name)}: {{}}}}"
            )
        return offer
    options = {option.name: option for option in options_of(offer)}
    _refuse_faults(offer, values, options)
    arguments = {name: _converted(value, options[name].type) for name, value in values.items()}
    try:
        return offer(**arguments, **_home_fields(offer, home))
    except Refused:  # in its own words
        raise
    except (Exception, SystemExit) as error:
        message = f"channel {offer.__name__} can't be made: it raised {raised(error, files_of(offer.__module__))}."
        raise Refused(message, hint="every field of a channel is an option in config.yaml") from error


def _refuse_faults(offer: type[Channel], values: Mapping[str, Any], options: Mapping[str, Option]) -> None:
    plain = {name: value.reference if isinstance(value, Secret) else value for name, value in values.items()}
    for fault in check_options(plain, tuple(options.values()), f"channel {offer.__name__}"):
        raise Refused(f"{fault.message}.", hint=fault.hint)


def _home_fields(offer: type, home: str | None) -> dict[str, HomeFolder]:
    if not dataclasses.is_dataclass(offer):
        return {}
    fields = [field.name for field in dataclasses.fields(offer) if field.init and _hint_of(offer, field) is HomeFolder]
    if fields and home is None:
        raise Refused(f"channel {offer.__name__} needs a folder, and there is none in memory.", hint="open a folder")
    return {name: HomeFolder(home) for name in fields}


def _converted(value: Any, type_: OptionType) -> Any:
    if value is None or isinstance(value, Secret):
        return value
    if type_ == "secret":
        return Secret(value)
    if type_ == "number":
        return float(value)
    return tuple(value) if type_ == "list" else value


def _hint_of(owner: type, field: dataclasses.Field[Any]) -> Any:
    """The field's type, of texts (`from __future__ import annotations`) too; ClassVar fields are none of a dataclass.

    One by one: a type that can't be found is the fault of its field, and of no other.
    """
    home = next((base for base in owner.__mro__ if field.name in inspect.get_annotations(base)), owner)
    alone = type(owner.__name__, (), {"__annotations__": {field.name: field.type}, "__module__": home.__module__})
    # Without a module of its own there, a class is made of thin air: names of this module must not do.
    scope = vars(sys.modules[home.__module__]) if home.__module__ in sys.modules else {}
    try:
        return get_type_hints(alone, scope, dict(vars(home)))[field.name]
    except Exception as error:
        message = f"option '{field.name}' of channel {owner.__name__}: its type can't be found ({named(error)})."
        raise BadOffer(message, hint=f"one of {_SUPPORTED}") from error


def _option(owner: type, field: dataclasses.Field[Any], hint: Any) -> Option:
    nullable, hint = _without_none(hint)
    type_, choices = _type_of(hint)
    where = f"option '{field.name}' of channel {owner.__name__}"
    if type_ is None:
        shown = one_line(getattr(hint, "__name__", str(hint)) if get_origin(hint) is None else str(hint), 80)
        raise BadOffer(f"{where} is of a type that can't be written in config.yaml: {shown}.", hint=_mend(hint))
    if type_ == "text" and SECRET_KEY.search(field.name):
        raise BadOffer(f"{where} sounds like a secret, but is a text.", hint=f"{field.name}: jobflow.Secret")
    required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    option = Option(name=field.name, type=type_, required=required, nullable=nullable, choices=choices)
    return option if required else _with_default(option, field, where)


def _with_default(option: Option, field: dataclasses.Field[Any], where: str) -> Option:
    default = field.default
    if field.default_factory is not dataclasses.MISSING:
        try:
            default = field.default_factory()
        except (Exception, SystemExit) as error:
            raise BadOffer(f"{where}: its default can't be made: {named(error)}.") from error
    plain = default.reference if isinstance(default, Secret) else default
    for fault in check_options({option.name: plain}, (option,), where):
        raise BadOffer(f"{where} has a default that does not fit: {fault.message}.", hint=_default_hint(option, plain))
    return dataclasses.replace(option, default=plain)


def _default_hint(option: Option, default: Any) -> str:
    return f"{option.name}: … | None = None" if default is None else "a default of the field's own type"


def _without_none(hint: Any) -> tuple[bool, Any]:
    if get_origin(hint) not in (Union, types.UnionType):
        return False, hint
    members = [member for member in get_args(hint) if member is not type(None)]
    return len(members) < len(get_args(hint)), functools.reduce(operator.or_, members)


def _type_of(hint: Any) -> tuple[OptionType | None, tuple[str, ...]]:
    if get_origin(hint) is Literal and all(isinstance(word, str) for word in get_args(hint)):
        return "choice", get_args(hint)
    if get_origin(hint) is tuple and get_args(hint) == (str, ...):
        return "list", ()
    return (_TYPES.get(hint) if isinstance(hint, type) else None), ()


def _mend(hint: Any) -> str:
    if get_origin(hint) in (list, set, frozenset) or hint in (list, tuple, set):
        return "tuple[str, ...]"
    return "ClassVar where it is no option" if get_origin(hint) is ClassVar else f"one of {_SUPPORTED}"
