"""The JSON Schema of config.yaml."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from zoneinfo import available_timezones

from jobflow.rulebook.config import CALENDAR, CONFIG, LETTERS, WEEKDAYS
from jobflow.rulebook.options import SECRET_REFERENCE, Option
from jobflow.rulebook.schema_blocks import DRAFT, TEXT, Schema, any_case, keyed, list_of, ref, suggested

_NONE: Mapping[str, Sequence[Option]] = {}
_TIME = "([01]?[0-9]|2[0-3]):[0-5][0-9]"
_RANGE: Schema = {**TEXT, "pattern": f"^\\s*{_TIME}\\s*-\\s*{_TIME}\\s*$"}
_DAY: Schema = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_NULL: Schema = {"type": "null"}
_TONE: Schema = {"type": "string", "pattern": "^[a-z][a-z0-9]{0,30}$"}
_SECRETS = ("password", "passwd", "secret", "token", "apikey", "api_key", "key")
_REFERENCE = "^(env:[A-Za-z_][A-Za-z0-9_]*|cmd:.*\\S.*|keyring:.*\\S.*)$"


def config_schema(channels: Mapping[str, Sequence[Option]] = _NONE, workflows: Collection[str] = ()) -> Schema:
    """Of config.yaml. `channels` by name with their options, and `workflows`, are offered; others are not refused."""
    values: Mapping[str, Schema] = {
        "timezone": {"enum": sorted(available_timezones())},
        "workday": _RANGE,
        "quiet_hours": {"anyOf": [_RANGE, {"type": "null"}]},
        "calendar": _calendar(),
        "workflow": suggested(workflows),
        "letters": keyed(LETTERS, {"name": {"anyOf": [TEXT, _NULL]}, "tone": {"anyOf": [_TONE, _NULL]}}),
        "channels": {
            "type": "object",
            "minProperties": 1,
            "properties": {name: _channel(options) for name, options in channels.items()},
            "additionalProperties": ref("options"),
        },
    }
    return {
        "$schema": DRAFT,
        "title": "The settings of jobflow",
        **keyed(CONFIG, values),
        "type": ["object", "null"],
        "definitions": {"options": _options(), "value": _value()},
    }


def _calendar() -> Schema:
    nothing: Schema = {"type": "null"}
    day = {**TEXT, "pattern": f"^({'|'.join(any_case(day) for day in WEEKDAYS)})$", "examples": list(WEEKDAYS)}
    values: Mapping[str, Schema] = {
        "country": {"anyOf": [{"type": "string", "pattern": "^[A-Z]{2,3}$"}, nothing]},
        "subdivision": {"anyOf": [{"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$"}, nothing]},
        "weekend": list_of(day, least=0),
        "days_off": list_of(_DAY, least=0),
        "working_days": list_of(_DAY, least=0),
        "also": list_of(TEXT, least=0),
    }
    has_country = {"anyOf": [{"required": ["country"]}, {"properties": {"subdivision": nothing}}]}
    return {**keyed(CALENDAR, values), "dependencies": {"subdivision": has_country}}


def _channel(options: Sequence[Option]) -> Schema:
    """The options that a channel takes, secrets as anywhere."""
    taken: Schema = {
        "type": "object",
        "properties": {option.name: _option(option) for option in options},
        "required": [option.name for option in options if option.required],
        "additionalProperties": False,
    }
    return {"allOf": [ref("options"), taken]}


def _option(option: Option) -> Schema:
    values: Mapping[str, Schema] = {
        "text": {"type": "string"},
        "integer": {"type": "integer"},
        "number": {"type": "number"},
        "boolean": {"type": "boolean"},
        "secret": {"type": "string", "pattern": f"^({SECRET_REFERENCE.pattern})$"},
        "choice": {"enum": list(option.choices)},
        "list": {"type": "array", "items": {"type": "string"}},
    }
    return {"anyOf": [values[option.type], {"type": "null"}]} if option.nullable else values[option.type]


def _options() -> Schema:
    """The options of a channel: any, but no secret is written out."""
    secret = f"(^|_)({'|'.join(any_case(word) for word in _SECRETS)})$"
    return {
        "type": "object",
        "patternProperties": {secret: {"type": "string", "pattern": _REFERENCE}},
        "additionalProperties": ref("value"),
    }


def _value() -> Schema:
    plain: Schema = {"type": ["string", "number", "boolean", "null"]}
    return {"anyOf": [plain, {"type": "array", "items": ref("value")}, ref("options")]}
