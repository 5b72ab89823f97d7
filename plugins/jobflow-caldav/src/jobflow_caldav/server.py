"""A calendar on a CalDAV server (RFC 4791), by plain requests over one connection. No redirect is followed."""

from __future__ import annotations

import ssl
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from time import monotonic
from urllib.parse import quote, unquote, urlsplit
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import jobflow

PATIENCE = 10.0
"""Seconds that one answer may take."""
DEADLINE = 24.0
"""Seconds for all requests: before jobflow loses its patience with the plugin. What is left is done the next time."""
LARGEST = 32 * 1024 * 1024
"""Bytes of one answer."""

_DAV, _CAL = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}"
_LIST = b'<propfind xmlns="DAV:"><prop><resourcetype/><getetag/></prop></propfind>'
_READ = (
    '<C:calendar-multiget xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">'
    "<prop><getetag/><C:calendar-data/></prop>{}</C:calendar-multiget>"
)
_NO_ADDRESS = "'url' is no address: https://HOST/PATH/OF/CALENDAR/"
_LATER = {408, 425, 429, 500, 502, 503, 504}
_MEANS = {
    401: "it does not take this user and password",
    403: "it does not allow this: is the calendar yours to write to?",
    404: "there is no calendar at this address",
    405: "there is no calendar at this address",
    409: "it has no place for this entry",
    413: "the entry is too large for it",
    507: "it is full",
}


class Problem(Exception):
    """What stopped it, as the outcome to give."""

    def __init__(self, outcome: jobflow.Retry | jobflow.Failed) -> None:
        """`outcome` says why."""
        super().__init__(outcome.reason)
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class Stored:
    """One object of the collection, and the mark of this version of it."""

    etag: str
    content: bytes


class Collection:
    """One calendar. Every method raises `Problem`."""

    def __init__(self, url: str, user: str | None, password: jobflow.Secret | None) -> None:
        """Nothing is sent yet. Raises `Problem` for an address to which a password should not go."""
        self._connection = _connection(url)
        parts = urlsplit(url)
        self._host, self._path = parts.netloc, quote(unquote(parts.path)).rstrip("/") + "/"
        self._headers = {"User-Agent": "jobflow-caldav"}
        if user is not None and password is not None:
            pair = f"{user}:{password.reveal()}".encode()
            self._headers["Authorization"] = f"Basic {b64encode(pair).decode()}"
        self._end = monotonic() + DEADLINE

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def names(self) -> list[str]:
        """The names of its objects."""
        answers = self._multistatus("PROPFIND", _LIST, "1")
        # The shortest address is its own: whatever else is listed lies in it.
        itself = min(answers, key=lambda answer: len(answer.findtext(f"{_DAV}href") or ""), default=None)
        if itself is None or itself.find(f".//{_DAV}resourcetype/{_CAL}calendar") is None:
            raise Problem(jobflow.Failed(f"{self._host}: {_MEANS[404]}; a folder of calendars is none"))
        return [name for answer in answers if (name := self._name(answer))]

    def read(self, names: Iterable[str]) -> dict[str, Stored]:
        """Those of these objects that are there."""
        hrefs = "".join(f"<href>{escape(self._path + quote(name))}</href>" for name in names)
        if not hrefs:
            return {}
        found = {}
        for answer in self._multistatus("REPORT", _READ.format(hrefs).encode(), "1"):
            etag, data = (answer.findtext(f".//{tag}") for tag in (f"{_DAV}getetag", f"{_CAL}calendar-data"))
            if etag and data:
                found[self._name(answer)] = Stored(etag, data.encode())
        return found

    def put(self, name: str, content: bytes, etag: str | None) -> bool:
        """Store an object in place of the version `etag`, of nothing where None; False: something else is there."""
        guard = {"If-None-Match": "*"} if etag is None else {"If-Match": etag}
        kind = {"Content-Type": "text/calendar; charset=utf-8; component=VEVENT"}
        return self._change("PUT", name, content, guard | kind)

    def delete(self, name: str, etag: str) -> bool:
        """Remove that version of an object; False: there is another. One that is not there is gone already."""
        return self._change("DELETE", name, None, {"If-Match": etag})

    def _change(self, method: str, name: str, content: bytes | None, headers: Mapping[str, str]) -> bool:
        status, _ = self._ask(method, quote(name), content, headers)
        if status == 412 or (status == 404 and method == "PUT" and "If-Match" in headers):
            return False
        if not (200 <= status < 300 or (status == 404 and method == "DELETE")):
            raise self._refusal(status)
        return True

    def _multistatus(self, method: str, body: bytes, depth: str) -> list[ElementTree.Element]:
        headers = {"Content-Type": "application/xml; charset=utf-8", "Depth": depth}
        status, answer = self._ask(method, "", body, headers)
        if status != 207:
            raise self._refusal(status)
        try:
            return ElementTree.fromstring(answer).findall(f"{_DAV}response")
        except ElementTree.ParseError:
            raise Problem(jobflow.Failed(f"{self._host} answered with something that is not CalDAV")) from None

    def _name(self, answer: ElementTree.Element) -> str:
        """The last part of what the server calls it. The rest of an address is never taken from the server."""
        return unquote((answer.findtext(f"{_DAV}href") or "").partition("?")[0].rpartition("/")[2])

    def _ask(self, method: str, name: str, body: bytes | None, headers: Mapping[str, str]) -> tuple[int, bytes]:
        left = self._end - monotonic()
        if left <= 0:
            raise Problem(jobflow.Retry(f"{self._host} is too slow for all of it at once; the rest comes next time"))
        self._connection.timeout = min(PATIENCE, left)
        try:
            if self._connection.sock is not None:
                self._connection.sock.settimeout(min(PATIENCE, left))
            self._connection.request(method, self._path + name, body, {**self._headers, **headers})
            response = self._connection.getresponse()
            content = response.read(LARGEST + 1)
        except ssl.SSLCertVerificationError as error:
            reason = f"{self._host} can't show that it is {self._host}: {error.verify_message}"
            raise Problem(jobflow.Failed(reason)) from None
        except UnicodeError:
            raise Problem(jobflow.Failed(_NO_ADDRESS)) from None
        except (OSError, HTTPException) as error:
            said = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise Problem(jobflow.Retry(f"{self._host} can't be reached: {said}")) from None
        if len(content) > LARGEST:
            raise Problem(jobflow.Failed(f"{self._host} answered with more than {LARGEST // 2**20} MiB"))
        return response.status, content

    def _refusal(self, status: int) -> Problem:
        if status in _LATER:
            return Problem(jobflow.Retry(f"{self._host} is not ready (HTTP {status})"))
        if 300 <= status < 400:
            means = "it sends on to another address, which is not followed: put the calendar's own into 'url'"
        else:
            means = _MEANS.get(status, "it refuses")
        return Problem(jobflow.Failed(f"{self._host}: {means} (HTTP {status})"))


def _connection(url: str) -> HTTPConnection:
    """A connection, yet unopened. A password goes over an encrypted line, or stays on this machine."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise Problem(jobflow.Failed(_NO_ADDRESS)) from None
    if not host or not url.isprintable() or " " in url or parts.scheme not in ("http", "https"):
        raise Problem(jobflow.Failed(_NO_ADDRESS))
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise Problem(jobflow.Failed("'url' is to be the calendar's address alone: 'user' and 'password' are options"))
    if parts.scheme == "http" and not _is_here(host):
        raise Problem(jobflow.Failed("'url' begins with http, by which everybody on the way could read: use https"))
    if parts.scheme == "http":
        return HTTPConnection(parts.netloc, timeout=PATIENCE)
    return HTTPSConnection(parts.netloc, timeout=PATIENCE, context=ssl.create_default_context())


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
