"""A letter as a draft: an e-mail without a date, by the same Message-ID whenever it is made.

The lines of its head are written here: the library's own header classes decode what strangers wrote, and break lines.
"""

from __future__ import annotations

import hashlib
import re
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr

import jobflow
from jobflow_imap.texts import one_line

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)*[A-Za-z0-9-]{1,63}")
_TYPE = re.compile(r"(?!message/|multipart/)([a-z0-9][a-z0-9.+-]*)/([a-z0-9][a-z0-9.+-]*)")
RECIPIENT = "X-Jobflow-Recipient"
"""Whom a letter is for, where that is no address: the user fills in `To`."""


def letter(message: jobflow.Message, sender: str) -> tuple[str, bytes]:
    """Its Message-ID, and all of it with line ends as mail has them."""
    message_id = f"<{hashlib.sha256(message.key.encode(errors='surrogatepass')).hexdigest()[:32]}@jobflow.invalid>"
    to = _address(message.recipient or "")
    head = [
        _from(sender),
        _header("To", to) if to else _words(RECIPIENT, message.recipient or ""),
        _words("Subject", message.subject),
        _header("Message-ID", message_id),
    ]
    return message_id, "".join(filter(None, head)).encode("ascii") + _body(message).as_bytes()


def _from(sender: str) -> str:
    """Whom it is from; nothing where that is no address, for the mail program knows."""
    name, found = parseaddr(sender)
    address = _address(found)
    if address is None:
        return ""
    return _header("From", f"{Header(one_line(name, 200), 'utf-8').encode()} <{address}>" if name else address)


def _address(text: str) -> str | None:
    """The address, its domain in ASCII; None where it is none that every server takes."""
    local, at, domain = text.strip().rpartition("@")
    try:
        ascii_ = f"{local}{at}{domain.encode('idna').decode()}"
    except UnicodeError:
        return None
    return ascii_ if _ADDRESS.fullmatch(ascii_) else None


def _words(name: str, text: str) -> str:
    """Any text, on lines that are not too long: as it is where it is short and plain, else encoded."""
    line = one_line(text, 500)
    plain = line.isascii() and "=?" not in line and len(name) + len(line) < 74
    return _header(name, line if plain else Header(line, "utf-8", 74, name).encode(linesep="\r\n"))


def _header(name: str, value: str) -> str:
    return f"{name}: {value}\r\n"


def _body(message: jobflow.Message) -> EmailMessage:
    body = EmailMessage(SMTP)
    body.set_content(_sound(message.text), cte="quoted-printable")
    if message.html is not None:
        body.add_alternative(_sound(message.html), subtype="html", cte="quoted-printable")
    for attachment in message.attachments:
        match = _TYPE.fullmatch(attachment.content_type.partition(";")[0].strip().lower())
        main, sub = (match[1], match[2]) if match else ("application", "octet-stream")
        name = one_line(attachment.name, 200).replace("=?", "= ?")
        body.add_attachment(attachment.content, maintype=main, subtype=sub, filename=name)
    return body


def _sound(text: str) -> str:
    """Lone surrogates can't be encoded, and NUL no mail may hold."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "�")
