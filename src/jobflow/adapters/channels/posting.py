"""One HTTP POST to an address that was looked at before: no redirect, no proxy, nobody else's network."""

from __future__ import annotations

import http.client
import re
import socket
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from jobflow.adapters.channels.sockets import Limit, connect, resolve, tls, why
from jobflow.contracts import Failed, Outcome, Retry, Sent, Unknown

LONGEST = timedelta(days=3)
"""A longer wait that a server asks for is no longer than this: by then a message is given up anyway."""

PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")
_GLOBAL = IPv6Network("2000::/3")  # RFC 4291: the rest is given to nobody, and none of it is anybody's on the Internet
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: an IPv4 address is inside


@dataclass(frozen=True, slots=True)
class Target:
    """Where a POST goes. `authority` as in the URL: the Host header."""

    secure: bool
    host: str
    port: int
    authority: str
    path: str


class NotAllowed(Exception):
    """An address that nothing is sent to; the text says why."""


def target_of(url: str) -> Target:
    """Where a URL leads. Raises `ValueError`, which repeats nothing of it: it may hold a secret."""
    if not (url.isascii() and url.isprintable()) or " " in url:
        raise ValueError("the url has characters that must be written as %XX")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("the url is none") from None
    if parts.scheme not in PORTS:
        raise ValueError("the url must begin with https:// or http://")
    if "@" in parts.netloc:
        raise ValueError("the url holds a user or a password")
    if not _HOST.fullmatch(host) or port == 0:
        raise ValueError("the url names no host")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme == "https", host, port or PORTS[parts.scheme], parts.netloc, path)


def post(
    target: Target,
    body: bytes,
    headers: Mapping[str, str],
    *,
    now: datetime,
    allow_private: bool = False,
    ca_file: str | None = None,
) -> Outcome:
    """What became of it, within the deadline. `now` is for a Retry-After that is a date."""
    try:
        line = _connect(target, allow_private=allow_private, ca_file=ca_file)
    except NotAllowed as error:
        return Failed(str(error))
    except OSError as error:
        return Retry(f"{target.host}: {why(error)}")
    with closing(line), closing(http.client.HTTPConnection(target.host, target.port)) as connection:
        connection.sock = line
        try:
            connection.request("POST", target.path, body, {"Host": target.authority, **headers})
            with connection.getresponse() as response:
                asked = _retry_after(response.headers.get("Retry-After"), response.headers.get("Date"), now)
                return outcome_of(target.host, response.status, asked)
        except (OSError, http.client.HTTPException) as error:
            return Unknown(f"{target.host}: {why(error)} after the request had been sent")


def check(target: Target, *, allow_private: bool = False, ca_file: str | None = None) -> str | None:
    """What keeps it from being reached, None where nothing does. No request is made."""
    try:
        with closing(_connect(target, allow_private=allow_private, ca_file=ca_file)):
            return None
    except NotAllowed as error:
        return str(error)
    except OSError as error:
        return f"{target.host}: {why(error)}"


def _connect(target: Target, *, allow_private: bool, ca_file: str | None) -> socket.socket:
    """Raises `NotAllowed` or `OSError`."""
    limit = Limit()
    # Looked up once: what was looked at is what is connected to.
    addresses = resolve(target.host, target.port)
    if not allow_private and not all(is_public(where[0]) for _, where in addresses):
        raise NotAllowed(f"{target.host} is a private address; allow_private: true allows it")
    context = tls(limit, ca_file) if target.secure else None
    line = connect(addresses, limit)
    return context.wrap_socket(line, server_hostname=target.host) if context else line


def is_public(text: str) -> bool:
    """Whether an address is anybody's on the Internet, and not this machine's, this network's or a group's."""
    address = ip_address(text.partition("%")[0])
    return _is_public(address) and all(_is_public(inner) for inner in _inside(address))


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address) and not any(address in network for network in (_GLOBAL, _NAT64)):
        return False
    return address.is_global and not address.is_multicast


def _inside(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """The older addresses that are wrapped in a new one: a gateway would lead to them."""
    if isinstance(address, IPv4Address):
        return []
    nat = IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None
    teredo = address.teredo[1] if address.teredo else None
    return [inner for inner in (address.ipv4_mapped, address.sixtofour, teredo, nat) if inner is not None]


def outcome_of(host: str, status: int, asked: timedelta | None) -> Outcome:
    """What a status means. `asked`: what the server wants to be waited."""
    said = f"{host} answered {status}"
    if status // 100 == 2:
        return Sent()
    if status // 100 == 3:
        return Failed(f"{said}: it is somewhere else, and redirects are not followed")
    if status in (429, 503):
        return Retry(said, after=asked)
    if status in (408, 425) or status // 100 == 5:
        return Retry(said)
    return Failed(said) if status // 100 == 4 else Unknown(said)


def _retry_after(text: str | None, date: str | None, now: datetime) -> timedelta | None:
    """Seconds, or a date, which counts from the server's own clock where it tells that."""
    if text is None:
        return None
    if re.fullmatch(r"[0-9]{1,9}", text.strip()):
        return min(timedelta(seconds=int(text)), LONGEST)
    until = _instant(text)
    wait = until - (_instant(date) or now) if until else timedelta(0)
    return min(wait, LONGEST) if wait > timedelta(0) else None


def _instant(text: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(text or "")
    except (ValueError, TypeError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
