"""The channel against servers that refuse, lie, send elsewhere or say nothing; and what it does not send at all."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from test_caldav import item

from jobflow import Failed, Refused, Retry, Secret, Sent
from jobflow_caldav import CalDav, server

CANARY = "s3cret-canary"
CALENDAR = "<resourcetype><collection/><C:calendar/></resourcetype>"
EMPTY = f"<response><href>/c/</href><propstat><prop>{CALENDAR}</prop></propstat></response>"


def multistatus(*responses: str) -> bytes:
    inner = "".join(responses)
    return f'<multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">{inner}</multistatus>'.encode()


BOMB = b"<!DOCTYPE x [<!ENTITY a0 'aaaaaaaaaaaaaaaaaaaa'>%s]><x>&a9;</x>" % b"".join(
    b"<!ENTITY a%d '%s'>" % (n, b"&a%d;" % (n - 1) * 20) for n in range(1, 10)
)


class Liar(ThreadingHTTPServer):
    """What it answers by method, `(status, body)`, and what it was asked."""

    daemon_threads = True

    def __init__(self, answers: dict[str, tuple[int, bytes]], extra: dict[str, str]) -> None:
        self.answers, self.extra, self.asked = answers, extra, list[tuple[str, str]]()
        super().__init__(("127.0.0.1", 0), Handler)

    def channel(self, **options) -> CalDav:
        secret = Secret("env:X", CANARY)
        return CalDav(url=f"http://127.0.0.1:{self.server_port}/c/", user="ada", password=secret, **options)


class Handler(BaseHTTPRequestHandler):
    server: Liar
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append((self.command, self.path))
        status, body = self.server.answers.get(self.command, (207, multistatus(EMPTY)))
        self.send_response(status)
        for name, value in self.server.extra.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_PROPFIND = do_REPORT = do_PUT = do_DELETE = answer

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def liar(answers: dict[str, tuple[int, bytes]], **extra: str) -> Iterator[Liar]:
    found = Liar(answers, extra)
    thread = threading.Thread(target=found.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield found
    finally:
        found.shutdown()
        thread.join()
        found.server_close()


@pytest.mark.parametrize(
    ("answers", "kind", "says"),
    [
        ({"PROPFIND": (503, b"")}, Retry, "is not ready (HTTP 503)"),
        ({"PROPFIND": (429, b"")}, Retry, "is not ready (HTTP 429)"),
        ({"PROPFIND": (401, CANARY.encode())}, Failed, "does not take this user and password (HTTP 401)"),
        ({"PROPFIND": (403, b"")}, Failed, "is the calendar yours to write to?"),
        ({"PROPFIND": (418, b"")}, Failed, "it refuses (HTTP 418)"),
        ({"PROPFIND": (200, b"<html>")}, Failed, "it refuses (HTTP 200)"),
        ({"PROPFIND": (207, b"<html>")}, Failed, "something that is not CalDAV"),
        ({"PROPFIND": (207, b"\xff\x00")}, Failed, "something that is not CalDAV"),
        ({"PROPFIND": (207, BOMB)}, Failed, "something that is not CalDAV"),
        ({"PROPFIND": (207, b"<multistatus xmlns='DAV:'/>")}, Failed, "there is no calendar"),
        ({"PROPFIND": (207, multistatus("<response/>"))}, Failed, "there is no calendar"),
        ({"PUT": (507, b"")}, Failed, "it is full (HTTP 507)"),
        ({"PUT": (413, b"")}, Failed, "too large"),
        ({"PUT": (500, b"")}, Retry, "is not ready (HTTP 500)"),
        ({"PUT": (412, b"")}, Retry, "being changed by somebody else"),
    ],
)
def test_what_a_server_refuses(answers: dict[str, tuple[int, bytes]], kind: type, says: str):
    with liar(answers) as found:
        outcome = found.channel().show([item()])
    assert isinstance(outcome, Retry | Failed)
    assert type(outcome) is kind
    assert says in outcome.reason
    assert outcome.reason.isprintable()
    assert CANARY not in outcome.reason


def test_one_entry_that_is_refused_stops_no_other():
    with liar({"PUT": (409, b"")}) as found:
        outcome = found.channel().show([item(), item(uid="other")])
        assert "it has no place for this entry" in str(outcome)
        assert [method for method, _ in found.asked] == ["PROPFIND", "PUT", "PUT"]


def test_a_redirect_is_not_followed():
    with liar({}) as other, liar({"PROPFIND": (301, b"")}, Location=f"{other.channel().url}") as found:
        outcome = found.channel().show([item()])
        assert "not followed" in str(outcome)
        assert other.asked == []


HREFS = ("http://[", "//evil.example/x.ics", "/c/../../%2e%2e/x.ics", "/c/%00%0d%0aX:y.ics", "", "\u2028", "a?b#c")


@pytest.mark.parametrize("href", HREFS)
def test_an_address_that_a_server_names_is_never_asked(href: str):
    stranger = f"<response><href>{href}</href></response>"
    with liar({"PROPFIND": (207, multistatus(EMPTY, stranger)), "PUT": (201, b"")}) as found:
        outcome = found.channel().show([item()])
        assert all(path == "/c/" or path.startswith("/c/jobflow-") for _, path in found.asked)
    assert isinstance(outcome, Sent | Failed)


@pytest.mark.parametrize(
    ("data", "etag"),
    [
        ("", '"1"'),
        ("no calendar", '"1"'),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:soon\nEND:VEVENT\nEND:VCALENDAR", '"1"'),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nSEQUENCE:x\nEND:VEVENT\nEND:VCALENDAR", '"1"'),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VEVENT\nEND:VCALENDAR", '"1"&#13;\nX-A: b'),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VEVENT\nEND:VCALENDAR", "日本"),
    ],
)
def test_an_entry_that_lies(data: str, etag: str):
    with liar({"PUT": (201, b"")}) as found:
        found.channel().show([item()])
        path = found.asked[-1][1]
        prop = f"<getetag>{etag}</getetag><C:calendar-data>{data}</C:calendar-data>"
        there = f"<response><href>{path}</href><propstat><prop>{prop}</prop></propstat></response>"
        found.answers |= {"PROPFIND": (207, multistatus(EMPTY, there)), "REPORT": (207, multistatus(there))}
        outcome = found.channel().show([item(title="Other")])
    assert isinstance(outcome, Sent | Failed)
    assert "X-A" not in str(outcome)


def test_a_server_that_says_nothing_is_tried_again(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(server, "PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        assert CalDav(url=f"http://{host}/").show([item()]) == Retry(f"{host} can't be reached: timed out")


def test_what_is_too_much_is_left(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(server, "LARGEST", 2**20)
    with liar({"PROPFIND": (207, b"x" * (2**20 + 1))}) as found:
        assert "more than 1 MiB" in str(found.channel().show([item()]))


def test_the_rest_comes_next_time(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(server, "DEADLINE", 0.0)
    with liar({}) as found:
        outcome = found.channel().show([item()])
        assert found.asked == []
    assert isinstance(outcome, Retry)
    assert "too slow" in outcome.reason


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://10.0.0.1/c/", "use https"),
        ("http://localhost.evil.example/c/", "use https"),
        ("https://ada:pw@host/c/", "'user' and 'password' are options"),
        ("https://host/c/?x=y", "address alone"),
        *((url, "is no address") for url in ("", "ftp://host/", "https:///c/", "http://[::1/", "https://h:999999/")),
        *(
            (url, "is no address")
            for url in ("https://h/a b", "https://h/\r\nX: y", "https://a..b/", "https://h/\ud800")
        ),
    ],
)
def test_addresses_to_which_nothing_is_sent(url: str, says: str):
    channel = CalDav(url=url)
    outcome = channel.show([item()])
    assert isinstance(outcome, Failed)
    assert says in outcome.reason
    assert says in str(channel.check())


@pytest.mark.parametrize(
    "options",
    [{"prefix": ""}, {"prefix": "a/b"}, {"prefix": "x\n"}, {"user": "ada"}, {"alarm": -1}, {"alarm": 10**12}],
)
def test_options_that_make_no_sense(options: dict[str, object]):
    make: Callable[..., CalDav] = CalDav
    with pytest.raises(Refused, match="channel caldav"):
        make(url="https://host/c/", **options)


def test_a_check_changes_nothing():
    with liar({}) as found:
        assert found.channel().check() is None
        assert [method for method, _ in found.asked] == ["PROPFIND"]
