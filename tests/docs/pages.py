"""The pages of the documentation and what stands in them: sections, tables, fenced blocks, links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md")))

_DIRECTIVE = re.compile(r"<!-- (env|file|include): (.+?) -->")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block. `directive`: (`file` or `include`, its path) from the comment above it, else None.

    `first` is the index of its first line of content among the page's lines.
    """

    language: str
    lines: tuple[str, ...]
    first: int
    directive: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Env:
    """`<!-- env: NAME=VALUE -->`: holds for what follows on the page."""

    name: str
    value: str


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def parts(text: str) -> Iterator[Block | Env]:
    """The fenced blocks and settings of a page, in order."""
    lines = text.splitlines()
    pending: tuple[str, str] | None = None
    index = 0
    while index < len(lines):
        line = lines[index]
        found = _DIRECTIVE.fullmatch(line)
        if found and found[1] == "env":
            name, _, value = found[2].partition("=")
            yield Env(name, value)
        elif found:
            pending = (found[1], found[2])
        elif line.startswith("```"):
            end = next(i for i in range(index + 1, len(lines)) if lines[i] == "```")
            yield Block(line.removeprefix("```").strip(), tuple(lines[index + 1 : end]), index + 1, pending)
            pending, index = None, end
        index += 1


def blocks(text: str, language: str) -> list[Block]:
    return [part for part in parts(text) if isinstance(part, Block) and part.language == language]


def section(text: str, title: str) -> str:
    """What stands under a heading, up to the next one of its level or above."""
    lines = text.splitlines()
    begin = next((index for index, level, name in headings(text) if name == title), None)
    assert begin is not None, f"no section '{title}'"
    own = len(lines[begin]) - len(lines[begin].lstrip("#"))
    end = next((index for index, level, _ in headings(text) if index > begin and level <= own), len(lines))
    return "\n".join(lines[begin + 1 : end])


def headings(text: str) -> list[tuple[int, int, str]]:
    """The index of its line, the level and the words of each heading; what stands in blocks is none."""
    found: list[tuple[int, int, str]] = []
    inside = False
    for index, line in enumerate(text.splitlines()):
        if line.startswith("```"):
            inside = not inside
        elif not inside and line.startswith("#"):
            marks, _, words = line.partition(" ")
            found.append((index, len(marks), words))
    return found


def rows(text: str) -> list[str]:
    """The first cell of each row of the tables, where it is code."""
    return re.findall(r"^\| `([^`]+)`", text, re.MULTILINE)
