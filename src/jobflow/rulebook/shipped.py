"""The workflows that come with jobflow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

_SUFFIX = ".yaml"
_NAME = re.compile(r"[\w-]{1,64}")


@cache
def shipped_names() -> tuple[str, ...]:
    """Their names, sorted."""
    names = {item.name.removesuffix(_SUFFIX) for folder in _folders() for item in folder.iterdir() if item.is_file()}
    return tuple(sorted(name for name in names if _NAME.fullmatch(name)))


@cache
def shipped(name: str, ending: str = _SUFFIX) -> str | None:
    """The text of a shipped workflow, or of what lies beside it; None where there is none of that name."""
    if not _NAME.fullmatch(name):
        return None
    found = (folder.joinpath(name + ending) for folder in _folders())
    return next((item.read_text(encoding="utf-8") for item in found if item.is_file()), None)


def _folders() -> Iterator[Traversable]:
    """Inside the package where it was built into a wheel, else at the top of the source tree."""
    source_tree = Path(__file__).parents[3] / "workflows"
    for folder in (files("jobflow").joinpath("workflows"), source_tree):
        if folder.is_dir():
            yield folder
            return
