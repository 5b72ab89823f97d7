"""A mailbox on an IMAP server: the few things that are needed of it, with a bound on what it may say and how long.

The standard library's imaplib is enough for that. Whatever a server does comes out as one `Problem`, in one line.
"""

from __future__ import annotations

import base64
import imaplib
import re
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import Any, Self

from jobflow_imap import PORTS, Account
from jobflow_imap.texts import one_line

PATIENCE = 10.0
"""Seconds that the server may be silent."""
DEADLINE = 24.0
"""Seconds for all there is to do: before jobflow loses its patience with a channel. The rest is for the next time."""
LARGEST = 32 * 1024 * 1024
"""Bytes that the server may say in all."""
PART = 64 * 1024
"""Bytes of a mail's head, and of its body, that are looked at."""

_DRAFTS = "\\drafts"
_LISTED = re.compile(rb'\((?P<flags>[^)]*)\) (?:"(?:[^"\\]|\\.)*"|NIL) (?P<name>.+)', re.DOTALL)
_DATE = re.compile(rb'INTERNALDATE "\s?([^"]{1,40})"')
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


class Problem(Exception):
    """What the server did not do, in one line that shows no secret."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail, as far as it is looked at. `came` is when it arrived here, aware UTC."""

    came: datetime
    content: bytes


class _Line(imaplib.IMAP4):
    """imaplib, ended at a deadline whatever the server does, and deaf to what is too much."""

    def __init__(self, account: Account, context: ssl.SSLContext | None) -> None:
        self.taken, self.late = 0, False
        self._context = context
        self._watched: socket.socket | None = None
        self._watch = threading.Timer(DEADLINE, self._hang_up)
        self._watch.daemon = True
        try:
            super().__init__(account.host, account.port or PORTS[account.security], PATIENCE)
        except BaseException:
            self.let_go()
            if self.late:
                raise self.abort(_late()) from None
            raise

    def _create_socket(self, timeout: float | None) -> socket.socket:
        line = socket.create_connection((self.host, self.port), timeout)
        self._watched = line.dup()  # From here on: a handshake, too, can go on for ever.
        self._watch.start()
        if self._context is None:
            return line
        try:
            return self._context.wrap_socket(line, server_hostname=self.host)
        except BaseException:
            line.close()
            raise

    def read(self, size: int) -> bytes:
        self._count(size)
        return super().read(size)

    def readline(self) -> bytes:
        line: bytes = super().readline()
        self._count(len(line))
        return line

    def _count(self, size: int) -> None:
        self.taken += size
        if self.taken > LARGEST:
            raise self.abort(f"it says more than {LARGEST // 2**20} MiB")

    def _hang_up(self) -> None:
        self.late = True
        if self._watched is not None:
            with suppress(OSError):
                self._watched.shutdown(socket.SHUT_RDWR)

    def let_go(self) -> None:
        """Close what is open."""
        self._watch.cancel()
        with suppress(Exception):
            self.shutdown()
        if self._watched is not None:
            self._watched.close()


class Mailbox:
    """The mailbox, signed in to, for a `with` block. Every method raises `Problem`."""

    def __init__(self, account: Account) -> None:
        """Nothing is opened yet."""
        self._account = account
        self._line: _Line | None = None

    def __enter__(self) -> Self:
        """Connect and sign in."""
        try:
            with self._talking():
                self._open()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Sign off, if there is somebody to say it to."""
        if self._line is not None:
            if not self._line.late:
                with suppress(Exception):
                    self._line.logout()
            self._line.let_go()

    def drafts(self, named: str | None) -> bytes:
        """The folder of drafts, as a command names it: `named`, else the one that the server says it is."""
        if named is not None:
            return _quoted(named)
        with self._talking() as line:
            special = "SPECIAL-USE" in _capabilities(line)
            listed = _ok(line.list('(SPECIAL-USE) ""' if special else '""', '"*"'))
        for entry in listed:
            flags, name = _listed(entry)
            if _DRAFTS in flags and name is not None:
                return name
        raise Problem(f"{self._account.host}: it does not say which folder is for drafts; name it: drafts: …")

    def examine(self, folder: str) -> tuple[int, int]:
        """Open a folder without the right to change anything: its UIDVALIDITY and the next UID."""
        with self._talking() as line:
            _ok(line.select(_quoted(folder).decode(), readonly=True))
            return _number(line, "UIDVALIDITY"), _number(line, "UIDNEXT")

    def search(self, after: int, since: date, sender: str) -> list[int]:
        """The mails with a UID beyond `after` that came since that day from an address with `sender` in it."""
        day = f"{since.day:02}-{_MONTHS[since.month - 1]}-{since.year}"
        with self._talking() as line:
            said = _ok(line.uid("SEARCH", "UID", f"{after + 1}:*", "SINCE", day, "FROM", f'"{sender}"'))
            found = [int(word) for each in said if each for word in each.split()]
        return sorted({uid for uid in found if uid > after})

    def fetch(self, uid: int) -> Mail | None:
        """The beginning of one mail, unmarked as it was; None where it is gone, or can't be read."""
        wanted = f"(INTERNALDATE BODY.PEEK[HEADER]<0.{PART}> BODY.PEEK[TEXT]<0.{PART}>)"
        with self._talking() as line:
            said = _ok(line.uid("FETCH", str(uid), wanted))
        parts = {kind: each[1] for each in said if isinstance(each, tuple) for kind in _kinds(each[0])}
        head = b" ".join(each[0] if isinstance(each, tuple) else each for each in said if each)
        came = _DATE.search(head)
        if b"HEADER" not in parts or came is None:
            return None
        try:
            at = parsedate_to_datetime(came[1].decode("ascii", "replace"))
        except (ValueError, TypeError, OverflowError):
            return None
        return None if at.tzinfo is None else Mail(at.astimezone(UTC), parts[b"HEADER"] + parts.get(b"TEXT", b""))

    def has(self, folder: bytes, message_id: str) -> bool:
        """Whether a mail of this Message-ID is in the folder."""
        with self._talking() as line:
            _ok(line.select(folder.decode("ascii", "surrogateescape"), readonly=True))
            return any(_ok(line.uid("SEARCH", "HEADER", "Message-ID", f'"{message_id}"')))

    def append(self, folder: bytes, content: bytes) -> None:
        """Put a draft into the folder."""
        with self._talking() as line:
            _ok(line.append(folder.decode("ascii", "surrogateescape"), r"(\Draft \Seen)", None, content))

    def _open(self) -> None:
        account = self._account
        secret = account.password or account.token
        assert secret is not None
        if account.security == "none" and not _is_here(account.host):
            raise Problem(f"{account.host}: without tls, a password goes to this machine only")
        context = None if account.security == "none" else ssl.create_default_context(cafile=account.ca_file)
        self._line = line = _Line(account, context if account.security == "tls" else None)
        if account.security == "starttls":
            assert context is not None
            line.starttls(context)
        if account.token is not None:
            answers = iter([f"user={account.user}\x01auth=Bearer {account.token.reveal()}\x01\x01".encode()])
            line.authenticate("XOAUTH2", lambda _: next(answers, b""))
        elif "AUTH=PLAIN" in line.capabilities:
            line.authenticate("PLAIN", lambda _: f"\0{account.user}\0{secret.reveal()}".encode())
        else:
            line.login(_quoted(account.user).decode(), secret.reveal())

    @contextmanager
    def _talking(self) -> Iterator[_Line]:
        """What goes wrong in here is a `Problem`."""
        try:
            yield self._line  # type: ignore[misc]  # None before `_open` alone, which does not look at it
        except Problem:
            raise
        except (imaplib.IMAP4.error, OSError) as error:
            raise self._problem(error) from None
        except (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError, MemoryError):
            raise Problem(f"{self._account.host}: it answers with something that is no IMAP") from None

    def _problem(self, error: Exception) -> Problem:
        host, secret = self._account.host, self._account.password or self._account.token
        if self._line is not None and self._line.late:
            return Problem(f"{host}: {_late()}")
        said = error.args[0] if isinstance(error, imaplib.IMAP4.error) and error.args else str(error)
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        for value in _forms(secret.reveal()) if secret is not None else ():
            text = text.replace(value, "[…]")  # A server may say what it was told.
        return Problem(f"{host}: {one_line(text, 160) or type(error).__name__}")


def _late() -> str:
    return f"it took longer than {DEADLINE:g} s"


def _forms(secret: str) -> Sequence[str]:
    """The secret as it may come back."""
    return [secret, repr(secret)[1:-1], base64.b64encode(secret.encode()).decode()]


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _ok(answer: tuple[str, Any]) -> list[Any]:
    """What came of a command. Raises imaplib's error where the server said no."""
    status, said = answer
    if status != "OK":
        raise imaplib.IMAP4.error(said[0] if said and isinstance(said[0], bytes) else "it said no")
    return [each for each in said if each is not None]


def _capabilities(line: _Line) -> list[str]:
    """What the server can do, once one has signed in: some say it only then."""
    return b" ".join(_ok(line.capability())).decode("ascii", "replace").upper().split()


def _number(line: _Line, code: str) -> int:
    _, said = line.response(code)
    return int(said[0]) if said and said[0] else 0


def _kinds(head: bytes) -> list[bytes]:
    """Which part of a mail a literal is."""
    return [kind for kind in (b"HEADER", b"TEXT") if head.rpartition(b"BODY[")[2].startswith(kind + b"]")]


def _listed(entry: object) -> tuple[set[str], bytes | None]:
    """The flags of a folder that was listed, and its name as a command takes it; None where no command could."""
    head, literal = entry if isinstance(entry, tuple) else (entry, None)
    match = _LISTED.fullmatch(head) if isinstance(head, bytes) else None
    if match is None:
        return set(), None
    flags = {flag.lower() for flag in match["flags"].decode("ascii", "replace").split()}
    name = match["name"] if literal is None else b'"' + re.sub(rb'(["\\])', rb"\\\1", literal) + b'"'
    if not name.startswith(b'"'):
        name = b'"' + name + b'"'
    sound = re.fullmatch(rb'"(?:[^"\\]|\\["\\])*"', name) and all(32 <= byte < 127 for byte in name)
    return flags, name if sound else None


def _quoted(text: str) -> bytes:
    """A folder's name as a command takes it: the old UTF-7 of IMAP, in quotes."""

    def encoded(match: re.Match[str]) -> str:
        run = match[0]
        if run == "&":
            return "&-"
        return "&" + base64.b64encode(run.encode("utf-16-be"), b"+,").decode().rstrip("=") + "-"

    plain = re.sub(r"&|[^\x20-\x7e]+", encoded, text)
    return b'"' + re.sub(r'(["\\])', r"\\\1", plain).encode() + b'"'
