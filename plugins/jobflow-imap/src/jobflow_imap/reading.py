"""What a mail says: who wrote it, whether a person did, and what it means, by plain phrases.

It is anybody's mail: whatever is malformed in it is passed over, and what can't be told is a reply.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from html import unescape
from typing import Literal

from jobflow_imap.texts import one_line

Event = Literal["reply", "rejected", "offer"]

REJECTED = (
    r"not (?:be )?(?:moving|move|proceeding|proceed) forward with you",
    r"not (?:be )?(?:moving|proceeding) (?:forward|further) (?:with|on)",
    r"(?:decided|chosen|opted) (?:not to|to not) (?:move forward|proceed|go forward)",
    r"(?:decided|chosen|opted) to (?:move forward|proceed|go|go ahead) with (?:another|other|a different|someone)",
    r"(?:decided|chosen|opted) to pursue other (?:candidates|applicants)",
    r"(?:position|role|job) has (?:already |now )?been filled",
    r"you (?:have|were) not (?:been )?selected",
    r"(?:unable|not able) to offer you (?:the|a|this) (?:position|role|job)",
    r"your application (?:was|has been|is) (?:unsuccessful|rejected|declined|not successful)",
    r"für (?:einen anderen|eine andere|andere) (?:bewerber|kandidat)",
    r"ihre bewerbung (?:leider )?nicht (?:weiter )?berücksichtigen",
    r"ihnen (?:leider )?(?:eine|keine) (?:absage|zusage) (?:erteilen|geben|machen)",
)
"""Phrases of a no. Each is one that hardly anybody writes for another purpose."""

OFFER = (
    r"(?:pleased|happy|delighted|thrilled|excited|glad) to (?:offer you|extend (?:to )?(?:you )?(?:an|our) offer)"
    r"(?!.{0,40}\b(?:interview|call|chat|slot|meeting|discount|tour|test|opportunity to))",
    r"would like to offer you (?:the|this|a) (?:position|role|job)",
    r"(?:attached|enclosed)(?: is| are| you will find| please find)? (?:your|our|the) (?:offer letter|letter of offer)",
    r"freuen uns,? ihnen (?:die|eine|diese) (?:stelle|position) .{0,60}\banzubieten",
)
"""Phrases of an offer."""

_NO, _YES = (re.compile("|".join(phrases)) for phrases in (REJECTED, OFFER))
_QUOTED = re.compile(
    r"^(?:>|on .{1,200} wrote:|am .{1,200} schrieb .{1,200}:|-+ ?(?:original message|ursprüngliche nachricht) ?-+"
    r"|_{10,}|(?:from|von): .+)"
)
_TAG = re.compile(r"<[^<>]{0,2000}>")
_ADDRESS = re.compile(r"[^\s@<>\"]+@[^\s@<>\"]+")
_LISTS = ("List-Id", "List-Unsubscribe", "List-Post", "X-Autoreply", "X-Autorespond", "X-Autoresponder")
_BULK = {"bulk", "junk", "list", "auto_reply", "auto-reply"}
_MACHINES = re.compile(r"(?:mailer-daemon|postmaster|bounces?)(?:[+.-].*)?@")
_AWAY = re.compile(r"auto(?:matic)?[- ]?(?:reply|response)|out of (?:the )?office|abwesen|automatische antwort")
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Letter:
    """What was read. `sender` is the address, `shown` and `subject` are fit to be shown; `event` None: it says nothing.

    `message_id` is the mail's own name for itself, None where it has none.
    """

    sender: str
    shown: str
    subject: str
    message_id: str | None
    event: Event | None


def read(content: bytes) -> Letter | None:
    """What a mail says; None where nobody can tell who wrote it."""
    try:
        mail = BytesHeaderParser().parsebytes(content)
        sender, name = _sender(mail)
    except Exception:  # The library raises this and that for what is malformed.
        return None
    if sender is None:
        return None
    subject = _decoded(mail.get("Subject"))
    message_id = one_line(str(mail.get("Message-ID") or ""), _LONGEST) or None
    shown = one_line(f"{name} <{sender}>" if name else sender, _LONGEST)
    return Letter(sender, shown, one_line(subject, _LONGEST), message_id, _event(mail, sender, subject, content))


def _sender(mail: Message) -> tuple[str | None, str]:
    """The one address that it is from; who claims two at once is nobody."""
    given = mail.get_all("From") or []
    found = [(name, address) for name, address in getaddresses([str(each) for each in given]) if address]
    if len(given) != 1 or len(found) != 1 or not _ADDRESS.fullmatch(found[0][1]):
        return None, ""
    return found[0][1], _decoded(found[0][0])


def _decoded(value: object) -> str:
    """A header's words, whatever they are encoded in."""
    text = str(value or "")
    try:
        return str(make_header(decode_header(text)))
    except Exception:  # An unknown charset, half an encoding.
        return text


def _event(mail: Message, sender: str, subject: str, content: bytes) -> Event | None:
    """What it means for the application. Of what a machine sent, only a no counts; of answering machines, nothing."""
    auto = str(mail.get("Auto-Submitted") or "no").partition(";")[0].strip().lower()
    if auto not in ("no", "auto-generated") or _is_bulk(mail, sender) or _AWAY.search(subject.lower()):
        return None
    said = _meaning(f"{subject}\n{_text(content)}")
    return said if auto == "no" or said == "rejected" else None


def _is_bulk(mail: Message, sender: str) -> bool:
    precedence = str(mail.get("Precedence") or "").strip().lower()
    bounced = str(mail.get("Return-Path") or "").strip() == "<>"
    listed = any(name in mail for name in _LISTS)
    return listed or bounced or precedence in _BULK or _MACHINES.match(sender.lower()) is not None


def _meaning(text: str) -> Event:
    words = " ".join(text.lower().replace("’", "'").split())
    no, yes = _NO.search(words) is not None, _YES.search(words) is not None
    if no == yes:
        return "reply"  # Neither, or both: the user will know.
    return "rejected" if no else "offer"


def _text(content: bytes) -> str:
    """What its writer wrote, without what they quoted."""
    try:
        parts = [
            part
            for part in message_from_bytes(content).walk()
            if part.get_content_maintype() == "text" and not part.get_filename()
        ]
        plain = next((part for part in parts if part.get_content_subtype() == "plain"), None)
        chosen = plain or (parts[0] if parts else None)
        text = "" if chosen is None else _of(chosen)
    except Exception:  # Nested without end, a body that is none.
        return ""
    lines: list[str] = []
    for line in text.splitlines():
        if _QUOTED.match(line.strip().lower()):
            if not line.lstrip().startswith(">"):
                break
            continue
        lines.append(line)
    return "\n".join(lines)


def _of(part: Message) -> str:
    raw = part.get_payload(decode=True)
    content = raw if isinstance(raw, bytes) else b""
    try:
        text = content.decode(part.get_content_charset("utf-8"), "replace")
    except (LookupError, ValueError):
        text = content.decode("latin-1")
    if part.get_content_subtype() == "plain":
        return text
    return unescape(_TAG.sub(" ", re.sub(r"(?i)<(?:br|/p|/div|/tr|blockquote)\b", "\n<", text)))
