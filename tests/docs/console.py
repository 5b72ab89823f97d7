"""Runs the `console` blocks of a page as a newcomer would, in a home of its own, and compares what comes back.

`$ ` begins a command, `> ` goes on with one that ends in a backslash; the rest is output. A line of `…` alone stands
for any lines, `…` within a line for any text. `jobflow` runs in this process, everything else in bash.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

from jobflow.__main__ import main
from tests import standins
from tests.docs.pages import DOCS, Block, Env, parts

HOME = "/home/you"
"""What the pages call the user's folder."""
ANY = "…"
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SHELL = re.compile(r"[|<>;&`]|\$\(")


@dataclass(slots=True)
class Shell:
    """A person's shell in a folder of its own: London, no configuration, one home."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)
    code: int = 0

    def __post_init__(self) -> None:
        self.folder = self.folder.resolve()
        home, programs = self.folder / "you", self.folder / "bin"
        home.mkdir()
        programs.mkdir()
        for name, words in (("jobflow", "-m jobflow"), ("python", "")):
            program = programs / name
            program.write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n', encoding="utf-8")
            program.chmod(0o755)
        # The pages install a schedule: nobody's crontab may be touched.
        standins.write(programs, crontab=standins.CRONTAB, systemctl=standins.SYSTEMCTL)
        for example in (DOCS / "examples").glob("*.py"):
            (home / example.name).write_bytes(example.read_bytes())
        self.environ = {
            "HOME": str(home),
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "JOBFLOW_HOME": str(home / "jobsearch"),
            "TZ": "Europe/London",
            "COLUMNS": "100",
            "LANG": "C.UTF-8",
            "PYTHONUTF8": "1",
        }

    @property
    def home(self) -> Path:
        return self.folder / "you"

    def run(self, command: str) -> list[str]:
        """The lines that a command answers with, both streams."""
        command = command.strip()
        words = shlex.split(command, comments=True)
        if command == "echo $?":
            code, self.code = self.code, 0
            return [str(code)]
        if words[0] == "export":
            for word in words[1:]:
                name, _, value = word.partition("=")
                self.environ[name] = self._expand(value).replace("$PWD", str(self.home))
            return []
        if words[0] == "unset":
            for name in words[1:]:
                self.environ.pop(name, None)
            return []
        outside = words[0] != "jobflow" or _SHELL.search(re.sub(r"'[^']*'|\"[^\"]*\"", "", command))
        text = self._bash(command) if outside else self._inside([self._expand(word) for word in words[1:]])
        return text.replace(str(self.home), HOME).splitlines()

    def _expand(self, word: str) -> str:
        return str(self.home) + word[1:] if word == "~" or word.startswith("~/") else word

    def _bash(self, command: str) -> str:
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.home,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            check=False,
        )
        self.code = done.returncode
        return done.stdout

    def _inside(self, arguments: Sequence[str]) -> str:
        output = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
        before = Path.cwd()
        try:
            os.chdir(self.home)
            with (
                patch.dict(os.environ, self.environ, clear=True),
                patch.object(sys, "argv", ["jobflow", *arguments]),
                # A newcomer has no plugins installed; the checks have all the official ones.
                patch("jobflow.adapters.plugins.discovery.entry_points", return_value=()),
                redirect_stdout(output),
                redirect_stderr(output),
            ):
                self.code = main()
        finally:
            os.chdir(before)
        buffer = output.detach()
        assert isinstance(buffer, io.BytesIO)
        return buffer.getvalue().decode("utf-8")


@dataclass(slots=True)
class Typed:
    """A command with the lines it is shown with, and the output that stands below it."""

    shown: list[str]
    command: str
    expected: list[str] = field(default_factory=list)


def typed(lines: Sequence[str]) -> list[Typed]:
    """The commands of a block."""
    found: list[Typed] = []
    for line in lines:
        if line.startswith("$ "):
            found.append(Typed([line], line[2:]))
        elif line.startswith("> ") and found and found[-1].command.endswith("\\") and not found[-1].expected:
            found[-1].shown.append(line)
            found[-1].command = found[-1].command[:-1] + line[2:]
        else:
            assert found, f"a console block begins with '$ ', not with {line!r}"
            found[-1].expected.append(line)
    return found


def matches(expected: Sequence[str], actual: Sequence[str]) -> bool:
    pattern = ""
    for line in expected:
        if line.strip() == ANY:
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".+?".join(re.escape(part) for part in line.split(ANY)) + r"\n"
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in actual)) is not None


def renewed(expected: Sequence[str], actual: Sequence[str]) -> list[str]:
    """What should stand there: the real output, ids left out, and elided where it was."""
    if matches(expected, actual):
        return list(expected)
    masked = [_UUID.sub(ANY, line) for line in actual]
    cuts = [index for index, line in enumerate(expected) if line.strip() == ANY]
    if not cuts:
        return masked
    if len(cuts) > 1:  # Nobody but its author knows which lines were meant: the test fails until it is mended by hand.
        return list(expected)
    head, tail = cuts[0], len(expected) - cuts[-1] - 1
    if head + tail >= len(masked):
        return masked
    return [*masked[:head], expected[cuts[0]], *masked[len(masked) - tail :]]


def play(text: str, folder: Path) -> tuple[str, list[str]]:
    """Run a page; the page as it should be, and each difference with the line where it stands."""
    shell = Shell(folder)
    lines = text.splitlines()
    changes: list[tuple[Block, list[str]]] = []
    faults: list[str] = []
    for part in parts(text):
        if isinstance(part, Env):
            shell.environ[part.name] = part.value
        elif part.directive and part.directive[0] == "file":
            target = shell.home / part.directive[1]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text("".join(f"{line}\n" for line in part.lines), encoding="utf-8")
        elif part.language == "console":
            changes.append((part, _play_block(part, shell, faults)))
    for block, new in reversed(changes):
        lines[block.first : block.first + len(block.lines)] = new
    return "".join(f"{line}\n" for line in lines), faults


def _play_block(block: Block, shell: Shell, faults: list[str]) -> list[str]:
    new: list[str] = []
    commands = typed(block.lines)
    for place, item in enumerate(commands):
        actual = shell.run(item.command)
        if not matches(item.expected, actual):
            faults.append(
                "\n".join([f"line {block.first + 1}: $ {item.command}", "shown:", *item.expected, "real:", *actual])
            )
        following = commands[place + 1].command if place + 1 < len(commands) else ""
        if shell.code and following != "echo $?":
            faults.append(
                f"line {block.first + 1}: $ {item.command}\nends with {shell.code}, and the page does not say"
            )
        new += [*item.shown, *renewed(item.expected, actual)]
    return new
