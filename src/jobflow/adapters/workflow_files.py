"""Workflows by name: HOME/workflows/NAME.yaml, else the one that ships. Compiled once for each content."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from jobflow.core.errors import UnknownName
from jobflow.core.model import Workflow
from jobflow.ports import Reader
from jobflow.rulebook.nodes import Node
from jobflow.rulebook.registry import Registry

ENDING = ".yaml"
SCENARIOS = ".scenarios.yaml"
_NAME = re.compile(r"[\w-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A sound workflow and where it came from. `data` is its JSON in the file's order, `text` the file's own.

    `root`: what stands where.
    """

    workflow: Workflow
    data: str
    text: str
    path: str
    root: Node


_CACHE: dict[str, tuple[dict[str, str], Compiled]] = {}
"""By digest of the source, for the whole process; with the digests of what it extends."""


class WorkflowFiles:
    """Looks workflows up and compiles them; `registry` names what they may use."""

    def __init__(
        self, folder: str | None, registry: Registry | None = None, offered: Mapping[str, str] | None = None
    ) -> None:
        """`folder` None: only those that ship and those `offered` by plugins, text by name."""
        self.folder = folder
        self.registry = registry or Registry()
        self.offered = offered or {}

    def names(self) -> tuple[str, ...]:
        """Every workflow that can be named, sorted."""
        from jobflow.rulebook.shipped import shipped_names

        return tuple(sorted({*self._own_names(), *shipped_names(), *self.offered}))

    def _own_names(self) -> Iterator[str]:
        if self.folder is not None and os.path.isdir(self.folder):
            for entry in os.listdir(self.folder):
                if entry.endswith(ENDING) and _NAME.fullmatch(entry.removesuffix(ENDING)):
                    yield entry.removesuffix(ENDING)

    def find(self, name: str) -> bytes | None:
        """The source of the workflow of that name, None where there is none."""
        from jobflow.rulebook.load import read_file
        from jobflow.rulebook.shipped import shipped

        path = self.own_path(name)
        if path is not None:
            return read_file(path)
        text = shipped(name) or self.offered.get(name)
        return None if text is None else text.encode()

    def own_path(self, name: str) -> str | None:
        """The user's own file of that name, None where there is none."""
        if self.folder is None or not _NAME.fullmatch(name):
            return None
        path = os.path.join(self.folder, name + ENDING)
        return path if os.path.lexists(path) else None

    def beside(self, found: Compiled) -> tuple[str, bytes] | None:
        """The file of scenarios beside a workflow, where it is and what it holds; None where there is none.

        Raises `InvalidFile` where it can't be read.
        """
        from jobflow.rulebook.load import read_file
        from jobflow.rulebook.shipped import shipped

        if found.path.endswith((ENDING, ".yml")):
            path = found.path.rpartition(".")[0] + SCENARIOS
            return (path, read_file(path)) if os.path.lexists(path) else None
        text = shipped(found.path, SCENARIOS)
        return None if text is None else (f"{found.path}.scenarios", text.encode())

    def load(self, name: str) -> Compiled:
        """The workflow of that name. Raises `UnknownName` (with near misses) or `InvalidFile`."""
        source = self.find(name)
        if source is None:
            raise UnknownName("workflow", name, self.names())
        return self.compile(source, self.own_path(name) or name)

    def compile(self, source: bytes, path: str) -> Compiled:
        """Check and compile a source; the same one again costs nothing. Raises `InvalidFile`."""
        key = _digest(repr((source, path, self.registry)).encode())
        cached = _CACHE.get(key)
        if cached is not None and all(self._digest_of(base) == digest for base, digest in cached[0].items()):
            return cached[1]
        bases: dict[str, str] = {}
        compiled = self._compile(source, path, bases)
        _CACHE[key] = (bases, compiled)
        return compiled

    def _compile(self, source: bytes, path: str, bases: dict[str, str]) -> Compiled:
        from jobflow.rulebook.load import load_source

        def find(name: str) -> str | None:
            found = self.find(name)
            bases[name] = self._digest_of(name)
            return None if found is None else found.decode("utf-8-sig", "replace")

        loaded = load_source(source, path, registry=self.registry, find=find)
        return Compiled(
            workflow=loaded.workflow,
            data=loaded.stored,
            text=loaded.text,
            path=loaded.path,
            root=loaded.root,
        )

    def _digest_of(self, name: str) -> str:
        return _digest(self.find(name) or b"")

    def __call__(self, name: str, _reader: Reader) -> tuple[str, int, str, str]:
        """What the engine asks for: name, version, hash and JSON, in the file's order: tasks are numbered so."""
        found = self.load(name)
        return found.workflow.name, found.workflow.version, found.workflow.hash, found.data


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
