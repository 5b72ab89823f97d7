"""Messages and a channel to try things with: it fails as real ones do, when and how it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from jobflow.contracts import Failed, Message, Outcome, Retry, Sent, Unknown


class Killed(BaseException):
    """As if the process were gone in the middle of a delivery: nobody catches this, and nothing more is recorded."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to fail: what the channel answers or raises, and whether the message arrived all the same."""

    answer: Outcome | BaseException
    arrives: bool = False


REFUSED = Fault(Retry("connection refused"))
"""Nobody listens there."""
TIMED_OUT = Fault(TimeoutError("timed out"))
"""It raised, and arrived nowhere."""
BUSY = Fault(Retry("503 try again later", timedelta(hours=1)))
"""Not now."""
REJECTED = Fault(Failed("550 no such mailbox"))
"""Not ever."""
DROPPED = Fault(Unknown("the line broke after the message was handed over"), arrives=True)
"""It arrived, and nobody said so."""
KILLED_BEFORE = Fault(Killed("before it was sent"))
"""The process died before anything left."""
KILLED_AFTER = Fault(Killed("after it was sent"), arrives=True)
"""The process died after it had left, and before that was recorded."""

Answer = Fault | Outcome | BaseException | Callable[[Message], Outcome]


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
    """A channel that keeps what it is given, and does what it is told, in turn; then it delivers."""

    def __init__(self, name: str = "fake", *, answers: Iterable[Answer] = (), letters: bool = False) -> None:
        """`answers`: faults, outcomes, exceptions to raise, functions. `letters`: takes letters to others alone."""
        self.name, self.letters = name, letters
        self.answers = list(answers)
        self.messages: list[Message] = []
        self.arrived: list[Message] = []

    def send(self, message: Message) -> Outcome:
        """Keep it and answer as told. `messages` has every attempt, `arrived` what reached the other side."""
        self.messages.append(message)
        told = self.answers.pop(0) if self.answers else Sent()
        answer = told.answer if isinstance(told, Fault) else told(message) if callable(told) else told
        if isinstance(answer, Sent) or (isinstance(told, Fault) and told.arrives):
            self.arrived.append(message)
        if isinstance(answer, BaseException):
            raise answer
        return answer
