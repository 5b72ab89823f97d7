"""The shapes that values of any file can have: text, number, list, mapping with known keys.

Each check reports, and returns None where the value is unusable, so that checking goes on.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from jobflow.core.model import FIXED_ANCHORS
from jobflow.rulebook.faults import Faults, near
from jobflow.rulebook.format import Keys
from jobflow.rulebook.nodes import Listing, Node, Place, Scalar, Table, describe, shorten

MOST_TEXT = 500
MOST_NAME = 64
RESERVED = {"states": ("live",), **dict.fromkeys(("facts", "tasks", "events", "limits"), FIXED_ANCHORS)}
"""Names that already mean something where such a name is used."""

_NAME = re.compile(r"[^\W\d][\w-]*")


class Shapes:
    """Shape checks that report to one `Faults`."""

    def __init__(self, faults: Faults) -> None:
        """`faults` takes what is found."""
        self.faults = faults

    def wrong_type(self, node: Node, expected: str, hint: str | None = None) -> None:
        """Report what was found where something else belongs."""
        if hint is None and isinstance(node, Scalar) and node.value is None:
            hint = "delete the key where there is nothing to say"
        self.faults.add(node.place, "JF022", f"expected {expected}, found {describe(node)}", hint)

    def text(self, node: Node, what: str = "text") -> str | None:
        """One line of text."""
        value = node.value if isinstance(node, Scalar) else None
        if not isinstance(value, str):
            number = isinstance(node, Scalar) and value is not None
            self.wrong_type(node, what, f"write it in quotes: '{str(value).lower()}'" if number else None)
            return None
        if not value.strip() or len(value) > MOST_TEXT or len(value.splitlines()) > 1:
            found = "nothing" if not value.strip() else f"'{shorten(value, 30)}'"
            message = f"expected one line of text with at most {MOST_TEXT} characters, found {found}"
            self.faults.add(node.place, "JF026", message)
            return None
        return value

    def name(self, place: Place, name: str, section: str) -> None:
        """A name that the file gives to something of the section."""
        if not _NAME.fullmatch(name) or len(name) > MOST_NAME:
            message = f"the name '{shorten(name)}' can't be used"
            hint = f"letters, digits, '_' and '-', a letter first, at most {MOST_NAME}"
            self.faults.add(place, "JF101", message, hint)
        elif name in RESERVED.get(section, ()):
            self.faults.add(place, "JF101", f"the name '{name}' already has a meaning", "choose another one")

    def integer(self, node: Node, least: int, most: int) -> int | None:
        """A whole number between the bounds."""
        value = node.value if isinstance(node, Scalar) else None
        if not isinstance(value, int) or isinstance(value, bool):
            self.wrong_type(node, "a whole number")
            return None
        if not least <= value <= most:
            self.faults.add(node.place, "JF024", f"expected a number from {least} to {most}, found {value}")
            return None
        return value

    def boolean(self, node: Node) -> bool | None:
        """True or false."""
        value = node.value if isinstance(node, Scalar) else None
        if not isinstance(value, bool):
            self.wrong_type(node, "true or false")
            return None
        return value

    def one_of(self, node: Node, options: Collection[str]) -> str | None:
        """One of a few words."""
        value = self.text(node, " or ".join(f"'{option}'" for option in options))
        if value is not None and value not in options:
            self.faults.add(node.place, "JF023", f"'{shorten(value)}' is not possible here", near(value, options))
            return None
        return value

    def known(self, node: Node, names: Collection[str], what: str, code: str) -> str | None:
        """The name of something that exists."""
        value = self.text(node, f"the name of a {what}")
        if value is not None and value not in names:
            self.faults.add(node.place, code, f"unknown {what} '{shorten(value)}'", near(value, names))
            return None
        return value

    def listing(self, node: Node, what: str) -> tuple[Node, ...]:
        """The members of a list that holds at least one."""
        if not isinstance(node, Listing):
            self.wrong_type(node, f"a list of {what}", "write it in brackets: [one, two]")
            return ()
        if not node.items:
            self.faults.add(node.place, "JF025", f"the list is empty, expected {what}")
        return node.items

    def known_list(self, node: Node, names: Collection[str], what: str, code: str) -> None:
        """A list of names that exist, each once."""
        seen: set[str] = set()
        for item in self.listing(node, f"{what}s"):
            name = self.known(item, names, what, code)
            if name in seen:
                self.faults.add(item.place, "JF025", f"'{name}' stands in the list twice", "leave one out")
            if name is not None:
                seen.add(name)

    def table(self, node: Node, what: str) -> dict[str, Node]:
        """The members of a mapping."""
        if not isinstance(node, Table):
            hint = "write {} where there is nothing to say" if isinstance(node, Scalar) and node.value is None else None
            self.wrong_type(node, f"{what} with keys", hint)
            return {}
        return node.items

    def keyed(self, node: Node, keys: Keys) -> dict[str, Node]:
        """The members of a mapping with known keys; unknown and missing ones are reported."""
        items = self.table(node, keys.what)
        if isinstance(node, Table):
            for key in items:
                if key not in keys.allowed:
                    self.unknown_key(node, key, keys.what, keys.allowed)
            for key in keys.required:
                if key not in items:
                    self.faults.add(node.place, "JF021", f"{keys.what} needs the key '{key}'", f"add '{key}: …'")
        return {key: value for key, value in items.items() if key in keys.allowed}

    def unknown_key(self, node: Table, key: str, what: str, allowed: Iterable[str]) -> None:
        """Report a key that means nothing here."""
        self.faults.add(node.keys[key], "JF020", f"unknown key '{shorten(key)}' in {what}", near(key, allowed))
