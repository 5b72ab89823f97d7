"""Messages and a channel to try things with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from jobflow.contracts import Message, Outcome, Sent


def a_message(**changes: object) -> Message:
    """A message to the user as a tick would send it, but for `changes`."""
    message = Message(
        id="3f0c6a52-9c1b-8d55-a7e0-5b6f0f9f2c11",
        key="3f0c6a52-9c1b-8d55-a7e0-5b6f0f9f2c11",
        kind="opened",
        subject="Acme: Thank Ada Byron",
        text="New\n    1  Thank Ada Byron\n       Due Wed 11 Mar, 18:00.",
        html="<h3>New</h3><ul><li>Thank Ada Byron</li></ul>",
        application="acme",
        tasks=(1,),
    )
    return replace(message, **changes)  # type: ignore[arg-type]


class FakeChannel:
    """A channel that keeps what it is given, and answers or raises what it is told, in turn; then `Sent`."""

    def __init__(self, name: str = "fake", *, answers: Iterable[object] = (), letters: bool = False) -> None:
        """`answers`: outcomes to give and exceptions to raise. `letters`: takes letters to others, no reminders."""
        self.name, self.letters = name, letters
        self.answers = list(answers)
        self.messages: list[Message] = []

    def send(self, message: Message) -> Outcome:
        """Keep it and answer as told."""
        self.messages.append(message)
        answer = self.answers.pop(0) if self.answers else Sent()
        if isinstance(answer, BaseException):
            raise answer
        return answer  # type: ignore[return-value]  # what is no outcome is told on purpose
