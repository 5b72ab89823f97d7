"""What options a channel takes, as data, and whether values fit them. How they are read from a class is not here.

Pure and without positions: `check_options` says where a fault is by its path in the values, and config.py, which has
the line and column of each, reports it there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from jobflow.core.errors import Refused
from jobflow.rulebook.faults import near
from jobflow.rulebook.nodes import shorten

OptionType = Literal["text", "integer", "number", "boolean", "secret", "choice", "list"]
"""`list`: of texts. `secret`: a text that says where the secret is, see `SECRET_REFERENCE`."""

SECRET_KEY = re.compile(r"(^|_)(password|passwd|secret|token|api_?key|key)$", re.IGNORECASE)
"""Names of what must not be written out in config.yaml."""

SECRET_REFERENCE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*|cmd:.*\S.*|keyring:[^/]*[^/\s][^/]*/.*\S.*")
"""Where a secret is: an environment variable, what a command prints, or an entry of the system's keyring."""

SECRET_HINT = "say where it is: env:NAME, cmd:COMMAND or keyring:SERVICE/USER"

_EXPECTED: dict[str, str] = {
    "text": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "secret": "where the secret is",
    "choice": "one of its words",
    "list": "a list of texts",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option. `default`: a plain JSON value, where it is not `required`; `choices`: the words of a `choice`.

    `nullable`: whether `null` may be written, too.
    """

    name: str
    type: OptionType
    required: bool = True
    nullable: bool = False
    default: Any = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OptionFault:
    """What is wrong with a value. `path` leads to it: a key, then the place in a list; empty: the options as a whole.

    `code` as in `jobflow.rulebook.codes`. JF020 is about the key itself, every other code about the value.
    """

    path: tuple[str | int, ...]
    code: str
    message: str
    hint: str | None = None


def check_options(values: Mapping[str, Any], options: Sequence[Option], what: str) -> tuple[OptionFault, ...]:
    """Every fault of plain values, in their order; missing ones last. `what` names the taker: `channel 'ntfy'`."""
    known = {option.name: option for option in options}
    faults: list[OptionFault] = []
    for key, value in values.items():
        if key in known:
            faults += _check(value, known[key])
        else:
            hint = near(key, known) if known else "it takes none: {}"
            faults.append(OptionFault((key,), "JF020", f"unknown option '{shorten(str(key))}' of {what}", hint))
    for option in options:
        if option.required and option.name not in values:
            hint = f"add '{option.name}: …', {expected(option)}"
            faults.append(OptionFault((), "JF021", f"{what} needs the option '{option.name}'", hint))
    return tuple(faults)


def expected(option: Option) -> str:
    """What may be written, in words."""
    return " or ".join(f"'{word}'" for word in option.choices) if option.choices else _EXPECTED[option.type]


def _check(value: Any, option: Option) -> list[OptionFault]:
    if value is None:
        hint = f"write {expected(option)}" if option.required else "delete the key where there is nothing to say"
        return [] if option.nullable else [_wrong_type(value, option, hint=hint)]
    if option.type == "secret":
        return _check_secret(value, option)
    if option.type == "list":
        return _check_list(value, option)
    if not _fits(value, option.type):
        return [_wrong_type(value, option, hint=_hint(value, option))]
    if option.type == "choice" and value not in option.choices:
        message = f"'{shorten(value)}' is not possible for '{option.name}'"
        return [OptionFault((option.name,), "JF023", message, near(value, option.choices))]
    return []


def _check_secret(value: Any, option: Option) -> list[OptionFault]:
    if isinstance(value, str) and SECRET_REFERENCE.fullmatch(value):
        return []
    # The value itself is not repeated: messages end up in logs.
    return [OptionFault((option.name,), "JF308", f"'{option.name}' must not be written out here", SECRET_HINT)]


def _check_list(value: Any, option: Option) -> list[OptionFault]:
    if not isinstance(value, list | tuple):
        return [_wrong_type(value, option, hint="write it in brackets: [one, two]")]
    return [
        _wrong_type(item, option, index, "text", hint=_hint(item, option))
        for index, item in enumerate(value)
        if not isinstance(item, str)
    ]


def _fits(value: Any, type_: OptionType) -> bool:
    if type_ == "boolean" or isinstance(value, bool):
        return type_ == "boolean" and isinstance(value, bool)
    if type_ == "number":
        return isinstance(value, int | float)
    return isinstance(value, int if type_ == "integer" else str)


def _hint(value: Any, option: Option) -> str | None:
    if isinstance(value, bool | int | float) and option.type in ("text", "list", "choice"):
        return f"write it in quotes: '{str(value).lower()}'"
    if isinstance(value, str) and option.type in ("integer", "number", "boolean"):
        return "without quotes" if re.fullmatch(r"[0-9.+-]+|true|false", value.strip()) else None
    return None


def _wrong_type(value: Any, option: Option, *at: int | str, hint: str | None) -> OptionFault:
    index = tuple(part for part in at if isinstance(part, int))
    wanted = "text" if index else expected(option)
    message = f"expected {wanted} for '{option.name}', found {found(value)}"
    return OptionFault((option.name, *index), "JF022", message, hint)


def found(value: Any) -> str:
    """How a message names a value."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {shorten(str(value))}" if abs(value) < 10**20 else "a long number"
    if isinstance(value, str):
        return f"the text '{shorten(value)}'"
    return "a mapping" if isinstance(value, Mapping) else "a list" if isinstance(value, list | tuple) else "an object"


def option_to_json(option: Option) -> dict[str, Any]:
    """The option as JSON data, to be kept beside a plugin's name; shorter without what is as usual."""
    default = list(option.default) if isinstance(option.default, tuple) else option.default
    data = {"name": option.name, "type": option.type, "required": option.required}
    return (
        data
        | ({"nullable": True} if option.nullable else {})
        | ({"default": default} if default is not None else {})
        | ({"choices": list(option.choices)} if option.choices else {})
    )


def option_from_json(data: Any) -> Option:
    """The option that `option_to_json` wrote. Raises `Refused` for anything else."""
    try:
        default = data.get("default")
        option = Option(
            name=data["name"],
            type=data["type"],
            required=data["required"],
            nullable=data.get("nullable", False),
            default=tuple(default) if isinstance(default, list) else default,
            choices=tuple(data.get("choices", ())),
        )
        flags = {option.required, option.nullable} <= {True, False}
        sound = flags and type(option.name) is str and option.type in get_args(OptionType)
    except (AttributeError, KeyError, TypeError):
        sound = False
    if not sound:
        raise Refused("what was remembered of a plugin's options can't be read.", hint="enable the plugin again")
    return option
