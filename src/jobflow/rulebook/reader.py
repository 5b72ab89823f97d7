"""The strict YAML reader: text to nodes with places, every fault located. No other module knows YAML.

Works on parser events and never lets PyYAML compose: its C composer recurses as deep as the file nests and crashes
the interpreter, keeps the last of duplicate keys, and reads `no`, `on` and `9:30` by YAML 1.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from jobflow.rulebook.faults import Faults
from jobflow.rulebook.nodes import Listing, Node, Place, Scalar, ScalarValue, Table, describe, shorten

MOST_BYTES = 256 * 1024
MOST_DEPTH = 32
MOST_DIGITS = 18
TOO_DEEP = f"nested deeper than {MOST_DEPTH} levels"

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# What YAML allows in a file, without the byte order mark inside the text.
_NOT_TEXT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")
# YAML 1.2 core schema, https://yaml.org/spec/1.2.2/#103-core-schema
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


def read(source: bytes | str, faults: Faults) -> Node | None:
    """The file's one document as a node, or None where it can't be read at all; faults are added to `faults`.

    May raise `TooManyFaults`, nothing else.
    """
    text = _decode(source, faults)
    if text is None or not _is_text(text, faults):
        return None
    builder = _Builder(faults)
    try:
        # yaml.parse is lazy: the depth is refused before the parser goes deeper.
        for event in yaml.parse(text, Loader=_LOADER):
            if not builder.take(event):
                return None
    except yaml.YAMLError as error:
        _syntax(error, text, faults)
        return None
    root = builder.root
    if root is None or (isinstance(root, Scalar) and root.value is None):
        faults.add(Place(faults.path, 1, 1), "JF004", "the file is empty", "write at least the required keys")
        return None
    return root


def _decode(source: bytes | str, faults: Faults) -> str | None:
    start = Place(faults.path, 1, 1)
    size = len(source) if isinstance(source, bytes) else len(source.encode("utf-8", "surrogatepass"))
    if size > MOST_BYTES:
        faults.add(
            start,
            "JF003",
            f"the file has more than {MOST_BYTES // 1024} KB",
            "no rule book is that long: is it the wrong file?",
        )
        return None
    if isinstance(source, str):
        return source.removeprefix("\ufeff")
    if source.startswith((b"\xff\xfe", b"\xfe\xff")):
        faults.add(start, "JF002", "the file is UTF-16, expected UTF-8", "save it as UTF-8")
        return None
    try:
        # Editors on Windows put a mark before UTF-8; it is harmless there and nowhere else.
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = source[: error.start].decode("utf-8", "replace")
        place = _place_after(before, faults.path)
        faults.add(place, "JF002", f"byte 0x{source[error.start]:02x} is not UTF-8", "save the file as UTF-8")
        return None


def _place_after(before: str, path: str) -> Place:
    return Place(path, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)


def _is_text(text: str, faults: Faults) -> bool:
    for found in _NOT_TEXT.finditer(text):
        place = _place_after(text[: found.start()], faults.path)
        faults.add(place, "JF006", f"the character U+{ord(found[0]):04X} can't stand in a text file", "delete it")
    return not faults


def _syntax(error: yaml.YAMLError, text: str, faults: Faults) -> None:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or "this can't be read as YAML"
    line, column = (mark.line, mark.column) if mark else (0, 0)
    if "nesting depth" in problem:  # libyaml since 0.2.6 looks ahead for more brackets than it takes.
        faults.add(Place(faults.path, line + 1, column + 1), "JF007", TOO_DEEP)
        return
    lines = text.splitlines() or [""]
    here = lines[line] if line < len(lines) else ""
    hint = None
    if "\t" in here[: column + 1]:
        problem, hint = "a tab stands where YAML wants blanks", "indent with spaces"
        column = here.index("\t")
    elif "mapping values are not allowed" in problem:
        hint = "a text with ': ' in it needs quotes"
    elif "found character that cannot start any token" in problem:
        hint = "a text that begins with this character needs quotes"
    faults.add(Place(faults.path, line + 1, column + 1), "JF005", f"not YAML: {shorten(problem, 120)}", hint)


@dataclass(slots=True)
class _Open:
    """A list or mapping being read. `key`: the key whose value comes next; `skip`: its value is thrown away."""

    place: Place
    is_table: bool
    items: list[Node] = field(default_factory=list)
    table: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Place] = field(default_factory=dict)
    key: str | None = None
    wants_value: bool = False

    def close(self) -> Node:
        if self.is_table:
            return Table(self.place, self.table, self.keys)
        return Listing(self.place, tuple(self.items))


class _Builder:
    """Builds the node tree from parser events with a stack of its own."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.root: Node | None = None
        self.stack: list[_Open] = []
        self.documents = 0

    def take(self, event: yaml.Event) -> bool:
        """Go on with one event; False where reading on makes no sense."""
        place = self._place(event)
        if isinstance(event, yaml.DocumentStartEvent):
            return self._document(event, place)
        if isinstance(event, yaml.AliasEvent):
            self._alias(f"*{event.anchor}", place)
            self._put(Scalar(place, None))
        elif isinstance(event, yaml.ScalarEvent):
            self._decoration(event, place)
            self._put(Scalar(place, self._scalar(event, place)))
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            self._decoration(event, place)
            self.stack.append(_Open(place, isinstance(event, yaml.MappingStartEvent)))
            if len(self.stack) > MOST_DEPTH:
                self.faults.add(place, "JF007", TOO_DEEP)
                return False
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self._put(self.stack.pop().close())
        return True

    def _place(self, event: yaml.Event) -> Place:
        mark: Any = event.start_mark  # The parser always sets it; the stubs say it may be None.
        return Place(self.faults.path, mark.line + 1, mark.column + 1)

    def _document(self, event: yaml.DocumentStartEvent, place: Place) -> bool:
        self.documents += 1
        if event.tags:
            self.faults.add(place, "JF008", "a %TAG directive; tags are not allowed", "delete the line")
        if self.documents > 1:
            self.faults.add(place, "JF010", "a second document starts here, expected one", "put it into its own file")
        return self.documents == 1

    def _alias(self, name: str, place: Place) -> None:
        hint = "write the value out, or in quotes if it is text"
        self.faults.add(place, "JF009", f"'{shorten(name)}': anchors and aliases are not allowed", hint)

    def _decoration(self, event: yaml.NodeEvent, place: Place) -> None:
        tag = getattr(event, "tag", None)
        if event.anchor is not None:
            self._alias(f"&{event.anchor}", place)
        if tag is not None:
            hint = "delete it, or put the text in quotes"
            self.faults.add(place, "JF008", f"the tag '{shorten(tag)}': tags are not allowed", hint)

    def _scalar(self, event: yaml.ScalarEvent, place: Place) -> ScalarValue:
        text: str = event.value
        if event.style:
            found = _CONTROL.search(text)
            if found:
                self.faults.add(
                    place, "JF006", f"the character U+{ord(found[0]):04X} can't stand in a text", "delete it"
                )
            return text
        if text in _NULL:
            return None
        if text in _BOOL:
            return _BOOL[text]
        return self._number(text, place)

    def _number(self, text: str, place: Place) -> ScalarValue:
        base = 10 if _INT.fullmatch(text) else 8 if _OCTAL.fullmatch(text) else 16 if _HEX.fullmatch(text) else 0
        if _NOT_FINITE.fullmatch(text) or (base and len(text) > MOST_DIGITS):
            return self._not_a_number(text, place)
        if base:
            return int(text if base == 10 else text[2:], base)
        if not _FLOAT.fullmatch(text):
            return text
        value = float(text)
        return value if abs(value) < 1e300 else self._not_a_number(text, place)

    def _not_a_number(self, text: str, place: Place) -> ScalarValue:
        hint = "put it in quotes if it is text"
        self.faults.add(place, "JF013", f"the number {shorten(text, 30)} is too long or not finite", hint)
        return 0

    def _put(self, node: Node) -> None:
        if not self.stack:
            self.root = node
            return
        parent = self.stack[-1]
        if not parent.is_table:
            parent.items.append(node)
        elif parent.wants_value:
            parent.wants_value = False
            if parent.key is not None:
                parent.table[parent.key] = node
        else:
            parent.wants_value = True
            parent.key = self._key(node, parent)

    def _key(self, node: Node, parent: _Open) -> str | None:
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            found = "a list or mapping" if not isinstance(node, Scalar) else describe(node)
            hint = "put it in quotes" if isinstance(node, Scalar) else None
            self.faults.add(node.place, "JF012", f"a key must be text, found {found}", hint)
            return None
        if node.value in parent.keys:
            first = parent.keys[node.value]
            name = shorten(node.value)
            self.faults.add(
                node.place, "JF011", f"the key '{name}' stands here twice, first in line {first.line}", "keep one"
            )
            return None
        parent.keys[node.value] = node.place
        return node.value
