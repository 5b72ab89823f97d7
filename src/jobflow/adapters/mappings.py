"""Mappings of columns that the user saved by name: HOME/mappings/NAME.yaml, FIELD: [HEADING, …]."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence

from jobflow.core.errors import Refused, UnknownName
from jobflow.core.quoting import shown

FOLDER = "mappings"
ENDING = ".yaml"
_NAME = re.compile(r"[\w-]{1,64}")

Pairs = Sequence[tuple[str, str]]
"""Field and heading."""


def mapping_file(folder: str, name: str) -> str:
    """Where a mapping lies. Raises `Refused` for what is no name."""
    if not _NAME.fullmatch(name):
        raise Refused(f"{shown(name)} is no name for a mapping.", hint="letters, digits, - and _")
    return os.path.join(folder, FOLDER, name + ENDING)


def mapping_text(pairs: Pairs) -> bytes:
    """The content of the file."""
    fields: dict[str, list[str]] = {}
    for field, heading in pairs:
        fields.setdefault(field, []).append(heading)
    lines = (f"{field}: {json.dumps(headings, ensure_ascii=False)}\n" for field, headings in fields.items())
    return "".join(lines).encode()


def read_mapping(folder: str, name: str) -> list[tuple[str, str]]:
    """The pairs of a saved mapping. Raises `UnknownName`, `InvalidFile` or `Refused`."""
    from jobflow.rulebook.faults import Faults
    from jobflow.rulebook.nodes import Table, plain
    from jobflow.rulebook.reader import read

    path = mapping_file(folder, name)
    try:
        with open(path, "rb") as file:
            content = file.read()
    except FileNotFoundError:
        raise UnknownName("mapping", name, _names(folder), hint="--save-map NAME saves one") from None
    faults = Faults(path)
    root = read(content, faults)
    faults.raise_if_any()
    fields = plain(root) if isinstance(root, Table) else {"": None}
    pairs = []
    for field, headings in fields.items():
        for heading in headings if isinstance(headings, list) else [headings]:
            if not isinstance(heading, str) or not heading.strip():
                raise Refused(f"{path}: a mapping is of lines such as company: [Where I applied].")
            pairs.append((field, heading))
    return pairs


def _names(folder: str) -> tuple[str, ...]:
    place = os.path.join(folder, FOLDER)
    names = os.listdir(place) if os.path.isdir(place) else []
    return tuple(sorted(name.removesuffix(ENDING) for name in names if name.endswith(ENDING)))
