"""What schemas are made of: texts, names, numbers, lists, mappings with known keys, as the reader takes them.

Patterns are written for ECMA 262, which editors use; Python reads them alike.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from jobflow.core.sizes import UNIT_NAMES
from jobflow.rulebook.format import Keys
from jobflow.rulebook.schema_words import WORDS
from jobflow.rulebook.shape import MOST_NAME, MOST_TEXT, RESERVED

Schema = dict[str, Any]

DRAFT = "http://json-schema.org/draft-07/schema#"
# Line ends as Python knows them, one of which may end the text; written for ECMA 262, which editors use.
_END = "\\n\\r\\u000b\\u000c\\u001c-\\u001e\\u0085\\u2028\\u2029"
TEXT: Schema = {
    "type": "string",
    "maxLength": MOST_TEXT,
    "pattern": f"^[^{_END}]*[^\\s{_END}][^{_END}]*(\\r\\n|[{_END}])?$",
}
_LETTER = "A-Za-z_\\u00aa-\\uffff"
NAME: Schema = {"type": "string", "maxLength": MOST_NAME, "pattern": f"^[{_LETTER}][{_LETTER}0-9-]*$"}
BOOLEAN: Schema = {"type": "boolean"}
ANYTHING: Schema = {}


def ref(name: str) -> Schema:
    """Something that is defined once."""
    return {"$ref": f"#/definitions/{name}"}


def any_case(word: str) -> str:
    """A pattern for a word in whatever case, its blanks of whatever kind."""
    return "".join(f"[{c.upper()}{c}]" if c.isalpha() else c.replace(" ", "\\s+") for c in word)


def size_schema() -> Schema:
    """A length of time, as `core.sizes` reads it; how long it may be at most is not said."""
    units = "|".join(any_case(name.removesuffix("s")) for name in UNIT_NAMES)
    words = f"[0-9]+\\s*({units})[Ss]?"
    date = "([0-9]+Y)?([0-9]+M)?([0-9]+W)?([0-9]+D)?"
    time = "(T(?=.)([0-9]+H)?([0-9]+M)?([0-9]+S)?)?"
    return {**TEXT, "pattern": f"^\\s*({words}|P(?=.){date}{time})\\s*$", "examples": ["1 week", "5 business days"]}


def whole(least: int, most: int) -> Schema:
    """A whole number."""
    return {"type": "integer", "minimum": least, "maximum": most}


def list_of(items: Schema, *, unique: bool = False, least: int = 1) -> Schema:
    """A list of at least so many."""
    return {"type": "array", "items": items, "minItems": least, **({"uniqueItems": True} if unique else {})}


def suggested(names: Collection[str]) -> Schema:
    """Any name; an editor offers these."""
    return {"anyOf": [{"enum": sorted(names)}, TEXT]} if names else TEXT


def named(values: Schema, section: str = "", *, partly: bool) -> Schema:
    """A mapping from names that the file gives. `partly`: a value may be null, which removes what was there."""
    names: Schema = {**NAME, "not": {"enum": list(RESERVED[section])}} if section in RESERVED else NAME
    found = {"anyOf": [values, {"type": "null"}]} if partly else values
    return {"type": "object", "propertyNames": names, "additionalProperties": found}


def keyed(of: Keys, values: Mapping[str, Schema], *, partly: bool = False, top: bool = False) -> Schema:
    """A mapping with known keys, in their order. `partly`: of a file that extends another one."""
    words = WORDS.get(of.what, {})
    properties: Schema = {}
    for key in of.allowed:
        value = {"anyOf": [values[key], {"type": "null"}]} if partly and not top else values[key]
        properties[key] = {**value, "description": words[key]} if key in words and "$ref" not in value else value
        if key in words and "$ref" in value:  # draft-07 reads nothing beside a reference
            properties[key] = {"allOf": [value], "description": words[key]}
    required = [] if partly else list(of.required)
    found: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return found | ({"required": required} if required else {})


def exactly_one(keys_: Collection[str]) -> Schema:
    """One of the keys is there, and no other of them."""
    return {"oneOf": [{"required": [key]} for key in keys_]}
