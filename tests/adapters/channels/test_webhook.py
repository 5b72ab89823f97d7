"""The channel `webhook` against real HTTP servers and ones that misbehave; signatures by the reference library."""

from __future__ import annotations

import base64
import json
import socket
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook as Reference
from standardwebhooks import WebhookVerificationError

from jobflow import Attachment, Failed, Message, Outcome, Refused, Retry, Secret, Sent, Unknown
from jobflow.adapters.channels import sockets
from jobflow.adapters.channels.posting import is_public
from jobflow.adapters.channels.webhook import Webhook
from jobflow.adapters.plugins.options import make
from jobflow.testing import ChannelContract, a_message
from jobflow.testing.suites import STRANGE
from tests.adapters.channels.servers import (
    LOOPBACK,
    NAME,
    Inbox,
    Peer,
    ca_file,
    certificate,
    free_port,
    raw_server,
    web_server,
)

KEY = base64.b64encode(b"c4n4ry" * 4).decode()  # 24 bytes, the fewest that the specification allows
SECRET = Secret("env:WHERE_IT_IS", f"whsec_{KEY}")


def webhook(port: int, path: str = "/hook?a=b", *, scheme: str = "http", host: str = NAME, **options: Any) -> Webhook:
    return Webhook(f"{scheme}://{host}:{port}{path}", **{"allow_private": True, **options})


@pytest.fixture(scope="module")
def server() -> Iterator[Inbox]:
    with web_server() as inbox:
        yield inbox


@pytest.fixture
def inbox(server: Inbox) -> Inbox:
    server.requests.clear()
    server.status, server.headers, server.body = 204, {}, b""
    return server


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "SECONDS", 0.6)


class TestContract(ChannelContract):
    @pytest.fixture
    def channel(self, inbox: Inbox) -> Webhook:
        return webhook(inbox.port, secret=SECRET)


# -- what arrives ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [*STRANGE, "\ud800 lone"])
def test_what_arrives_is_verified_by_the_reference_library(inbox: Inbox, text: str) -> None:
    message = a_message(text=text, subject=text)
    assert webhook(inbox.port, secret=SECRET).send(message) == Sent()
    ((path, headers, body),) = inbox.requests
    assert path == "/hook?a=b"
    assert headers["webhook-id"] == message.key
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60  # noqa: TID251
    data = Reference(f"whsec_{KEY}").verify(body, headers)
    assert data["type"] == "reminder.opened"
    assert data["data"]["text"] == text.replace("\ud800", "?")
    other = base64.b64encode(b"another key" * 3).decode()
    with pytest.raises(WebhookVerificationError):
        Reference(f"whsec_{other}").verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Reference(f"whsec_{KEY}").verify(body + b" ", headers)


def test_all_of_the_message_arrives(inbox: Inbox) -> None:
    file = Attachment(name="notes", content_type="text/plain", content=b"\xff\x00")
    webhook(inbox.port).send(a_message(parts=(a_message(key="other"),), attachments=(file,), application=None))
    ((_, headers, body),) = inbox.requests
    assert "webhook-signature" not in headers
    assert (headers["content-type"], headers["host"]) == ("application/json", f"{NAME}:{inbox.port}")
    data = json.loads(body)["data"]
    assert set(data) == {field.name for field in Message.__dataclass_fields__.values()}
    assert data["attachments"] == [{"name": "notes", "content_type": "text/plain", "content": "/wA="}]
    assert [part["key"] for part in data["parts"]] == ["other"]
    assert (data["application"], data["tasks"]) == (None, [1])


@pytest.mark.parametrize("key", ["a:3:states/awaiting/tasks/x:webhook:me", "ключ", "a\r\nX: y", "", "x" * 999])
def test_a_key_that_no_header_takes_is_told_by_its_digest(inbox: Inbox, key: str) -> None:
    for _ in range(2):
        assert webhook(inbox.port, secret=SECRET).send(a_message(key=key)) == Sent()
    first, again = (headers["webhook-id"] for _, headers, _ in inbox.requests)
    assert first == again
    assert (first == key) == key.startswith("a:3")
    assert all("x" not in headers for _, headers, _ in inbox.requests)


def test_a_certificate_is_verified_under_the_name_of_the_url() -> None:
    with web_server(certificate(NAME)) as inbox:
        assert webhook(inbox.port, scheme="https", ca_file=ca_file()).send(a_message()) == Sent()
        wrong_name = webhook(inbox.port, scheme="https", host=LOOPBACK, ca_file=ca_file())
        for channel in (wrong_name, webhook(inbox.port, scheme="https")):
            outcome = channel.send(a_message())
            assert isinstance(outcome, Retry)
            assert "its certificate is not to be trusted" in outcome.reason
        assert len(inbox.requests) == 1


def test_no_proxy_of_the_surroundings_sees_it(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://{LOOPBACK}:{free_port()}")
    assert webhook(inbox.port).send(a_message()) == Sent()


# -- where it may go ---------------------------------------------------------------------------------------------------

PRIVATE = """
127.0.0.1 127.8.8.8 0.0.0.0 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 224.0.0.1 255.255.255.255
::1 :: fe80::1 fe80::1%eth0 fc00::1 ff02::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::7f00:1 64:ff9b::a00:1
2002:7f00:1::1 192.0.2.1 2002:c0a8:101::1 2001:db8::1 ::7f00:1 fec0::1 64:ff9b:1::808:808 2001:0:1::f5ff:fffe 4000::1
""".split()


@pytest.mark.parametrize("address", PRIVATE)
def test_no_private_address(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "172.32.0.1", "2606:4700::1111", "64:ff9b::808:808"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", [NAME, LOOPBACK, "127.1", "2130706433", "0x7f000001", "0.0.0.0"])
def test_this_machine_is_refused_unless_it_is_allowed(inbox: Inbox, host: str) -> None:
    outcome = webhook(inbox.port, host=host, allow_private=False).send(a_message())
    assert outcome == Failed(f"{host} is a private address; allow_private: true allows it")
    assert inbox.requests == []
    assert webhook(inbox.port, host=host).send(a_message()) == Sent()


def test_one_private_address_among_public_ones_is_one_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: found)
    outcome = Webhook("http://both.example/").send(a_message())
    assert outcome == Failed("both.example is a private address; allow_private: true allows it")


def test_a_name_is_looked_up_once(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, real = [], socket.getaddrinfo

    def count(*args: Any, **more: Any) -> Any:
        asked.append(args)
        return real(LOOPBACK, *args[1:], **more)

    monkeypatch.setattr(socket, "getaddrinfo", count)
    assert webhook(inbox.port, host="rebinding.example").send(a_message()) == Sent()
    assert len(asked) == 1
    assert inbox.requests[0][1]["host"] == f"rebinding.example:{inbox.port}"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("ftp://host/", "must begin with https"),
        ("file:///etc/passwd", "must begin with https"),
        ("host/path", "must begin with https"),
        ("https://ada:c4n4ry@host/", "a user or a password"),
        ("https://c4n4ry@host/", "a user or a password"),
        ("https://", "names no host"),
        ("https://host:0/", "names no host"),
        ("https://ho st/", "written as %XX"),
        ("https://host/ä", "written as %XX"),
        ("https://host/\r\nX: y", "written as %XX"),
        ("https://host:c4n4ry/", "is none"),
        ("https://[::1/", "is none"),
        ("https://host\\c4n4ry/", "names no host"),
    ],
)
def test_what_is_no_url_is_refused_and_not_repeated(url: str, said: str) -> None:
    with pytest.raises(Refused, match=said) as caught:
        make(Webhook, {"url": url}, None)
    assert "c4n4ry" not in str(caught.value)


@pytest.mark.parametrize(
    "value",
    ["c4n4ry", "whsec_", "whsec_c4n4ry!!", "whsec_" + base64.b64encode(b"c4n4ry" * 3 + b"c4n4r").decode(), "whsec_ä"],
)
def test_what_is_no_secret_is_refused_and_not_repeated(value: str) -> None:
    with pytest.raises(Refused, match="env:HERE") as caught:
        make(Webhook, {"url": "https://host/", "secret": Secret("env:HERE", value)}, None)
    assert "c4n4ry" not in str(caught.value)


# -- what it says ------------------------------------------------------------------------------------------------------


def answered(inbox: Inbox, status: int, **headers: str) -> Outcome:
    inbox.status, inbox.headers = status, {name.replace("_", "-"): value for name, value in headers.items()}
    return webhook(inbox.port, secret=SECRET).send(a_message())


@pytest.mark.parametrize(
    ("statuses", "kind"),
    [
        ((200, 201, 202, 204, 299), Sent),
        ((300, 301, 302, 303, 304, 307, 308), Failed),
        ((400, 401, 403, 404, 410, 413, 422, 451), Failed),
        ((408, 425, 429, 500, 501, 502, 503, 504, 599), Retry),
        ((102, 600), Unknown),
    ],
)
def test_the_status_decides(inbox: Inbox, statuses: tuple[int, ...], kind: type[Outcome]) -> None:
    for status in statuses:
        outcome = answered(inbox, status, Location=f"http://{LOOPBACK}:{inbox.port}/elsewhere")
        assert type(outcome) is kind
        assert str(status) in getattr(outcome, "reason", str(status))
    assert len(inbox.requests) == len(statuses)


def in_hours(hours: int) -> str:
    """A date as servers write it."""
    return format_datetime(datetime.now(UTC) + timedelta(hours=hours), usegmt=True)  # noqa: TID251


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("asked", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("0", timedelta(0)),
        ("999999999", timedelta(days=3)),
        ("9" * 400, None),
        ("-5", None),
        ("soon", None),
        ("", None),
        (1, timedelta(hours=1)),
        (-1, None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", timedelta(days=3)),
        ("Fri, 99 Foo 9999 23:59:59 GMT", None),
    ],
)
def test_a_server_may_ask_to_wait(inbox: Inbox, status: int, asked: str | int, wait: timedelta | None) -> None:
    # A date is made here, not above: the test's name must be the same in every process.
    outcome = answered(inbox, status, Retry_After=asked if isinstance(asked, str) else in_hours(asked))
    assert isinstance(outcome, Retry)
    if wait is None:
        assert outcome.after is None
    else:
        assert outcome.after is not None
        assert abs(outcome.after - wait) < timedelta(minutes=1)


def test_a_date_counts_from_the_servers_own_clock() -> None:
    def talk(peer: Peer) -> None:
        peer.hear_until(b"\r\n\r\n")
        peer.say(
            "HTTP/1.1 503 no",
            "Date: Tue, 01 Jan 2030 10:00:00 GMT",
            "Retry-After: Tue, 01 Jan 2030 10:05:00 GMT",
            "",
            "",
        )

    with raw_server(talk) as port:
        assert webhook(port).send(a_message()) == Retry("localhost answered 503", after=timedelta(minutes=5))


# -- what goes wrong ---------------------------------------------------------------------------------------------------


def test_nobody_there_or_no_such_host(tmp_path: Path) -> None:
    for channel in (
        webhook(free_port()),
        Webhook("https://nowhere.invalid/"),
        Webhook("https://a..b/"),
        webhook(free_port(), scheme="https", ca_file=str(tmp_path / "none.pem")),
    ):
        outcome = channel.send(a_message())
        assert isinstance(outcome, Retry)
        assert outcome.reason


def heard(after: Callable[[Peer], object]) -> Callable[[Peer], None]:
    def talk(peer: Peer) -> None:
        peer.hear_until(b"\r\n\r\n")
        after(peer)

    return talk


LATE: dict[str, Callable[[Peer], object]] = {
    "hangs up": lambda _peer: None,
    "says nothing": Peer.hang,
    "drips its answer": lambda peer: peer.drip(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 500),
    "is no web server": lambda peer: peer.say("220 smtp.example"),
    "answers on one long line": lambda peer: peer.say("HTTP/1.1 200 " + "x" * 200_000),
    "answers with headers without end": lambda peer: peer.say("HTTP/1.1 200 OK", *["X-Y: " + "z" * 60_000] * 90),
    "goes on and on to go on": lambda peer: peer.say(*["HTTP/1.1 100 Continue\r\n"] * 90_000),
}


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("after", LATE.values(), ids=LATE)
def test_after_it_was_sent_nobody_knows(after: Callable[[Peer], object]) -> None:
    with raw_server(heard(after)) as port:
        begin = time.monotonic()
        outcome = webhook(port, secret=SECRET).send(a_message())
    assert isinstance(outcome, Unknown), outcome
    assert time.monotonic() - begin < 3


@pytest.mark.usefixtures("hasty")
def test_a_handshake_that_never_ends_is_ended() -> None:
    with raw_server(lambda peer: peer.drip(b"\x16\x03\x03\x40\x00" + b"\x02" * 500)) as port:
        outcome = webhook(port, scheme="https", ca_file=ca_file()).send(a_message())
    assert outcome == Retry("localhost: it took longer than 0.6 s")


@pytest.mark.usefixtures("hasty")
def test_a_server_that_reads_nothing_is_left() -> None:
    big = Attachment(name="big", content_type="application/x-big", content=bytes(20_000_000))
    with raw_server(Peer.hang) as port:
        outcome = webhook(port).send(a_message(attachments=(big,)))
    assert isinstance(outcome, Unknown)
    assert "took longer" in outcome.reason


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("body", ["huge", "dripping"])
def test_what_comes_after_the_status_is_not_waited_for(body: str) -> None:
    def after(peer: Peer) -> None:
        peer.say("HTTP/1.1 200 OK", "Content-Length: 999999999", "")
        peer.drip(b"x" * 500) if body == "dripping" else peer.line.sendall(bytes(50_000_000))

    with raw_server(heard(after)) as port:
        begin = time.monotonic()
        assert webhook(port).send(a_message()) == Sent()
    assert time.monotonic() - begin < 3


def test_no_reason_repeats_the_path_or_the_secret(inbox: Inbox) -> None:
    for status in (302, 404, 503):
        inbox.status = status
        outcome = webhook(inbox.port, "/c4n4ry?token=c4n4ry", secret=SECRET).send(a_message())
        assert "c4n4ry" not in repr(outcome)
    assert "c4n4ry" not in repr(webhook(1, secret=SECRET))


# -- what doctor asks --------------------------------------------------------------------------------------------------


def test_an_address_that_answers_lacks_nothing_and_is_sent_nothing(inbox: Inbox) -> None:
    assert webhook(inbox.port, secret=SECRET).check() is None
    assert inbox.requests == []


def test_what_keeps_a_post_from_leaving_is_said(inbox: Inbox) -> None:
    problem = webhook(inbox.port, allow_private=False).check()
    assert problem == f"{NAME} is a private address; allow_private: true allows it"
    assert str(webhook(free_port()).check()).startswith(f"{NAME}: ")
    with web_server(certificate("elsewhere.example")) as other:
        assert "certificate" in str(webhook(other.port, scheme="https", ca_file=ca_file()).check())
        assert other.requests == []
