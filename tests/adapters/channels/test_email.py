"""The channel `email` against real mail servers, and against ones that misbehave."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobflow import Attachment, Failed, Message, Outcome, Refused, Retry, Secret, Sent, Unknown
from jobflow.adapters.channels import sockets
from jobflow.adapters.channels.email import Email
from jobflow.adapters.channels.envelope import envelope
from jobflow.adapters.plugins.options import make
from jobflow.testing import ChannelContract, a_message
from jobflow.testing.suites import STRANGE
from tests.adapters.channels.servers import (
    NAME,
    PASSWORD,
    TOKEN,
    USER,
    Mailbox,
    Peer,
    ca_file,
    certificate,
    free_port,
    mail_server,
    raw_server,
)

ME = "ada@example.org"


def secret(value: str) -> Secret:
    return Secret("env:WHERE_IT_IS", value)


def email(port: int, **options: Any) -> Email:
    given: dict[str, Any] = {"host": NAME, "to": ME, "security": "none", "port": port, **options}
    if given["security"] != "none":
        given.setdefault("ca_file", ca_file())
    return Email(**given)


def sent(channel: Email, message: Message | None = None) -> Outcome:
    try:
        return channel.send(message or a_message())
    finally:
        channel.close()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "SECONDS", 0.6)


# -- what arrives ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as mailbox:
        yield mailbox


@pytest.fixture(autouse=True)
def emptied(request: pytest.FixtureRequest) -> None:
    if "mailbox" in request.fixturenames:
        mailbox = request.getfixturevalue("mailbox")
        mailbox.envelopes.clear()
        mailbox.answers.clear()
        mailbox.connections = 0


class TestContract(ChannelContract):
    @pytest.fixture
    def channel(self, mailbox: Mailbox) -> Iterator[Email]:
        channel = email(mailbox.port)
        yield channel
        channel.close()


def test_a_reminder_arrives_as_text_and_html(mailbox: Mailbox) -> None:
    assert sent(email(mailbox.port)) == Sent()
    (mail,) = mailbox.mails
    assert (mail["To"], mail["From"], mail["Subject"]) == (ME, f"jobflow <{ME}>", "Acme: Thank Ada Byron")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert abs(mail["Date"].datetime.timestamp() - time.time()) < 60  # noqa: TID251
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().splitlines() == a_message().text.splitlines()
    assert html.get_content().strip() == a_message().html
    assert (mailbox.envelopes[0].mail_from, mailbox.envelopes[0].rcpt_tos) == (ME, [ME])


def test_the_same_message_has_the_same_message_id(mailbox: Mailbox) -> None:
    channel = email(mailbox.port, sender="robot@jobs.example")
    for message in (a_message(), a_message(), a_message(key="another")):
        channel.send(message)
    channel.close()
    first, again, other = (str(mail["Message-ID"]) for mail in mailbox.mails)
    assert first == again != other
    assert re.fullmatch(r"<[0-9a-f]{32}@jobs\.example>", first)
    assert mailbox.envelopes[0].mail_from == "robot@jobs.example"


def test_one_connection_for_all_of_a_tick(mailbox: Mailbox) -> None:
    channel = email(mailbox.port)
    assert [channel.send(a_message(key=str(number))) for number in range(5)] == [Sent()] * 5
    channel.close()
    assert (len(mailbox.mails), mailbox.connections) == (5, 1)
    sent(channel)
    assert mailbox.connections == 2


NAUGHTY = (
    *STRANGE,
    "a\rBcc: x@y.example",
    "b\n\nbody",
    "c\u2028Bcc: x@y.example",
    "\ud800 lone",
    "=?utf-8?q?=0ABcc:_x?=",
)


@pytest.mark.parametrize("text", NAUGHTY)
def test_no_text_adds_a_header_or_a_recipient(mailbox: Mailbox, text: str) -> None:
    attachment = Attachment(name=text, content_type=text, content=text.encode("utf-8", "replace"))
    assert sent(email(mailbox.port), a_message(subject=text, text=text, html=text, attachments=(attachment,))) == Sent()
    (mail,) = mailbox.mails
    names = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]
    assert sorted(mail.keys()) == sorted(names)
    assert mailbox.envelopes[0].rcpt_tos == [ME]
    assert len(str(mail["Subject"])) <= 500
    content = mailbox.envelopes[0].content
    assert isinstance(content, bytes)
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", content)


@given(
    st.lists(
        st.sampled_from(
            ["=?utf-8?q?", "=0A", "?=", "\r", "\n", " ", "\t", ":", "Bcc", "ä", '"', ";", "\\", "x" * 70, "\ud800"]
        )
    )
)
def test_headers_are_ours_alone(pieces: list[str]) -> None:
    text = "".join(pieces)
    attachment = Attachment(name=text, content_type="text/calendar", content=b"")
    posted = envelope(
        a_message(key=text, subject=text, attachments=(attachment,)), ME, ME, datetime(2026, 3, 10, tzinfo=UTC)
    )
    mail = message_from_bytes(posted.content, policy=policy.default)
    names = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]
    assert sorted(mail.keys()) == sorted(names)
    for part in mail.iter_attachments():
        assert {name.lower() for name in part} <= {
            "content-type",
            "content-transfer-encoding",
            "content-disposition",
            "mime-version",
        }


def test_what_looks_like_the_end_is_not_the_end(mailbox: Mailbox) -> None:
    text = "one\n.\n..two\nQUIT\n.three"
    assert sent(email(mailbox.port), a_message(text=text, html=None)) == Sent()
    assert mailbox.mails[0].get_content().splitlines() == text.splitlines()


def test_what_servers_refuse_is_replaced(mailbox: Mailbox) -> None:
    assert sent(email(mailbox.port), a_message(text="a\0b\x1bc\td\x7f", html="<p>\0</p>")) == Sent()
    text, html = mailbox.mails[0].get_body(("plain",)), mailbox.mails[0].get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().strip() == "a\ufffdb\ufffdc\td\ufffd"
    assert html.get_content().strip() == "<p>\ufffd</p>"


def test_text_and_attachments_arrive_as_they_are(mailbox: Mailbox) -> None:
    text = "Grüße aus Köln 😀\n" + "ä" * 3_000
    files = (
        Attachment(name="Bewerbung für Köln.ics", content_type="text/calendar", content="Zoë".encode()),
        Attachment(name="notes.bin", content_type="application/x-notes", content=bytes(range(256))),
        Attachment(name="mail.eml", content_type="message/rfc822", content=b"\xff\x00"),
    )
    sent(email(mailbox.port), a_message(subject="Grüße", text=text, attachments=files))
    (mail,) = mailbox.mails
    body = mail.get_body(("plain",))
    assert body is not None
    assert (mail["Subject"], body.get_content().splitlines()) == ("Grüße", text.splitlines())
    found = [(part.get_filename(), part.get_content_type()) for part in mail.iter_attachments()]
    types = ["text/calendar", "application/x-notes", "application/octet-stream"]
    assert found == [(file.name, type_) for file, type_ in zip(files, types, strict=True)]
    assert [part.get_payload(decode=True) for part in mail.iter_attachments()] == [file.content for file in files]


def test_smtputf8_is_asked_for_only_where_it_is_needed(mailbox: Mailbox) -> None:
    for to in (ME, "ada@köln.example", "zoë@köln.example", "root@localhost"):
        assert sent(email(mailbox.port, to=to, sender=ME)) == Sent()
    recipients = [envelope.rcpt_tos for envelope in mailbox.envelopes]
    assert recipients == [[ME], ["ada@xn--kln-sna.example"], ["zoë@xn--kln-sna.example"], ["root@localhost"]]
    assert ["SMTPUTF8" in envelope.mail_options for envelope in mailbox.envelopes] == [False, False, True, False]
    assert mailbox.mails[2]["To"] == "zoë@xn--kln-sna.example"


def test_nobody_but_the_user_is_written_to(mailbox: Mailbox) -> None:
    outcome = sent(email(mailbox.port), a_message(kind="letter", recipient="boss@acme.example"))
    assert isinstance(outcome, Failed)
    assert mailbox.connections == 0


# -- secured, signed in ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_a_password_goes_over_tls(security: str, mechanism: str) -> None:
    with mail_server(security=security, auth=(mechanism,)) as mailbox:
        channel = email(mailbox.port, security=security, user=USER, password=secret(PASSWORD))
        assert sent(channel) == Sent()
        assert mailbox.tried == [(mechanism, PASSWORD.encode())]
        assert len(mailbox.mails) == 1


def test_a_token_goes_over_tls() -> None:
    with mail_server(security="starttls", auth=("XOAUTH2", "PLAIN")) as mailbox:
        assert sent(email(mailbox.port, security="starttls", user=USER, token=secret(TOKEN))) == Sent()
        assert [mechanism for mechanism, _ in mailbox.tried] == ["XOAUTH2"]


@pytest.mark.parametrize("given", ["password", "token"])
def test_what_is_not_taken_is_tried_again_later_and_not_repeated(given: str) -> None:
    with mail_server(security="tls", auth=("PLAIN", "XOAUTH2")) as mailbox:
        options = {given: secret("c4n4ry")}
        outcome = sent(email(mailbox.port, security="tls", user=USER, **options))
        assert outcome == Retry(f"localhost:{mailbox.port}: it does not take this user and {given} (it answered 535)")
        assert mailbox.mails == []


@pytest.mark.parametrize(("given", "said"), [("password", "neither PLAIN nor LOGIN"), ("token", "no XOAUTH2")])
def test_a_server_without_the_mechanism(given: str, said: str) -> None:
    offered = "XOAUTH2" if given == "password" else "PLAIN"
    with mail_server(security="tls", auth=(offered,)) as mailbox:
        outcome = sent(email(mailbox.port, security="tls", user=USER, **{given: secret("c4n4ry")}))
        assert isinstance(outcome, Retry)
        assert said in outcome.reason
        assert mailbox.tried == []


def test_a_server_that_wants_a_password_and_was_given_none() -> None:
    with mail_server(security="tls", auth=("PLAIN",)) as mailbox:
        outcome = sent(email(mailbox.port, security="tls"))
        assert isinstance(outcome, Retry)
        assert "530" in outcome.reason


def test_a_password_goes_to_loopback_without_tls_and_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    with mail_server(auth=("PLAIN",)) as mailbox:
        assert sent(email(mailbox.port, user=USER, password=secret(PASSWORD))) == Sent()
        mailbox.tried.clear()
        monkeypatch.setattr(socket.socket, "getpeername", lambda _self: ("192.0.2.1", mailbox.port))
        outcome = sent(email(mailbox.port, user=USER, password=secret(PASSWORD)))
        assert isinstance(outcome, Retry)
        assert "over TLS only" in outcome.reason
        assert mailbox.tried == []


def test_a_server_without_starttls_is_given_nothing(mailbox: Mailbox) -> None:
    outcome = sent(email(mailbox.port, security="starttls", user=USER, password=secret(PASSWORD)))
    assert isinstance(outcome, Retry)
    assert "no STARTTLS, so nothing was sent" in outcome.reason
    assert mailbox.mails == []
    assert mailbox.tried == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_is_not_to_be_trusted_ends_it(security: str) -> None:
    cases = [({"names": ("elsewhere.example",)}, {}), ({}, {"ca_file": None})]
    for served, options in cases:
        with mail_server(security=security, auth=("PLAIN",), **served) as mailbox:
            channel = email(mailbox.port, security=security, user=USER, password=secret(PASSWORD), **options)
            outcome = sent(channel)
            assert isinstance(outcome, Retry)
            assert "its certificate is not to be trusted" in outcome.reason
            assert "ca_file" in outcome.reason
            assert mailbox.tried == []


def test_what_was_slipped_in_before_tls_is_forgotten() -> None:
    heard = []

    def talk(peer: Peer) -> None:
        peer.say("220 hello")
        peer.hear()
        peer.say("250-hi", "250 STARTTLS")
        peer.hear()
        # Answers to EHLO and MAIL, in the clear, before TLS begins: whoever sits between could write them.
        peer.say("220 go", "250-hi", "250 AUTH PLAIN", "235 welcome", "250 ok")
        peer.file.close()
        with certificate().wrap_socket(peer.line, server_side=True) as over:
            secured = Peer(over)
            heard.append(secured.hear())
            secured.say("250 hi")
            heard.append(secured.hear())
            secured.say("550 nobody")
            secured.file.close()

    with raw_server(talk) as port:
        outcome = sent(email(port, security="starttls"))
    assert outcome == Failed("the server answered 550 nobody")
    assert [line.split()[0] for line in heard] == [b"ehlo", b"MAIL"]


@pytest.mark.usefixtures("hasty")
def test_a_wrong_kind_of_security_is_told() -> None:
    for served, asked, said in (
        ("tls", "starttls", "security: tls"),
        ("starttls", "tls", "it does not speak TLS on that port from the first byte on"),
    ):
        with mail_server(security=served) as mailbox:
            outcome = sent(email(mailbox.port, security=asked))
            assert isinstance(outcome, Retry)
            assert said in outcome.reason
            assert mailbox.mails == []


@pytest.mark.parametrize("file", ["nowhere.pem", "noise.pem"])
def test_a_ca_file_that_is_none_is_named(tmp_path: Path, mailbox: Mailbox, file: str) -> None:
    (tmp_path / "noise.pem").write_text("noise")
    outcome = sent(email(mailbox.port, security="tls", ca_file=str(tmp_path / file)))
    assert isinstance(outcome, Retry)
    assert f"its ca_file {tmp_path / file} can't be read" in outcome.reason


# -- what goes wrong ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(
    ("answer", "kind"), [("450 4.2.2 full", Retry), ("421 later", Retry), ("550 5.1.1 nobody", Failed)]
)
def test_what_the_server_says_decides(mailbox: Mailbox, command: str, answer: str, kind: type[Outcome]) -> None:
    mailbox.answers[command] = answer
    channel = email(mailbox.port)
    assert channel.send(a_message()) == kind(f"the server answered {answer}")
    mailbox.answers.clear()
    assert sent(channel) == Sent()


HEAR = Peer.hear
HELLO = ("220 hello", HEAR, "250 hi")
UP_TO_DATA = (*HELLO, HEAR, "250 ok", HEAR, "250 ok", HEAR)
SWALLOW = (*UP_TO_DATA, "354 go on", lambda peer: peer.hear_until(b"\r\n.\r\n"))


def script(*parts: str | Callable[[Peer], object]) -> Callable[[Peer], None]:
    """A talk: what is said, and what is done."""

    def talk(peer: Peer) -> None:
        for part in parts:
            if isinstance(part, str):
                peer.say(part)
            else:
                part(peer)

    return talk


EARLY: dict[str, Callable[[Peer], None]] = {
    "says nothing": Peer.hang,
    "hangs up": script(),
    "is no mail server": script("HTTP/1.1 400 Bad Request"),
    "sends everybody away": script("554 no service here"),
    "drips its greeting": lambda peer: peer.drip(b"220 " + b"x" * 500),
    "greets without end": lambda peer: peer.say(*["220-hello"] * 200_000),
    "greets on one long line": script("220 " + "x" * 2_000_000),
    "hangs after the greeting": script("220 hi", Peer.hang),
    "knows no greeting": script("220 hi", HEAR, "502 no", HEAR, "502 no"),
    "hangs up after EHLO": script(*HELLO),
    "hangs at MAIL": script(*HELLO, Peer.hang),
    "hangs before the message": script(*UP_TO_DATA, Peer.hang),
    "wants no message after all": script(*UP_TO_DATA, "250 what?"),
}
LATE: dict[str, Callable[[Peer], None]] = {
    "hangs up at the message": script(*UP_TO_DATA, "354 go on"),
    "takes it and hangs up": script(*SWALLOW),
    "takes it and says nothing": script(*SWALLOW, Peer.hang),
    "takes it and drips": script(*SWALLOW, lambda peer: peer.drip(b"250 " + b"x" * 500)),
    "takes it and mumbles": script(*SWALLOW, "what?"),
    "takes it and goes on without end": script(*SWALLOW, lambda peer: peer.say(*["250-ok"] * 300_000)),
}


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("talk", EARLY.values(), ids=EARLY)
def test_before_the_message_was_handed_over_nothing_left(talk: Callable[[Peer], None]) -> None:
    with raw_server(talk) as port:
        begin = time.monotonic()
        outcome = sent(email(port))
    assert isinstance(outcome, Retry), outcome
    assert outcome.reason
    assert time.monotonic() - begin < 3


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("talk", LATE.values(), ids=LATE)
def test_after_it_was_handed_over_nobody_knows(talk: Callable[[Peer], None]) -> None:
    with raw_server(talk) as port:
        begin = time.monotonic()
        outcome = sent(email(port))
    assert isinstance(outcome, Unknown), outcome
    assert time.monotonic() - begin < 3


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_handshake_that_never_ends_is_ended(security: str) -> None:
    def talk(peer: Peer) -> None:
        if security == "starttls":
            peer.say("220 hello")
            peer.hear()
            peer.say("250-hi", "250 STARTTLS")
            peer.hear()
            peer.say("220 go")
        peer.drip(b"\x16\x03\x03\x40\x00" + b"\x02" * 500)

    with raw_server(talk) as port:
        outcome = sent(email(port, security=security))
    assert isinstance(outcome, Retry)
    assert "took longer than 0.6 s" in outcome.reason


def test_the_handshake_has_only_what_is_left_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "SECONDS", 2.0)

    def talk(peer: Peer) -> None:
        peer.say("220 hello")
        peer.hear()
        peer.say("250-hi", "250 STARTTLS")
        peer.hear()
        peer.over.wait(1.7)
        peer.say("220 go")
        peer.hang()

    with raw_server(talk) as port:
        begin = time.monotonic()
        assert isinstance(sent(email(port, security="starttls")), Retry)
        assert time.monotonic() - begin < 3


@pytest.mark.usefixtures("hasty")
def test_a_server_that_reads_nothing_is_left() -> None:
    big = Attachment(name="big", content_type="application/x-big", content=bytes(20_000_000))
    for secured in (None, certificate()):
        with raw_server(script(*UP_TO_DATA, "354 go on", Peer.hang), secured) as port:
            outcome = sent(email(port, security="tls" if secured else "none"), a_message(attachments=(big,)))
        assert isinstance(outcome, Unknown)
        assert "took longer" in outcome.reason


def test_nobody_there_or_no_such_host() -> None:
    refused = sent(email(free_port()))
    assert isinstance(refused, Retry)
    assert "refused" in refused.reason
    for host in ("nowhere.invalid", "a..b", ""):
        outcome = sent(email(25, host=host))
        assert isinstance(outcome, Retry)
        assert outcome.reason


def test_a_line_that_was_kept_and_broke_is_opened_anew() -> None:
    turns = []

    def talk(peer: Peer) -> None:
        turns.append(1)
        script(*SWALLOW, "250 taken")(peer)

    with raw_server(talk) as port:
        channel = email(port)
        assert [channel.send(a_message()), channel.send(a_message())] == [Sent(), Sent()]
        channel.close()
    assert len(turns) == 2


def test_a_server_without_smtputf8_can_not_have_such_an_address() -> None:
    with raw_server(script(*HELLO, HEAR)) as port:
        outcome = sent(email(port, to="zoë@example.org", sender=ME))
    assert isinstance(outcome, Failed)
    assert "SMTPUTF8" in outcome.reason


def test_what_the_server_says_is_one_short_line() -> None:
    with raw_server(script(*HELLO, HEAR, "550-\x1b[31mno", "550 " + "so long " * 900)) as port:
        outcome = sent(email(port))
    assert isinstance(outcome, Failed)
    assert outcome.reason.isprintable()
    assert len(outcome.reason) < 250


# -- options -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"user": "ada", "password": secret("c4n4ry"), "token": secret("c4n4ry")}, "exclude each other"),
        ({"password": secret("c4n4ry")}, "user goes with"),
        ({"user": "ada"}, "user goes with"),
        ({"port": 0}, "0 is no port"),
        ({"port": 99_999}, "99999 is no port"),
        *(
            ({"to": to}, "is no e-mail address")
            for to in ("ada", "@", "a@b\r\nBcc: c@d", "Ada <a@b.c>", "a@b, c@d", "a @b", "a@" + "x" * 80)
        ),
        ({"sender": "nobody"}, "'nobody' is no e-mail address"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused, match=said) as caught:
        make(Email, {"host": NAME, "to": ME, **options}, None)
    assert "c4n4ry" not in str(caught.value)


def test_the_usual_ports() -> None:
    words: tuple[Literal["starttls", "tls", "none"], ...] = ("starttls", "tls", "none")
    ports = {word: Email(host=NAME, to=ME, security=word)._server().port for word in words}
    assert ports == {"starttls": 587, "tls": 465, "none": 25}


def test_its_secrets_are_not_shown() -> None:
    channel = email(25, security="tls", user=USER, password=secret("c4n4ry"))
    assert "c4n4ry" not in f"{channel!r} {channel._server()!r} {channel._server()}"
    assert replace(channel) == channel


# -- what doctor asks --------------------------------------------------------------------------------------------------


def test_a_server_that_takes_mail_lacks_nothing_and_is_sent_nothing() -> None:
    with mail_server(security="tls", auth=("PLAIN",)) as mailbox:
        channel = email(mailbox.port, security="tls", user=USER, password=secret(PASSWORD))
        assert channel.check() is None
        assert (mailbox.envelopes, mailbox.connections) == ([], 1)
        assert sent(channel) == Sent()


@pytest.mark.parametrize("given", ["password", "token"])
def test_a_wrong_secret_is_said_and_not_shown(given: str) -> None:
    with mail_server(security="tls", auth=("PLAIN", "XOAUTH2")) as mailbox:
        channel = email(mailbox.port, security="tls", user=USER, **{given: secret("c4n4ry")})
        assert channel.check() == f"localhost:{mailbox.port}: it does not take this user and {given} (it answered 535)"


def test_what_keeps_a_mail_from_leaving_is_said() -> None:
    nobody = free_port()
    assert str(email(nobody).check()).startswith(f"localhost:{nobody}: ")
    with mail_server(security="tls", names=("elsewhere.example",)) as mailbox:
        assert "its certificate is not to be trusted" in str(email(mailbox.port, security="tls").check())
    with mail_server() as mailbox:
        assert "no STARTTLS" in str(email(mailbox.port, security="starttls").check())
