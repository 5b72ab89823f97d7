"""A desktop of the test's own: a real session bus, and on it a notification service that keeps what it is told."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from typing import Any

from jeepney import DBusNameFlags, HeaderFields, Message, MessageType, new_error, new_method_return
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import DBusConnection, open_dbus_connection

NAME = "org.freedesktop.Notifications"
NEEDED = ("dbus-daemon", "notify-send")
PATIENCE = 20.0
"""Seconds that the test waits for what comes at once where all is well."""

_BUS = """
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
_SIGNATURES = {"GetServerInformation": "ssss", "GetCapabilities": "as", "Notify": "u"}
_ANSWERS: dict[str, tuple[Any, ...]] = {
    "GetServerInformation": ("test", "jobflow", "1", "1.2"),
    "GetCapabilities": (["body", "body-markup"],),
}


@dataclass(frozen=True)
class Shown:
    """What the service was told to show."""

    app: str
    icon: str
    summary: str
    body: str
    urgency: int


@dataclass
class Desktop:
    """`address` of the bus. `refuse`: the D-Bus error that the service answers with; `mute`: it answers nothing."""

    address: str
    refuse: str | None = None
    mute: bool = False
    shown: Queue[Shown] = field(default_factory=Queue)

    def told(self) -> Shown:
        """The next notification."""
        return self.shown.get(timeout=PATIENCE)

    def serve(self, connection: DBusConnection) -> None:
        while True:
            try:
                message = connection.receive()
            except (OSError, ValueError):  # The bus is gone, or the test is over.
                return
            if message.header.message_type is MessageType.method_call and not self.mute:
                connection.send(self._answer(message))

    def _answer(self, message: Message) -> Message:
        method = message.header.fields[HeaderFields.member]
        if self.refuse:
            return new_error(message, self.refuse, "s", ("not today",))
        if method == "Notify":
            app, _replaces, icon, summary, body, _actions, hints, _expires = message.body
            self.shown.put(Shown(app, icon, summary, body, hints["urgency"][1]))
            return new_method_return(message, "u", (self.shown.qsize(),))
        return new_method_return(message, _SIGNATURES[method], _ANSWERS[method])


@contextmanager
def session_bus(folder: Path) -> Iterator[str]:
    """A bus at `folder/bus` on which nobody shows anything yet; its address."""
    socket, config = folder / "bus", folder / "bus.conf"
    config.write_text(_BUS.format(socket=socket))
    command = ["dbus-daemon", f"--config-file={config}", "--nofork", "--print-address=1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as daemon:
        assert daemon.stdout is not None
        try:
            assert daemon.stdout.readline().startswith("unix:path=")
            yield f"unix:path={socket}"
        finally:
            daemon.terminate()


@contextmanager
def desktop(folder: Path) -> Iterator[Desktop]:
    """A bus with a notification service on it."""
    with session_bus(folder) as address, open_dbus_connection(address) as connection:
        connection.send_and_get_reply(message_bus.RequestName(NAME, DBusNameFlags.do_not_queue), timeout=PATIENCE)
        there = Desktop(address)
        service = threading.Thread(target=there.serve, args=(connection,), daemon=True)
        service.start()
        yield there
