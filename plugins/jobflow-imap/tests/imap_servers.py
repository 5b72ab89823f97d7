"""IMAP servers on loopback: Dovecot, as a process of the test's own, and one that says whatever it is told to."""

from __future__ import annotations

import base64
import contextlib
import getpass
import imaplib
import itertools
import json
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import trustme

PASSWORD = 'p@ss "wörd" \\ c4n4ry'
TOKEN = "c4n4ry-token"
_COUNT = itertools.count()

CONFIG = """
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{base}/cert.pem
ssl_key = <{base}/key.pem
disable_plaintext_auth = {strict}
auth_mechanisms = plain login xoauth2
auth_failure_delay = 0
mail_location = maildir:{base}/mail/%u
mail_max_userip_connections = 100
first_valid_uid = 1
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {base}/oauth2.conf
}}
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = {base}/passwd
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={base}/mail/%u
}}
service imap-login {{
  inet_listener imap {{
    port = {plain}
  }}
  inet_listener imaps {{
    port = {tls}
  }}
  process_min_avail = 1
  service_count = 0
  chroot =
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
namespace inbox {{
  inbox = yes
  mailbox Drafts {{
    special_use = {special}
  }}
  mailbox "Entwürfe & mehr" {{
    auto = create
    special_use = \\Drafts
  }}
}}
{internal}
"""


@dataclass(frozen=True)
class Dovecot:
    base: Path
    plain: int
    tls: int

    @property
    def ca_file(self) -> str:
        return str(self.base / "ca.pem")

    def user(self) -> str:
        """Somebody whose mailbox is empty."""
        return f"user{next(_COUNT)}-{os.getpid()}"

    def messages(self, user: str, folder: str) -> list[tuple[str, bytes]]:
        """The flags and the content of all that is in the folder, looked up by another client."""
        with self.client(user) as client:
            client.select(f'"{folder}"', readonly=True)
            _, uids = client.uid("SEARCH", "ALL")
            found = []
            for uid in uids[0].split():
                _, said = client.uid("FETCH", uid.decode(), "(FLAGS BODY.PEEK[])")
                flags = b" ".join(each[0] if isinstance(each, tuple) else each for each in said)
                found.append((flags.decode(), next(each[1] for each in said if isinstance(each, tuple))))
            return found

    def put(self, user: str, content: bytes | str, at: datetime, folder: str = "INBOX") -> None:
        """A mail comes in, unread."""
        raw = content.encode() if isinstance(content, str) else content
        with self.client(user) as client:
            typ, said = client.append(f'"{folder}"', "", imaplib.Time2Internaldate(at), raw)
            assert typ == "OK", said

    @contextlib.contextmanager
    def client(self, user: str) -> Iterator[imaplib.IMAP4]:
        client = imaplib.IMAP4("127.0.0.1", self.plain, timeout=10)
        try:
            client.authenticate("PLAIN", lambda _: f"\0{user}\0{PASSWORD}".encode())
            yield client
        finally:
            client.logout()


@contextlib.contextmanager
def dovecot(*, strict: bool = False) -> Iterator[Dovecot]:
    """Started, and ended by its own process id. Skips where there is none; in CI that is a failure."""
    program = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin")
    if program is None:
        reason = "needs dovecot (Debian: dovecot-imapd); .ci/run installs it"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    # Not below the test's own folder, which other users may not enter: Dovecot's processes are some of these.
    base = Path(tempfile.mkdtemp(prefix="jobflow-dovecot-"))
    base.chmod(0o755)
    with tokens() as port:
        server = Dovecot(base, _free_port(), _free_port())
        _configure(server, port, strict)
        process = subprocess.Popen([program, "-F", "-c", str(base / "conf")], stderr=subprocess.PIPE)
        try:
            _wait_for(server, process)
            yield server
        finally:
            process.terminate()
            process.communicate(timeout=20)
            shutil.rmtree(base, ignore_errors=True)


def _configure(server: Dovecot, port: int, strict: bool) -> None:
    base, root = server.base, os.getuid() == 0
    ca = trustme.CA()
    ca.cert_pem.write_to_path(base / "ca.pem")
    cert = ca.issue_cert("localhost", "127.0.0.1")
    cert.private_key_pem.write_to_path(base / "key.pem")
    cert.cert_chain_pems[0].write_to_path(base / "cert.pem")
    user, group = ("nobody", "nogroup") if root else (getpass.getuser(), str(os.getgid()))
    internal = "" if root else f"default_internal_user = {user}\ndefault_login_user = {user}\n"
    (base / "mail").mkdir()
    if root:
        shutil.chown(base / "mail", user, group)
    # Whoever comes has this password: each test is somebody else.
    secret = base64.b64encode(PASSWORD.encode()).decode()
    (base / "passwd").write_text("".join(f"user{n}-{os.getpid()}:{{PLAIN.b64}}{secret}\n" for n in range(500)))
    (base / "oauth2.conf").write_text(
        f"introspection_mode = post\nintrospection_url = http://127.0.0.1:{port}/\nusername_attribute = user\n"
        "active_attribute = active\nactive_value = true\n"
    )
    values = {"base": base, "plain": server.plain, "tls": server.tls, "user": user, "group": group}
    values |= {"internal": internal, "strict": "yes" if strict else "no", "special": "\\Junk"}
    (base / "conf").write_text(CONFIG.format(**values), encoding="utf-8")


def _wait_for(server: Dovecot, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end and process.poll() is None:
        for port in (server.plain, server.tls):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
            except OSError:
                threading.Event().wait(0.05)
                break
        else:
            return
    log = server.base / "log"
    raise AssertionError(
        (
            process.stderr.read() if process.poll() is not None and process.stderr else b"",
            log.exists() and log.read_text(),
        )
    )


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextlib.contextmanager
def tokens() -> Iterator[int]:
    """Where Dovecot asks whether a token is good: `USER:TOKEN` is, for that user."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            from urllib.parse import parse_qs

            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            user, _, token = form.get("token", [""])[0].partition(":")
            body = json.dumps({"active": token == TOKEN, "user": user}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextlib.contextmanager
def liar(
    answer: Callable[[bytes, bytes], Iterable[bytes]], greeting: Iterable[bytes] = (b"* OK hello\r\n",)
) -> Iterator[int]:
    """A server that answers a command (its tag, the rest of its line) with whatever `answer` gives."""
    ended = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while not ended.is_set():
            try:
                line, _ = listener.accept()
            except OSError:
                return
            with line, contextlib.suppress(OSError):
                line.settimeout(20)
                for chunk in greeting:
                    line.sendall(chunk)
                with line.makefile("rb") as file:
                    for command in file:
                        tag, _, rest = command.strip().partition(b" ")
                        for chunk in answer(tag, rest):
                            if ended.is_set():
                                return
                            line.sendall(chunk)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        ended.set()
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


def mail(sender: str = "Ada Byron <ada@acme.example>", text: str = "Thanks, talk soon.", **headers: str) -> str:
    """A mail as it comes in."""
    number = next(_COUNT)
    head = {
        "From": sender,
        "To": "me@home.example",
        "Subject": "Re: Interview",
        "Message-ID": f"<{number}.{os.getpid()}@acme.example>",
        "Content-Type": "text/plain; charset=utf-8",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return "".join(f"{name}: {value}\r\n" for name, value in head.items() if value) + "\r\n" + text + "\r\n"


DRAFTS = "Entw&APw-rfe &- mehr"
"""The folder of drafts, as IMAP calls it."""
NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
