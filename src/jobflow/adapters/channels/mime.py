"""A message as an e-mail, without a date: whenever it is made, it has the same Message-ID.

The library's own header classes are not given what strangers wrote. They decode encoded words (`=?utf-8?q?…?=`), with
line breaks in them; where they fold a line they lose the quotes of a name, and blanks between words that are not ASCII.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8, EmailPolicy

from jobflow.adapters.channels.plain import headline, plain
from jobflow.contracts import Attachment, Message
from jobflow.core.contacts import check_email, parse_person
from jobflow.core.errors import Refused

RECIPIENT = "X-Jobflow-Recipient"
"""The header for whom it is, where that is no address."""
DOMAIN = "drafts.invalid"
"""What a Message-ID ends in where the sender's domain is not known."""
LINE = 76
"""Characters of a header's line, where it can be folded."""

_NAME = re.compile(r"[A-Za-z0-9 '-]*")
_TYPE = re.compile(r"([a-z0-9][a-z0-9.+-]*)/([a-z0-9][a-z0-9.+-]*)(?:\s*;.*)?", re.IGNORECASE)
_ANY_TYPE = ("application", "octet-stream")


@dataclass(frozen=True, slots=True)
class Address:
    """Somebody's address, the domain in ASCII, and their name where there is one."""

    name: str
    local: str
    domain: str

    @classmethod
    def of(cls, bare: str, name: str = "") -> Address:
        """From `local@domain`. Raises `UnicodeError` where there is no such domain."""
        local, _, domain = bare.rpartition("@")
        return cls(name, local, domain if domain.isascii() else domain.encode("idna").decode())

    @property
    def bare(self) -> str:
        """Without the name."""
        return f"{self.local}@{self.domain}"

    def __str__(self) -> str:
        """As it stands in a header: every name that is not of plain letters is encoded, so none needs quotes."""
        name = self.name if _NAME.fullmatch(self.name) else Header(self.name, "utf-8", LINE, "From").encode()
        return f"{name} <{self.bare}>" if name else self.bare


class _Folded(str):
    """A header's value as it stands in the file. A policy asks a value that has a name to fold itself."""

    name: str

    def fold(self, *, policy: EmailPolicy) -> str:
        return policy.linesep.join([*f"{self.name}: {self}".split("\n"), ""])


def address_of(text: str) -> Address:
    """The address in `ada@acme.example` or `Ada Byron <ada@acme.example>`. Raises `Refused` where there is none."""
    try:
        name, email = "", check_email(text.strip().removeprefix("<").removesuffix(">"))
    except Refused:
        name, found = parse_person(text)
        email = check_email(found or text)
    try:
        return Address.of(email, name)
    except UnicodeError:
        raise Refused(f"'{headline(email, 60)}' has no domain.", hint="such as ada@acme.example") from None


def letter(message: Message, sender: Address | None = None, to: Address | None = None) -> EmailMessage:
    """The e-mail. Whom it is for stands in `To`, or in a header of its own where that is not an address."""
    to = to or _address_or_none(message.recipient)
    ascii_only = all(each.local.isascii() for each in (sender, to) if each)
    policy = SMTP if ascii_only else SMTPUTF8
    mail = EmailMessage(policy.clone(cte_type="7bit"))  # Not every server takes eight.
    if sender is not None:
        _put(mail, "From", str(sender))
    if to is not None:
        _put(mail, "To", str(to))
    elif message.recipient is not None:
        _put(mail, RECIPIENT, _words(RECIPIENT, message.recipient))
    _put(mail, "Subject", _words("Subject", message.subject))
    _put(mail, "Message-ID", f"<{digest(message)[:32]}@{sender.domain if sender else DOMAIN}>")
    mail.set_content(plain(message.text))
    if message.html is not None:
        mail.add_alternative(plain(message.html), subtype="html")
    for attachment in message.attachments:
        _attach(mail, attachment)
    return mail


def digest(message: Message) -> str:
    """What tells this message from every other, in hexadecimal; the same however often it is delivered."""
    return hashlib.sha256(message.key.encode(errors="surrogatepass")).hexdigest()


def _address_or_none(recipient: str | None) -> Address | None:
    try:
        return None if recipient is None else address_of(recipient)
    except Refused:
        return None


def _put(mail: EmailMessage, name: str, value: str) -> None:
    folded = _Folded(value)
    folded.name = name
    mail[name] = folded


def _words(name: str, text: str) -> str:
    """Any text, on lines that are not too long: as it is where it is short and plain, else encoded."""
    line = headline(text)
    fits = line.isascii() and "=?" not in line and len(name) + len(line) < LINE
    return line if fits else Header(line, "utf-8", LINE, name).encode()


def _attach(mail: EmailMessage, attachment: Attachment) -> None:
    found = _TYPE.fullmatch(attachment.content_type)
    main, sub = (found[1].lower(), found[2].lower()) if found else _ANY_TYPE
    if main in ("message", "multipart"):  # These must not be encoded, and are made of lines.
        main, sub = _ANY_TYPE
    name = headline(attachment.name, 200).replace("=?", "= ?")
    mail.add_attachment(attachment.content, maintype=main, subtype=sub, filename=name)
