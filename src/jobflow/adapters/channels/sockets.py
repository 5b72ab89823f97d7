"""Sockets with one deadline for all that is done with them, however slowly the other side drips."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any

from jobflow.contracts import DEADLINE

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

SECONDS: float = DEADLINE
"""For one delivery, from the connection to the last answer. Looking up a name takes as long as the system lets it."""

MOST = 1 << 20
"""Bytes of answers to one delivery that are taken in."""

Address = tuple[socket.AddressFamily, Any]
"""A family and what `connect` takes."""


class TooMuch(OSError):
    """The other side says more than anybody needs to say."""


class Limit:
    """How long it may take in all and how much may come back, counted from the last `restart`."""

    def __init__(self) -> None:
        """Begin to count."""
        self.restart()

    def restart(self, seconds: float | None = None) -> None:
        """Count anew."""
        self._ends = monotonic() + (SECONDS if seconds is None else seconds)
        self._room = MOST

    def left(self) -> float:
        """Seconds. Raises `TimeoutError` where there are none."""
        left = self._ends - monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def took(self, count: int) -> None:
        """So many bytes more came. Raises `TooMuch`."""
        self._room -= count
        if self._room < 0:
            raise TooMuch


class _Limited(socket.socket):
    limit: Limit

    def recv_into(self, buffer: WriteableBuffer, nbytes: int = 0, flags: int = 0) -> int:
        self.settimeout(self.limit.left())
        count = super().recv_into(buffer, nbytes, flags)
        self.limit.took(count)
        return count

    def send(self, data: ReadableBuffer, flags: int = 0) -> int:
        self.settimeout(self.limit.left())
        return super().send(data, flags)

    def sendall(self, data: ReadableBuffer, flags: int = 0) -> None:
        self.settimeout(self.limit.left())
        super().sendall(data, flags)


class _Secured(_Limited, ssl.SSLSocket):  # type: ignore[misc]  # the same parameters, by position
    def do_handshake(self, block: bool = False) -> None:
        self.settimeout(self.limit.left())
        super().do_handshake(block)


def resolve(host: str, port: int) -> list[Address]:
    """The addresses of a host. Raises `OSError` where there is none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:
        raise OSError(None, "that is no name of a host") from None
    return [(family, where) for family, _, _, _, where in found]


def connect(addresses: Sequence[Address], limit: Limit) -> socket.socket:
    """A connection to the first address that takes one. Raises `OSError`."""
    problem = OSError(None, "it has no address")
    for behind, (family, where) in zip(range(len(addresses), 0, -1), addresses, strict=True):
        line = _Limited(family, socket.SOCK_STREAM)
        line.limit = limit
        try:
            # A share for each: where IPv6 leads nowhere, IPv4 must still have its turn.
            line.settimeout(limit.left() / behind)
            line.connect(where)
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            line.close()
            problem = error
        else:
            return line
    raise problem


def tls(limit: Limit, ca_file: str | None) -> ssl.SSLContext:
    """What secures a connection under that limit: certificates and names are verified, always. Raises `OSError`.

    `ca_file`: the certificates to trust instead of the system's.
    """
    context = ssl.create_default_context(cafile=ca_file)
    # The class is made for this limit: the library makes the socket by itself, out of the one that it secures.
    context.sslsocket_class = type("Secured", (_Secured,), {"limit": limit})
    return context


def why(error: Exception) -> str:
    """What went wrong on a line, in words, with nothing in them that was sent."""
    if isinstance(error.__context__, OSError):  # smtplib raises its own instead of what happened
        error = error.__context__
    if isinstance(error, TimeoutError):
        return f"it took longer than {SECONDS:g} s"
    if isinstance(error, TooMuch):
        return "its answer is too long"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not to be trusted ({error.verify_message}); of a server of your own: ca_file"
    if isinstance(error, ssl.SSLError) and error.reason == "WRONG_VERSION_NUMBER":
        return "it does not speak TLS on that port from the first byte on"
    if isinstance(error, ssl.SSLError):
        return f"no secure connection comes about ({error.reason or type(error).__name__})"
    return getattr(error, "strerror", None) or "the line broke"
