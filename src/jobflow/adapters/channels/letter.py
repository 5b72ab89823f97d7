"""A message as an e-mail: headers that no text can add to, and the same bytes for any mail program."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime

from jobflow.contracts import Attachment, Message

SUBJECT_MOST = 200
"""Characters of a subject: more is read nowhere."""

_UNSENDABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Letter:
    """What a server is given. `utf8`: an address has other letters than ASCII before its @."""

    sender: str
    to: str
    content: bytes
    utf8: bool


def compose(message: Message, sender: str, to: str, now: datetime) -> Letter:
    """The e-mail. Sent again, the same message has the same Message-ID. Addresses have been checked."""
    from_, to_ = _address(sender, "jobflow"), _address(to)
    mail = EmailMessage(SMTP.clone(cte_type="7bit"))
    mail["From"], mail["To"] = from_, to_
    mail["Subject"] = _one_line(message.subject, SUBJECT_MOST)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{hashlib.sha256(message.key.encode('utf-8', 'replace')).hexdigest()[:32]}@{from_.domain}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no absence notice answers it
    mail.set_content(f"{_encodable(message.text)}\n")
    if message.html is not None:
        mail.add_alternative(f"{_encodable(message.html)}\n", subtype="html")
    for attachment in message.attachments:
        _attach(mail, attachment)
    utf8 = not (from_.username.isascii() and to_.username.isascii())
    content = mail.as_bytes(policy=SMTPUTF8.clone(cte_type="7bit") if utf8 else None)
    return Letter(from_.addr_spec, to_.addr_spec, content, utf8)


def _attach(mail: EmailMessage, attachment: Attachment) -> None:
    type_ = attachment.content_type if _TYPE.fullmatch(attachment.content_type) else "application/octet-stream"
    main, _, sub = type_.partition("/")
    if main in ("multipart", "message"):  # made of parts, which these bytes need not be
        main, sub = "application", "octet-stream"
    mail.add_attachment(attachment.content, maintype=main, subtype=sub, filename=_one_line(attachment.name, 100))


def _address(text: str, name: str = "") -> Address:
    """A domain goes as ASCII anywhere; what is before the @ goes as it is."""
    local, _, domain = text.rpartition("@")
    return Address(name, local, domain if domain.isascii() else domain.encode("idna").decode())


def _one_line(text: str, most: int) -> str:
    # "=?" begins what the library takes for encoded words and decodes: a line break in them would begin a new header.
    text = text[: most * 4].replace("=?", "= ?")
    line = " ".join("".join(char if char.isprintable() else " " for char in _encodable(text)).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _encodable(text: str) -> str:
    """Without lone surrogates, which no encoding has, and what servers refuse."""
    return _UNSENDABLE.sub("\N{REPLACEMENT CHARACTER}", text.encode("utf-8", "replace").decode())
