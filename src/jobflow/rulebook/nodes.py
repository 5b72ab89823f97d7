"""YAML values with their places: what the reader makes and the checks walk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

ScalarValue = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands; line and column count from 1."""

    source: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text, number, truth value or nothing."""

    place: Place
    value: ScalarValue


@dataclass(frozen=True, slots=True)
class Listing:
    """A list."""

    place: Place
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping from text keys. `keys` holds the place of each key."""

    place: Place
    items: dict[str, Node]
    keys: dict[str, Place]


Node = Scalar | Listing | Table


def plain(node: Node) -> Any:
    """The value without its places: dict, list, text, number, truth value, None."""
    if isinstance(node, Table):
        return {key: plain(value) for key, value in node.items.items()}
    if isinstance(node, Listing):
        return [plain(item) for item in node.items]
    return node.value


def text_of(node: Node | None) -> str | None:
    """The text of a text scalar, else None."""
    return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else None


def table_of(node: Node | None) -> dict[str, Node]:
    """The members of a mapping, else none: for look-ups that leave complaining to the check."""
    return node.items if isinstance(node, Table) else {}


def items_of(node: Node | None) -> tuple[Node, ...]:
    """The members of a list, else none."""
    return node.items if isinstance(node, Listing) else ()


def place_of(root: Node, path: str) -> Place:
    """Where the rule of a path (`states/awaiting/transitions/0`) stands: its key, or the item of its list.

    Of a path that leads further than the file goes, the last place on the way.
    """
    node, place = root, root.place
    for part in path.split("/") if path else ():
        if isinstance(node, Table) and part in node.items:
            place, node = node.keys[part], node.items[part]
        elif isinstance(node, Listing) and part.isdecimal() and int(part) < len(node.items):
            node = node.items[int(part)]
            place = node.place
        else:
            break
    return place


def describe(node: Node) -> str:
    """How a message names what was found."""
    if isinstance(node, Table):
        return "a mapping"
    if isinstance(node, Listing):
        return "a list"
    value = node.value
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"the text '{shorten(value)}'"
    return f"the number {value}"


def shorten(text: str, most: int = 60) -> str:
    """The text on one line, cut where it is long: a message stays one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
