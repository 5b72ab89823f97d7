"""The command channel: a program of the user's own is given each message, as JSON on its standard input."""

from __future__ import annotations

import base64
import json
import os
from dataclasses import asdict, dataclass
from typing import ClassVar

from jobflow.adapters.plugins.process import MOST_OUTPUT, Ended
from jobflow.adapters.plugins.process import run as run_program
from jobflow.adapters.plugins.saying import one_line
from jobflow.contracts import DEADLINE, Failed, Message, Outcome, Retry, Sent, Unknown
from jobflow.core.errors import Refused

FOR_GOOD = frozenset((64, 65, 66, 67, 68, 77, 78))
"""Statuses of `sysexits.h` that say trying again is of no use: EX_USAGE to EX_NOHOST, EX_NOPERM, EX_CONFIG."""

WHOLE_PATH = "give the whole path: cron searches few folders"


@dataclass(frozen=True)
class Command:
    """Runs a program without a shell, in the user's home folder and environment.

    `run`: the program and its arguments, `~` expanded. `timeout`: seconds that it may take.
    """

    name: ClassVar[str] = "command"
    run: tuple[str, ...]
    timeout: float = DEADLINE

    def __post_init__(self) -> None:
        """Raises `Refused` for no program, and for a time that is none or too long."""
        if not self.run or not self.run[0].strip() or any("\0" in word for word in self.run):
            raise Refused("option 'run' of channel 'command' names no program.", hint="run: [~/bin/tell-me]")
        if not 0 < self.timeout <= DEADLINE:
            raise Refused(
                f"option 'timeout' of channel 'command' must be more than 0 and at most {DEADLINE} seconds.",
                hint=f"without it, it is {DEADLINE}",
            )

    def send(self, message: Message) -> Outcome:
        """Run the program; its exit status says what became of the message."""
        words = [os.path.expanduser(word) for word in self.run]
        try:
            ended = run_program(words, document(message), environ=os.environ, folder=_folder(), deadline=self.timeout)
        except OSError as error:
            why = f"'{one_line(words[0], 160)}' can't be run ({error.strerror or error})"
            return Retry(f"{why}; {WHOLE_PATH}")
        return self._outcome(ended)

    def check(self) -> str | None:
        """The program, looked for as `send` does. It is not run: that would tell somebody something."""
        import shutil

        word = os.path.expanduser(self.run[0])
        if shutil.which(os.path.join(_folder(), word) if os.path.dirname(word) else word):
            return None
        return f"there is no program '{one_line(word, 160)}' that can be run from here; {WHOLE_PATH}."

    def _outcome(self, ended: Ended) -> Outcome:
        if ended.late:
            return Unknown(f"{self.run[0]} took longer than {self.timeout:g} s, and was ended")
        if ended.flooded:
            return Unknown(f"{self.run[0]} wrote more than {MOST_OUTPUT // 2**20} MiB, and was ended")
        if ended.status == 0:
            return Sent(next(iter(_lines(ended.output)), None))
        if ended.status < 0:
            return Unknown(f"{self.run[0]} was killed by signal {-ended.status}")
        *_, said = "", *_lines(ended.errors)
        reason = f"{self.run[0]} ended with status {ended.status}{': ' if said else ''}{said}"
        return Failed(reason) if ended.status in FOR_GOOD else Retry(reason)


def _folder() -> str:
    home = os.path.expanduser("~")
    return home if os.path.isdir(home) else os.path.abspath(os.sep)


def document(message: Message) -> bytes:
    """The message as one line of JSON, every field by its name; the content of an attachment in base64."""
    text = json.dumps(asdict(message), ensure_ascii=False, default=_base64)
    return text.encode(errors="replace") + b"\n"


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _lines(output: bytes) -> list[str]:
    """The lines that say something, fit to be shown."""
    lines = (one_line(line, 160) for line in output.decode(errors="replace").splitlines())
    return [line for line in lines if line]
