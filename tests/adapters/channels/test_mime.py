"""A message as an e-mail: read back, every header says what was meant, and no more headers than were meant."""

from __future__ import annotations

import email
import email.policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import getaddresses, parseaddr

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jobflow.adapters.channels.mime import RECIPIENT, address_of, letter
from jobflow.contracts import Attachment
from jobflow.core.errors import Refused
from jobflow.testing import a_message
from jobflow.testing.suites import STRANGE

ADA = "ada@acme.example"
HEADERS = {
    "From",
    "To",
    RECIPIENT,
    "Subject",
    "Message-ID",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
}
ODD: tuple[str, ...] = (
    *(
        '"',
        "\\",
        ",",
        ":",
        ";",
        "@",
        "(",
        ")",
        ".",
        "=?",
        "?=",
        "\r\n",
        "\n",
        "\u2028",
        "\x85",
        "\x00",
        "\ud800",
        "ä",
        "😀",
    ),
    *("=?utf-8?q?a=0d=0aBcc:_eve@evil.example?=", "Bcc: eve@evil.example", "\u200d", "é" * 30, "a" * 80, " ", "Ada"),
)
odd = st.lists(st.sampled_from(ODD), max_size=15).map("".join)


def read(mail: EmailMessage) -> EmailMessage:
    """What another program reads in it."""
    content = mail.as_bytes()
    assert content.count(b"\n") == content.count(b"\r\n")
    back = email.message_from_bytes(content, policy=email.policy.default)
    assert set(back.keys()) <= HEADERS
    assert not back.defects
    return back


def raw(mail: EmailMessage, name: str) -> str:
    """A header as it stands there, its encoded words read by the older parser."""
    back = email.message_from_bytes(mail.as_bytes())
    return str(make_header(decode_header(back[name].replace("\r\n", ""))))


def test_a_letter_with_all_that_it_may_have():
    attachment = Attachment(name="Über mich.pdf", content_type="application/pdf", content=b"%PDF\x00\xff")
    message = a_message(recipient=f"Ada Byron <{ADA}>", text="Liebe Ada,\nDanke.", attachments=(attachment,))
    back = read(letter(message, address_of("Zoë <zoe@home.example>")))
    assert (back["To"], back["From"], back["Subject"]) == (
        f"Ada Byron <{ADA}>",
        "Zoë <zoe@home.example>",
        message.subject,
    )
    assert back["Date"] is None
    plain, html = back.get_body(("plain",)), back.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert (plain.get_content(), html.get_content()) == ("Liebe Ada,\r\nDanke.\r\n", f"{message.html}\r\n")
    (given,) = back.iter_attachments()
    assert isinstance(given, EmailMessage)
    assert (given.get_filename(), given.get_content_type()) == ("Über mich.pdf", "application/pdf")
    assert given.get_content() == b"%PDF\x00\xff"


def test_the_message_id_is_the_messages_own_for_ever():
    ids = [letter(a_message(key=key, subject=subject))["Message-ID"] for key, subject in ("aA", "aB", "bA")]
    assert ids[0] == ids[1] != ids[2]
    assert ids[0].endswith("@drafts.invalid>")
    assert letter(a_message(), address_of("a@home.example"))["Message-ID"].endswith("@home.example>")


@given(odd)
@example("Söhne Donaudampfschifffahrtsgesellschaft “so” Bewerbung, Señor #1 Söhne Müller Danke")
@example("a" * 5_000)
@example("x \u2028Bcc: eve@evil.example")
def test_any_text_is_a_subject_and_a_text(text: str):
    mail = letter(a_message(recipient=ADA, subject=text, text=text, html=text))
    back = read(mail)
    assert [each.addr_spec for each in back["To"].addresses] == [ADA]
    wanted = " ".join(text.split())
    if wanted.isprintable() and len(wanted) < 500:
        assert raw(mail, "Subject") == wanted
    assert max(map(len, mail.as_bytes().split(b"\r\n"))) <= 998


@given(odd)
@example("eve@evil.example, aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
@example("Byron, Ada (née Gordon)")
@example("ä eve@evil.example, aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
def test_a_name_never_adds_a_reader(name: str):
    mail = letter(a_message(recipient=f"{name} <{ADA}>", html=None))
    back = read(mail)
    if back["To"] is None:
        assert back[RECIPIENT] is not None
        return
    # Whichever way it is read: with its words decoded at the right time, or too late, or not at all.
    line = email.message_from_bytes(mail.as_bytes())["To"].replace("\r\n", "")
    assert [address for _, address in getaddresses([line])] == [ADA]
    assert [each.addr_spec for each in back["To"].addresses] == [ADA]
    whole = " ".join(name.split())
    assert raw(mail, "To") == (f"{whole} <{ADA}>" if whole else ADA)


@pytest.mark.parametrize(
    "text", [*STRANGE, "Ada", "李小龙", "Ada <not an address>", "a@b", "eve@evil.example\r\nBcc: x@y.example"]
)
def test_whom_it_is_for_is_not_lost_where_there_is_no_address(text: str):
    mail = letter(a_message(recipient=text))
    back = read(mail)
    assert back["To"] is None
    if " ".join(text.split()).isprintable() and len(text) < 500:
        assert raw(mail, RECIPIENT) == " ".join(text.split())


ADDRESSES = {
    ADA: ADA,
    f" <{ADA}> ": ADA,
    "Zoë <zoe@müller.example>": "zoe@xn--mller-kva.example",
    "zoë@acme.example": "zoë@acme.example",
    "=?utf-8?q?x=0d=0ay?=@acme.example": "=?utf-8?q?x=0d=0ay?=@acme.example",
}


@pytest.mark.parametrize(("text", "address"), ADDRESSES.items())
def test_addresses(text: str, address: str):
    found = address_of(text)
    assert f"{found.local}@{found.domain}" == address
    content = letter(a_message(recipient=text)).as_bytes().decode()
    (line,) = [line for line in content.split("\r\n") if line.startswith("To: ")]
    assert parseaddr(line.removeprefix("To: "))[1] == address


@pytest.mark.parametrize("text", ["Ada", "", "a@b@c.example", f"{ADA}, eve@evil.example", f"a@{'ü' * 70}.example"])
def test_what_is_no_address(text: str):
    with pytest.raises(Refused):
        address_of(text)


TYPES = {
    "text/calendar; method=PUBLISH": "text/calendar",
    "TEXT/Plain": "text/plain",
    "message/rfc822": "application/octet-stream",
    "multipart/mixed": "application/octet-stream",
    "text/plain\r\nBcc: eve@evil.example": "application/octet-stream",
    "": "application/octet-stream",
}


@pytest.mark.parametrize(("given", "taken"), TYPES.items())
@pytest.mark.parametrize("name", [*STRANGE[:-1], *ODD])
def test_attachments_of_any_name_and_type(given: str, taken: str, name: str):
    back = read(letter(a_message(attachments=(Attachment(name=name, content_type=given, content=b"\x00\r\n\xff"),))))
    (part,) = back.iter_attachments()
    assert isinstance(part, EmailMessage)
    assert part.get_content_type() == taken
    assert set(part.keys()) <= {"Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "MIME-Version"}
    assert part.get_payload(decode=True) == b"\x00\r\n\xff"
