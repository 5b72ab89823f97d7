"""A message as a mail server is given it: from whom and to whom beside the e-mail itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from jobflow.adapters.channels.mime import Address, letter
from jobflow.contracts import Message


@dataclass(frozen=True, slots=True)
class Envelope:
    """`utf8`: an address has other letters than ASCII before its @."""

    sender: str
    to: str
    content: bytes
    utf8: bool


def envelope(message: Message, sender: str, to: str, now: datetime) -> Envelope:
    """The message as an e-mail that leaves now. The addresses have been checked."""
    from_, to_ = Address.of(sender, "jobflow"), Address.of(to)
    mail = letter(message, from_, to_)
    mail["Date"] = format_datetime(now)
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no absence notice answers it
    utf8 = not (from_.local.isascii() and to_.local.isascii())
    return Envelope(from_.bare, to_.bare, mail.as_bytes(), utf8)
