"""Real CalDAV servers on loopback, each a process of its own that ends with the tests; and a bare client for them."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import count
from pathlib import Path

USER, PASSWORD = "ada", "s3cret-canary"
_numbers = count()
_LIST = b'<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>'
_CALENDAR = (
    b'<C:mkcalendar xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><set><prop><displayname>Jobs</displayname>'
    b"</prop></set></C:mkcalendar>"
)


@dataclass(frozen=True)
class Calendar:
    """A calendar of its own, and what a phone would do with it."""

    port: int
    path: str
    user: str | None
    password: str | None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.path}"

    def ask(self, method: str, name: str = "", body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        if self.user:
            headers["Authorization"] = "Basic " + b64encode(f"{self.user}:{self.password}".encode()).decode()
        try:
            connection.request(method, self.path + name, body, headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def names(self) -> list[str]:
        headers = {"Depth": "1", "Content-Type": "application/xml"}
        status, body = self.ask("PROPFIND", body=_LIST, **headers)
        assert status == 207
        return sorted(part.split("<")[0].rpartition("/")[2] for part in body.decode().split("href>") if ".ics<" in part)

    def get(self, name: str) -> str:
        status, body = self.ask("GET", name)
        assert status == 200
        return body.decode().replace("\r\n", "\n")

    def objects(self) -> dict[str, str]:
        return {name: self.get(name) for name in self.names()}

    def put(self, name: str, text: str) -> None:
        content = text.replace("\r\n", "\n").replace("\n", "\r\n").encode()
        status, answer = self.ask("PUT", name, content, **{"Content-Type": "text/calendar; charset=utf-8"})
        assert status in (200, 201, 204), (status, answer)

    def edit(self, name: str, old: str, new: str) -> None:
        """As a phone would: the whole object, changed."""
        text = self.get(name).replace("\n ", "")
        assert old in text
        self.put(name, text.replace(old, new))

    def delete(self, name: str) -> None:
        assert self.ask("DELETE", name)[0] in (200, 204)


@dataclass(frozen=True)
class Server:
    port: int
    root: str
    user: str | None = None
    password: str | None = None

    def calendar(self) -> Calendar:
        """A new one."""
        calendar = Calendar(self.port, f"{self.root}jobs-{next(_numbers)}/", self.user, self.password)
        status, answer = calendar.ask("MKCALENDAR", body=_CALENDAR, **{"Content-Type": "application/xml"})
        assert status == 201, (status, answer)
        return calendar


@contextmanager
def radicale(folder: Path) -> Iterator[Server]:
    """With a user and a password."""
    users = folder / "users"
    users.write_text(f"{USER}:{PASSWORD}\n")
    options = {
        "config": "",
        "storage-filesystem-folder": folder / "data",
        "auth-type": "htpasswd",
        "auth-htpasswd-filename": users,
        "auth-htpasswd-encryption": "plain",
        "auth-delay": "0",
        "server-delay-on-error": "0",
    }
    command = ["-m", "radicale", *(f"--{name}={value}" for name, value in options.items())]
    with _running(folder, lambda port: [*command, f"--server-hosts=127.0.0.1:{port}"]) as port:
        yield Server(port, f"/{USER}/", USER, PASSWORD)


@contextmanager
def xandikos(folder: Path) -> Iterator[Server]:
    """Open to everybody."""
    command = ["-m", "xandikos", "serve", "-d", str(folder / "data"), "--defaults", "--no-detect-systemd"]
    command += ["--state-dir", str(folder / "state"), "-l", "127.0.0.1"]
    with _running(folder, lambda port: [*command, "-p", str(port)]) as port:
        yield Server(port, "/user/calendars/")


@contextmanager
def _running(folder: Path, command) -> Iterator[int]:
    for _ in range(5):  # The free port may be somebody else's by the time that it is used.
        port = _free_port()
        with (folder / "log").open("ab") as log:
            process = subprocess.Popen([sys.executable, *command(port)], stdout=log, stderr=log, cwd=folder)
        try:
            if _answers(process, port):
                yield port
                return
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    raise AssertionError((folder / "log").read_text())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    for _ in range(600):
        if process.poll() is not None:
            return False
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.05)  # noqa: TID251
    return False
