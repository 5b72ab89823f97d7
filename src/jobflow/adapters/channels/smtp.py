"""A conversation with a mail server: what each of its answers means for the message. It knows of no jobflow.

Nothing is sent before the connection is what it was asked to be: secured, the certificate verified, signed in.
"""

from __future__ import annotations

import base64
import re
import smtplib
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal

from jobflow.adapters.channels.envelope import Envelope
from jobflow.adapters.channels.sockets import Limit, connect, resolve, tls, why
from jobflow.contracts import Failed, Outcome, Retry, Secret, Sent, Unknown

GOODBYE = 3.0
"""Seconds for the end of a conversation: everything was said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where and how. `password` and `token` never both; `user` with either."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    user: str | None = None
    password: Secret | None = None
    token: Secret | None = None
    ca_file: str | None = None

    def __str__(self) -> str:
        """As a reason names it."""
        return f"{self.host}:{self.port}"


class Refusal(Exception):
    """The conversation ends before a message was handed over; the text says why."""


class Post:
    """A server to which messages are given one by one, over one connection until `close`."""

    def __init__(self, server: Server) -> None:
        """Nothing is opened yet."""
        self._server, self._limit = server, Limit()
        self._line: _Line | None = None

    def deliver(self, envelope: Envelope) -> Outcome:
        """Hand it over, within the deadline."""
        self._limit.restart()
        kept = self._line is not None
        outcome = self._attempt(envelope)
        # A server hangs up on a line that was kept when it likes: only a new one says what there is to say.
        return self._attempt(envelope) if kept and isinstance(outcome, Retry) else outcome

    def check(self) -> str | None:
        """What keeps it from taking a message, None where nothing does: as far as a delivery goes before it begins."""
        self._limit.restart()
        try:
            self._opened()
        except (Refusal, OSError, ValueError) as error:
            return self._said_of(error)
        return None

    def _attempt(self, envelope: Envelope) -> Outcome:
        try:
            outcome = _submit(self._opened(), envelope)
        except (Refusal, OSError, ValueError) as error:
            outcome = Retry(self._said_of(error))
        if not isinstance(outcome, Sent):
            self._hang_up()
        return outcome

    def _opened(self) -> _Line:
        if self._line is None:
            self._line = _open(self._server, self._limit)
        return self._line

    def _said_of(self, error: Exception) -> str:
        return f"{self._server}: {error if isinstance(error, Refusal) else why(error)}"

    def close(self) -> None:
        """Say goodbye."""
        self._limit.restart(GOODBYE)
        if self._line is not None:
            with suppress(OSError):
                self._line.docmd("QUIT")
        self._hang_up()

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
        self._line = None


class _Line(smtplib.SMTP):
    """smtplib over a socket that keeps to the limit."""

    def __init__(self, server: Server, limit: Limit, secured: ssl.SSLContext | None) -> None:
        self._server, self._limit, self._secured = server, limit, secured
        # Not the machine's own name, which is nobody's business and may take long to look up.
        super().__init__(server.host, server.port, local_hostname="[127.0.0.1]")

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        line = connect(resolve(host, port), self._limit)
        if self._secured is None:
            return line
        try:
            return self._secured.wrap_socket(line, server_hostname=host)
        except BaseException:
            line.close()
            raise


def _open(server: Server, limit: Limit) -> _Line:
    try:
        context = tls(limit, server.ca_file)
    except OSError as error:
        raise Refusal(f"its ca_file {server.ca_file} can't be read ({why(error)})") from None
    try:
        line = _Line(server, limit, context if server.security == "tls" else None)
    except smtplib.SMTPConnectError as error:
        raise Refusal(_said(error.smtp_code, error.smtp_error)) from None
    except smtplib.SMTPServerDisconnected as error:  # connected, and then no greeting
        if server.security == "tls":
            raise
        raise Refusal(f"{why(error)}; where it speaks TLS from the first byte on: security: tls") from None
    try:
        _prepare(line, server, context)
    except BaseException:
        line.close()
        raise
    return line


def _prepare(line: _Line, server: Server, context: ssl.SSLContext) -> None:
    _hello(line)
    if server.security == "starttls":
        _secure(line, context)
        _hello(line)
    if server.user is not None:
        _sign_in(line, server)


def _secure(line: _Line, context: ssl.SSLContext) -> None:
    try:
        line.starttls(context=context)
    except smtplib.SMTPNotSupportedError:
        hint = "where it speaks TLS from the first byte on: security: tls"
        raise Refusal(f"it offers no STARTTLS, so nothing was sent; {hint}") from None
    except smtplib.SMTPResponseException as error:
        raise Refusal(f"it does not begin TLS ({error.smtp_code}), so nothing was sent") from None


def _hello(line: _Line) -> None:
    try:
        line.ehlo_or_helo_if_needed()
    except smtplib.SMTPHeloError as error:
        raise Refusal(_said(error.smtp_code, error.smtp_error)) from None


def _sign_in(line: _Line, server: Server) -> None:
    """Of what it answers only the code is told: a server may repeat what it was given."""
    if server.security == "none" and not _is_loopback(line):
        raise Refusal("a password goes to another machine over TLS only; nothing was sent")
    offered = line.esmtp_features.get("auth", "").upper().split()
    user = server.user or ""
    if server.token is not None:
        code = _sign_in_by_token(line, offered, user, server.token.reveal())
    else:
        assert server.password is not None
        code = _sign_in_by_password(line, offered, user, server.password.reveal())
    if code not in (235, 503):
        given = "token" if server.token is not None else "password"
        raise Refusal(f"it does not take this user and {given} (it answered {code})")


def _sign_in_by_token(line: _Line, offered: list[str], user: str, token: str) -> int:
    if "XOAUTH2" not in offered:
        raise Refusal("it takes no token (no XOAUTH2)")
    code, _ = line.docmd("AUTH", "XOAUTH2 " + _coded(f"user={user}\1auth=Bearer {token}\1\1"))
    if code == 334:  # the reason, which nobody needs: the refusal itself comes after an empty answer
        code, _ = line.docmd("")
    return code


def _sign_in_by_password(line: _Line, offered: list[str], user: str, password: str) -> int:
    if "PLAIN" in offered:
        code, _ = line.docmd("AUTH", "PLAIN " + _coded(f"\0{user}\0{password}"))
    elif "LOGIN" in offered:
        code, _ = line.docmd("AUTH", "LOGIN")
        for text in (user, password):
            if code == 334:
                code, _ = line.docmd(_coded(text))
    else:
        raise Refusal("it takes no password here (neither PLAIN nor LOGIN)")
    return code


def _coded(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "replace")).decode()


def _is_loopback(line: _Line) -> bool:
    assert line.sock is not None
    return ip_address(line.sock.getpeername()[0].partition("%")[0]).is_loopback


def _submit(line: _Line, envelope: Envelope) -> Outcome:
    if envelope.utf8 and not line.has_extn("smtputf8"):
        return Failed("the server takes no address with other letters than ASCII (no SMTPUTF8)")
    options = " SMTPUTF8" if envelope.utf8 else ""
    line.command_encoding = "utf-8" if envelope.utf8 else "ascii"
    for command in (f"MAIL FROM:<{envelope.sender}>{options}", f"RCPT TO:<{envelope.to}>", "DATA"):
        code, text = line.docmd(command)
        if code // 100 != (3 if command == "DATA" else 2):
            return _refused(code, text)
    try:
        line.send(re.sub(rb"(?m)^\.", b"..", envelope.content) + b".\r\n")
        code, text = line.getreply()
    except (OSError, ValueError) as error:
        return Unknown(f"{why(error)} after the message had been handed over")
    if code // 100 == 2:
        return Sent()
    return _refused(code, text) if code // 100 in (4, 5) else Unknown(f"the server {_said(code, text)}")


def _refused(code: int, text: bytes) -> Outcome:
    # 530: it wants a password that config.yaml does not give. Nothing is wrong with the message.
    for_good = code // 100 == 5 and code != 530
    return (Failed if for_good else Retry)(f"the server {_said(code, text)}")


def _said(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    line = "".join(char if char.isprintable() else " " for char in words)
    return f"answered {code} {' '.join(line.split())}"[:200]
