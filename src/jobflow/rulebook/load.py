"""From a path or text to a compiled workflow, `extends` merged, or `InvalidFile` with every fault."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobflow.core.compile import compile_workflow
from jobflow.core.model import Workflow
from jobflow.rulebook.check import check_workflow
from jobflow.rulebook.extend import extended
from jobflow.rulebook.faults import Faults, TooManyFaults
from jobflow.rulebook.nodes import Node, Place, Scalar, plain
from jobflow.rulebook.reader import MOST_BYTES, read
from jobflow.rulebook.registry import Registry
from jobflow.rulebook.shipped import shipped

TEXT_NAME = "workflow"
"""What messages call a workflow that came as text."""

Find = Callable[[str], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A workflow that is sound. `data`: what it was compiled from and what a store keeps; `text`: the file's own.

    `root`: the same with the place of everything, after `extends`.
    """

    workflow: Workflow
    data: dict[str, Any]
    text: str
    path: str
    root: Node

    @property
    def stored(self) -> str:
        """What a store keeps: JSON in the file's order, since tasks are numbered so."""
        return json.dumps(self.data, ensure_ascii=False)


def load_workflow(
    path_or_text: str | os.PathLike[str], *, registry: Registry | None = None, find: Find | None = None
) -> Loaded:
    """Read, check and compile a workflow: a path, a text of more than one line, or a shipped workflow's name.

    `find` gives the text of the workflow that `extends` names, None where there is none (default: the shipped ones).
    Raises `InvalidFile` with every fault of the file, nothing else.
    """
    source, path = _source(path_or_text)
    return load_source(source, path, registry=registry, find=find)


def load_source(
    source: bytes | str, path: str, *, registry: Registry | None = None, find: Find | None = None
) -> Loaded:
    """The same for a file's content; `path` names it in messages."""
    faults = Faults(path)
    merged = _checked(source, faults, registry or Registry(), find or shipped)
    faults.raise_if_any()
    data: dict[str, Any] = plain(merged)
    text = source if isinstance(source, str) else source.decode("utf-8-sig")
    return Loaded(workflow=compile_workflow(data), data=data, text=text, path=path, root=merged)


def _checked(source: bytes | str, faults: Faults, registry: Registry, find: Find) -> Node:
    """The merged nodes, worth nothing where `faults` holds any."""
    nothing = Scalar(Place(faults.path, 1, 1), None)
    try:
        root = read(source, faults)
        merged = extended(root, faults, find) if root is not None else None
        if merged is None:
            return nothing
        check_workflow(merged, registry, faults)
    except TooManyFaults:
        return nothing
    return merged


def _source(path_or_text: str | os.PathLike[str]) -> tuple[bytes | str, str]:
    if isinstance(path_or_text, str) and "\n" in path_or_text:
        return path_or_text, TEXT_NAME
    path = os.fspath(path_or_text)
    known = shipped(path) if not os.path.lexists(path) else None
    return (known, path) if known is not None else (read_file(path), path)


def read_file(path: str) -> bytes:
    """The file's bytes, no more than one beyond what is allowed. Raises `InvalidFile` where it can't be read."""
    faults = Faults(path)
    content = b""
    try:
        with Path(path).open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        faults.add(Place(path, 0, 0), "JF001", f"the file can't be read: {reason}")
    faults.raise_if_any()
    return content
