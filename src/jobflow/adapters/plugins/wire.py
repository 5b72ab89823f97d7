"""Values of the plugin contract as JSON between two processes, checked against their types on both ways.

What a dataclass says of its fields is all there is to know: a field that the contract gains travels too.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import functools
import math
import types
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

KIND = "is"
"""The key under which the JSON of a dataclass names its class."""


class WireFault(Exception):
    """A value of another type than its place takes: `Retry.after is str, expected timedelta`."""

    def __init__(self, at: str, found: object, expected: str) -> None:
        """`at`: where, from the outermost class on; empty for the value itself."""
        self.at, self.found, self.expected = at, found, expected
        found_ = _named(found)
        super().__init__(f"{found_} instead of {expected}" + (f" for {at}" if at else ""))


def encode(value: object, hint: Any, at: str = "") -> Any:
    """The value as JSON data. Raises `WireFault` where it is not of the type that `hint` says."""
    if hint is Any:
        return _plain(value, at)
    members = _members(hint)
    if members is not None:
        return None if value is None and type(None) in members else _encode_member(value, members, at)
    if _is_class(hint):
        return _encode_member(value, (hint,), at)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return value if value in arguments else _refuse(at, value, spelled(hint))
    if origin in _LISTS:
        if not isinstance(value, list | tuple):
            return _refuse(at, value, spelled(hint))
        return [encode(item, arguments[0], f"{at}[{index}]") for index, item in enumerate(value)]
    if origin in _MAPPINGS:
        return _plain(value, at) if isinstance(value, Mapping) else _refuse(at, value, spelled(hint))
    return _SCALARS[hint].encode(value) if _is(value, hint) else _refuse(at, value, spelled(hint))


def decode(data: object, hint: Any, at: str = "") -> Any:
    """The value that `encode` made JSON of. Raises `WireFault` for any other data."""
    if hint is Any:
        return _plain(data, at)
    members = _members(hint)
    if members is not None:
        return None if data is None and type(None) in members else _decode_member(data, members, at)
    if _is_class(hint):
        return _decode_member(data, (hint,), at)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return data if isinstance(data, str) and data in arguments else _refuse(at, data, spelled(hint))
    if origin in _LISTS:
        if not isinstance(data, list):
            return _refuse(at, data, spelled(hint))
        return tuple(decode(item, arguments[0], f"{at}[{index}]") for index, item in enumerate(data))
    if origin in _MAPPINGS:
        return _plain(data, at) if isinstance(data, dict) else _refuse(at, data, spelled(hint))
    try:
        return _SCALARS[hint].decode(data)
    except (TypeError, ValueError, OverflowError, binascii.Error):
        return _refuse(at, data, spelled(hint))


def spelled(hint: Any) -> str:
    """How a message names a type: `Sent, Retry, Failed or Unknown`."""
    members = _members(hint)
    if members is not None:
        names = [spelled(member) for member in members]
        return " or ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]
    if get_origin(hint) is Literal:
        return "one of " + ", ".join(map(repr, get_args(hint)))
    if get_origin(hint) in _LISTS:
        return f"a tuple of {spelled(get_args(hint)[0])}"
    if get_origin(hint) in _MAPPINGS:
        return "a dict"
    return "None" if hint is type(None) else str(getattr(hint, "__name__", hint))


def _named(found: object) -> str:
    """A stranger's own class may have the very name that was expected."""
    class_ = type(found)
    inside = class_.__module__ == "builtins" or class_.__module__.startswith("jobflow.")
    return "None" if found is None else class_.__name__ if inside else f"{class_.__module__}.{class_.__name__}"


def _is_class(hint: Any) -> bool:
    return dataclasses.is_dataclass(hint)


def _members(hint: Any) -> tuple[Any, ...] | None:
    return get_args(hint) if get_origin(hint) in (Union, types.UnionType) else None


@functools.cache
def _hints(class_: type) -> dict[str, Any]:
    hints = get_type_hints(class_)
    return {field.name: hints[field.name] for field in dataclasses.fields(class_)}


def _encode_member(value: object, members: Sequence[Any], at: str) -> Any:
    for member in members:
        if _is_class(member) and isinstance(value, member):
            inner = at or member.__name__
            own = _hints(member).items()
            encoded = {name: encode(getattr(value, name), hint, f"{inner}.{name}") for name, hint in own}
            return {KIND: member.__name__, **encoded}
        if not _is_class(member) and member is not type(None):
            return encode(value, member, at)
    return _refuse(at, value, _spelled_members(members))


def _decode_member(data: object, members: Sequence[Any], at: str) -> Any:
    for member in members:
        if _is_class(member) and isinstance(data, dict) and data.get(KIND) == member.__name__:
            inner, own = at or data[KIND], _hints(member)
            if data.keys() != {KIND, *own}:
                _refuse(inner, data, f"the fields {', '.join(own)}")
            return member(**{name: decode(data[name], hint, f"{inner}.{name}") for name, hint in own.items()})
        if not _is_class(member) and member is not type(None):
            return decode(data, member, at)
    return _refuse(at, data, _spelled_members(members))


def _spelled_members(members: Sequence[Any]) -> str:
    return spelled(Union[tuple(members)]) if len(members) > 1 else spelled(members[0])  # noqa: UP007


def _refuse(at: str, found: object, expected: str) -> Any:
    raise WireFault(at, found, expected)


def _plain(value: object, at: str) -> Any:
    """JSON data as it is, dates as ISO texts: facts and arguments."""
    if isinstance(value, str):
        return _sound(value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain(item, f"{at}[{index}]") for index, item in enumerate(value)]
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                _refuse(f"a key of {at}", key, "str")
        return {_sound(key): _plain(item, f"{at}[{key[:40]!r}]") for key, item in value.items()}
    return _refuse(at, value, "text, number, truth value, date, list or dict")


def _sound(text: str) -> str:
    """Lone surrogates can't be stored as UTF-8."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _same(type_: type) -> Any:
    def decoded(data: object) -> object:
        if not _is(data, type_):
            raise TypeError
        return data

    return decoded


def _is(value: object, type_: type) -> bool:
    if type_ is float:
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if type_ is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, type_)


class _Scalar:
    def __init__(self, encode: Any, decode: Any) -> None:
        self.encode, self.decode = encode, decode


def _timedelta(data: Any) -> timedelta:
    days, seconds, microseconds = map(_same(int), data)
    return timedelta(days, seconds, microseconds)


_LISTS = (tuple, Sequence)
_MAPPINGS = (dict, Mapping)
_SCALARS: dict[Any, _Scalar] = {
    str: _Scalar(_sound, lambda data: _sound(_same(str)(data))),
    int: _Scalar(int, _same(int)),
    bool: _Scalar(bool, _same(bool)),
    float: _Scalar(float, lambda data: float(_same(float)(data))),
    bytes: _Scalar(
        lambda value: base64.b64encode(value).decode(),
        lambda data: base64.b64decode(_same(str)(data), validate=True),
    ),
    datetime: _Scalar(datetime.isoformat, datetime.fromisoformat),
    timedelta: _Scalar(lambda value: [value.days, value.seconds, value.microseconds], _timedelta),
}
