"""One deadline for a connection, whatever addresses a name has."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from jobflow.adapters.channels import sockets
from tests.adapters.channels.servers import LOOPBACK, Peer, free_port, raw_server


@pytest.fixture
def silent() -> Iterator[int]:
    """A port where nobody answers to a connection, as behind a firewall: its queue is full."""
    with ExitStack() as stack:
        listening = stack.enter_context(socket.socket())
        listening.bind((LOOPBACK, 0))
        listening.listen(0)
        port: int = listening.getsockname()[1]
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex((LOOPBACK, port))
        yield port


def addresses(*ports: int) -> list[sockets.Address]:
    return [(socket.AF_INET, (LOOPBACK, port)) for port in ports]


def test_the_next_address_has_its_turn(silent: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "SECONDS", 1.0)
    with raw_server(Peer.hang) as port:
        for first in (free_port(), silent):
            with sockets.connect(addresses(first, port), sockets.Limit()) as line:
                assert line.getpeername() == (LOOPBACK, port)


def test_where_nobody_answers_the_time_is_over(silent: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "SECONDS", 0.4)
    with pytest.raises(TimeoutError):
        sockets.connect(addresses(silent, silent), sockets.Limit())


def test_no_address_at_all() -> None:
    with pytest.raises(OSError, match="it has no address"):
        sockets.connect([], sockets.Limit())
