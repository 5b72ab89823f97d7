"""The console channel: what a tick has to say, on standard output; silent when there is nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from jobflow.contracts import Message, Outcome, Sent

Write = Callable[[str], object]


class Console:
    """Writes to standard output, or wherever `write` leads; None writes nowhere (the caller shows the report)."""

    name: ClassVar[str] = "console"

    def __init__(self, write: Write | None = None) -> None:
        """`write` is given a whole digest at once."""
        self._write = write

    def send(self, message: Message) -> Outcome:
        """Print it."""
        if self._write is not None:
            self._write(message.text)
        return Sent()
