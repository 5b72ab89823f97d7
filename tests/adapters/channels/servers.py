"""Real servers on loopback, in threads of the test: a mail server, an HTTP server, and one that misbehaves."""

from __future__ import annotations

import asyncio
import base64
import ssl
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import socket
from tempfile import mkdtemp
from typing import Any, cast

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

LOOPBACK = "127.0.0.1"
NAME = "localhost"
USER, PASSWORD, TOKEN = "ada@example.org", "c4n4ry-pässword", "c4n4ry.tok-en_" + "x" * 300


@cache
def authority() -> trustme.CA:
    return trustme.CA()


@cache
def ca_file() -> str:
    path = Path(mkdtemp()) / "ca.pem"
    authority().cert_pem.write_to_path(str(path))
    return str(path)


def certificate(*names: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority().issue_cert(*(names or (NAME, LOOPBACK))).configure_cert(context)
    return context


# -- mail --------------------------------------------------------------------------------------------------------------


@dataclass
class Mailbox:
    """What a mail server was given, and what it is to answer: `answers` by command, in place of its own."""

    port: int = 0
    envelopes: list[Envelope] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    connections: int = 0
    tried: list[tuple[str, bytes]] = field(default_factory=list)

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(cast(bytes, e.content), policy=policy.default) for e in self.envelopes]

    # What aiosmtpd asks a handler.
    async def handle_MAIL(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 OK")

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        answer = self.answers.get("DATA", "250 2.0.0 taken")
        if answer.startswith("2"):
            self.envelopes.append(envelope)
        return answer

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:
        given = base64.b64decode(args[1])
        self.tried.append(("XOAUTH2", given))
        if given == f"user={USER}\1auth=Bearer {TOKEN}\1\1".encode():
            return AuthResult(success=True)
        await server.push("334 " + base64.b64encode(b'{"status":"401"}').decode())
        assert await server._reader.readline() == b"\r\n"
        return AuthResult(success=False, handled=False)

    def check(self, _server: SMTP, _session: Session, _envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
        assert isinstance(given, LoginPassword)
        self.tried.append((mechanism, given.password))
        return AuthResult(success=given == LoginPassword(USER.encode(), PASSWORD.encode()), handled=False)


@contextmanager
def mail_server(
    *, security: str = "none", auth: tuple[str, ...] = (), names: tuple[str, ...] = ()
) -> Iterator[Mailbox]:
    """`security` as the channel's option; `auth`: the mechanisms that are taken, and one is required."""
    mailbox = Mailbox()
    context = certificate(*names) if security != "none" else None
    all_ = {"PLAIN", "LOGIN", "XOAUTH2"}
    loop, ready = asyncio.new_event_loop(), threading.Event()
    servers: list[asyncio.Server] = []

    def connected() -> SMTP:
        mailbox.connections += 1
        with warnings.catch_warnings(action="ignore"):
            server = SMTP(
                mailbox,
                enable_SMTPUTF8=True,
                hostname="server.example",
                tls_context=context if security == "starttls" else None,
                require_starttls=security == "starttls",
                auth_required=bool(auth),
                auth_require_tls=security == "starttls",
                auth_exclude_mechanism=all_ - set(auth),
                authenticator=mailbox.check,
                loop=loop,
            )
        server.command_size_limits["AUTH"] = 12_288  # RFC 4954
        return server

    async def serve() -> None:
        secured = context if security == "tls" else None
        server = await loop.create_server(connected, LOOPBACK, 0, ssl=secured)
        servers.append(server)
        mailbox.port = server.sockets[0].getsockname()[1]
        ready.set()

    async def stop() -> None:
        servers[0].close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def run() -> None:
        loop.run_until_complete(serve())
        loop.run_forever()
        loop.run_until_complete(stop())
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield mailbox
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


# -- whatever one wants to go wrong ------------------------------------------------------------------------------------

Talk = Callable[["Peer"], None]


class Peer:
    """The other end of one connection. A connection that went away ends the talk."""

    def __init__(self, line: socket) -> None:
        self.line = line
        self.file = line.makefile("rb")
        self.over = threading.Event()

    def say(self, *lines: str) -> None:
        self.line.sendall("".join(f"{line}\r\n" for line in lines).encode())

    def hear(self) -> bytes:
        return self.file.readline()

    def hear_until(self, last: bytes) -> bytes:
        heard = b""
        while not heard.endswith(last):
            got = self.file.readline()
            if not got:
                raise EOFError
            heard += got
        return heard

    def drip(self, text: bytes, every: float = 0.05) -> None:
        for number in range(len(text)):
            self.line.sendall(text[number : number + 1])
            if self.over.wait(every):
                return

    def hang(self) -> None:
        self.over.wait(20)


@contextmanager
def raw_server(talk: Talk, secured: ssl.SSLContext | None = None) -> Iterator[int]:
    """A server that says to each connection what `talk` says; its port."""
    listening = socket()
    listening.bind((LOOPBACK, 0))
    listening.listen()
    peers: list[Peer] = []
    threads: list[threading.Thread] = []

    def serve(line: socket) -> None:
        with suppress(OSError, EOFError), line:
            over = secured.wrap_socket(line, server_side=True) if secured else line
            with over:
                peer = Peer(over)
                peers.append(peer)
                try:
                    talk(peer)
                finally:
                    peer.file.close()

    def accept() -> None:
        with suppress(OSError):
            while True:
                line, _ = listening.accept()
                threads.append(threading.Thread(target=serve, args=(line,), daemon=True))
                threads[-1].start()

    main = threading.Thread(target=accept, daemon=True)
    main.start()
    try:
        yield listening.getsockname()[1]
    finally:
        for peer in peers:
            peer.over.set()
        with suppress(OSError):
            listening.shutdown(2)
        listening.close()
        for thread in (main, *threads):
            thread.join(10)


def free_port() -> int:
    """A port on which nobody listens."""
    with socket() as line:
        line.bind((LOOPBACK, 0))
        port: int = line.getsockname()[1]
    return port


# -- HTTP --------------------------------------------------------------------------------------------------------------


@dataclass
class Inbox:
    """What an HTTP server was given, and what it is to answer."""

    port: int = 0
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def web_server(secured: ssl.SSLContext | None = None) -> Iterator[Inbox]:
    inbox = Inbox()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            inbox.requests.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(inbox.status)
            for name, value in inbox.headers.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(inbox.body)

        def do_GET(self) -> None:
            inbox.requests.append((self.path, {}, b"a redirect was followed"))

        def log_message(self, *_args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_args: object) -> None:
            pass

    server = Server((LOOPBACK, 0), Handler)
    if secured is not None:
        server.socket = secured.wrap_socket(server.socket, server_side=True)
    inbox.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield inbox
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
