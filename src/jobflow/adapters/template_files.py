"""Texts by name: HOME/templates/NAME.txt, else the one that ships. Read when asked for, once."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

ENDING = ".txt"
SHIPPED = os.path.join(os.path.dirname(os.path.dirname(__file__)), "templates")


class TemplateFiles(Mapping[str, str]):
    """The user's templates over the shipped ones."""

    def __init__(self, folder: str | None, offered: Mapping[str, str] | None = None, tone: str | None = None) -> None:
        """`folder` None: only those that ship and those `offered` by plugins, text by name.

        `tone`: NAME.TONE goes before NAME in each place; the user's own go before those that ship.
        """
        self._tone = tone
        self._offered = offered or {}
        self._folders = [SHIPPED] if folder is None else [folder, SHIPPED]
        self._read: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        """The text; KeyError where there is none."""
        if name not in self._read:
            self._read[name] = self._find(name)
        return self._read[name]

    def _find(self, name: str) -> str:
        names = [name] if self._tone is None else [f"{name}.{self._tone}", name]
        if os.path.basename(name) == name:
            for path in (os.path.join(folder, each + ENDING) for folder in self._folders for each in names):
                try:
                    with open(path, encoding="utf-8-sig") as file:
                        return file.read()
                except FileNotFoundError:
                    continue
        return self._offered[next((each for each in names if each in self._offered), name)]

    def __iter__(self) -> Iterator[str]:
        """Every name there is, sorted."""
        names: set[str] = set(self._offered)
        for folder in self._folders:
            if os.path.isdir(folder):
                names.update(entry.removesuffix(ENDING) for entry in os.listdir(folder) if entry.endswith(ENDING))
        names = {name for name in names if "." not in name}  # a tone of another one
        return iter(sorted(names))

    def __len__(self) -> int:
        """How many."""
        return sum(1 for _ in self)
