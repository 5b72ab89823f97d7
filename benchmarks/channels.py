"""Delivery side by side with a bare loop, and what enabled plugins cost an idle tick. `run.py` runs it.

What is measured of the channel `email` is its own `send`, message by message over the connection that it keeps: a tick
joins what it has to say into one mail for each channel, so that a whole tick is one such call. The bare loop makes the
same mail by the standard library and gives it to smtplib over one connection. Both feed one server, in its own process.
"""

from __future__ import annotations

import smtplib
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import formatdate
from pathlib import Path

from run import Figure, fill, interleaved, process, tick_of

from jobflow import Sent
from jobflow.adapters.channels.email import Email
from jobflow.testing import a_message

ME = "ada@example.org"
PLUGIN = """
from dataclasses import dataclass
from typing import ClassVar
import jobflow

@dataclass(frozen=True)
class Mine:
    name: ClassVar[str] = "mine-{0}"
    topic: str
    def send(self, message):
        return jobflow.Sent()

@jobflow.hookimpl
def jobflow_channels():
    return [Mine]
"""


@contextmanager
def sink() -> Iterator[int]:
    """A mail server that throws everything away; its port."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        port: int = line.getsockname()[1]
    command = [sys.executable, "-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Sink", "-l", f"127.0.0.1:{port}"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(10_000):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                continue
        yield port
    finally:
        server.terminate()
        server.wait()


def mail(quick: bool) -> list[Figure]:
    """Many messages through the channel against as many through smtplib."""
    rounds, count = (3, 60) if quick else (10, 1_000)
    message = a_message()

    with sink() as port:

        def ours() -> None:
            channel = Email(host="127.0.0.1", port=port, security="none", to=ME)
            for _ in range(count):
                assert channel.send(message) == Sent()
            channel.close()

        def bare() -> None:
            with smtplib.SMTP("127.0.0.1", port, local_hostname="[127.0.0.1]") as line:
                for number in range(count):
                    mail = EmailMessage()
                    mail["From"], mail["To"], mail["Subject"] = f"jobflow <{ME}>", ME, message.subject
                    mail["Date"], mail["Auto-Submitted"] = formatdate(), "auto-generated"
                    mail["Message-ID"] = f"<{number}@example.org>"
                    mail.set_content(message.text)
                    mail.add_alternative(message.html or "", subtype="html")
                    line.send_message(mail)

        mine, theirs = interleaved(ours, bare, rounds)
    detail = f"{count / mine:.0f} / {count / theirs:.0f} messages a second, {rounds * count:,} each"
    return [Figure("email / bare smtplib loop", mine / theirs, 1.25, detail)]


def ten_plugins(quick: bool) -> list[Figure]:
    """The idle tick with ten enabled plugins against the one with none."""
    with tempfile.TemporaryDirectory() as ten, tempfile.TemporaryDirectory() as none:
        homes = fill(Path(ten), 1), fill(Path(none), 1)
        (homes[0] / "plugins").mkdir()
        for number in range(10):
            (homes[0] / "plugins" / f"mine{number}.py").write_text(PLUGIN.format(number))
            process("-m", "jobflow", "--home", str(homes[0]), "plugin", "enable", f"mine{number}")()
        ticks = [tick_of(home) for home in homes]
        for tick in ticks:
            tick()
        mine, floor = interleaved(ticks[0], ticks[1], 7 if quick else 61)
    detail = f"{mine * 1e3:.1f} / {floor * 1e3:.1f} ms"
    return [Figure("idle tick, ten plugins enabled / none", mine / floor, 1.1, detail)]
