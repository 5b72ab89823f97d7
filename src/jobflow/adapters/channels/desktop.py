"""The desktop channel: a notification by `notify-send`, from cron too. Silent where there is no desktop."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import ClassVar

from jobflow.adapters.channels.plain import headline, plain
from jobflow.adapters.plugins.process import Ended, run
from jobflow.adapters.plugins.saying import one_line
from jobflow.contracts import Message, Outcome, Retry, Sent, Unknown
from jobflow.core.records import MessageKind

SECONDS = 10.0
"""How long a desktop may take: it answers at once, or it hangs."""
MOST = 2_000
"""Characters of text that are shown: no desktop shows more."""
ADDRESS = "DBUS_SESSION_BUS_ADDRESS"
NOBODY = "no desktop: nothing was shown"
INSTALL = "install it (Debian: libnotify-bin)"

_URGENCY: Mapping[MessageKind, str] = {"overdue": "critical", "moved": "low"}
# What notify-send ends with where there is a bus, but nobody on it who shows anything.
_NOBODY = ("DBus.Error.ServiceUnknown", "DBus.Error.NameHasNoOwner", "DBus.Error.Spawn.", "Could not connect")


@dataclass(frozen=True)
class Desktop:
    """Shows reminders as notifications on the user's desktop. Takes no options."""

    name: ClassVar[str] = "desktop"

    def send(self, message: Message) -> Outcome:
        """Show it. Where there is no desktop it counts as sent: a server is no fault, and nobody is to be mailed."""
        address = find_bus(os.environ)
        if address is None:
            return Sent(NOBODY)
        # In the C locale, what is read of its errors is the same everywhere.
        environ = {**os.environ, ADDRESS: address, "LC_ALL": "C.UTF-8"}
        try:
            ended = run(words(message), b"", environ=environ, folder=os.path.abspath(os.sep), deadline=SECONDS)
        except OSError as error:
            return Retry(f"notify-send can't be run ({error.strerror or error}): {INSTALL}")
        return _outcome(ended)

    def check(self) -> str | None:
        """The program and a session: where one is missing, what is sent from here is seen by nobody."""
        import shutil

        if shutil.which("notify-send") is None:
            return f"there is no program notify-send: {INSTALL}."
        if find_bus(os.environ) is None:
            return "no desktop session is found from here: what it is to show is seen by nobody. Keep another channel."
        return None


def words(message: Message) -> list[str]:
    """The command. Markup and backslashes, which notify-send and desktops would follow, are shown as they are."""
    text = plain(message.text)
    shown = text if len(text) <= MOST else f"{text[: MOST - 1]}…"
    urgency = _URGENCY.get(message.kind, "normal")
    body = escape(shown, quote=False).replace("\\", "\\\\")
    return [
        "notify-send",
        "--app-name=jobflow",
        f"--urgency={urgency}",
        "--",
        headline(message.subject) or "jobflow",
        body,
    ]


def find_bus(environ: Mapping[str, str], runtimes: str = "/run/user") -> str | None:
    """The address of the user's session bus. Cron knows none: then where systemd puts it, if a session is there."""
    if environ.get(ADDRESS):
        return environ[ADDRESS]
    if not hasattr(os, "getuid"):
        return None
    for folder in (environ.get("XDG_RUNTIME_DIR"), os.path.join(runtimes, str(os.getuid()))):
        path = os.path.join(folder, "bus") if folder else ""
        if path and _is_own_socket(path):
            return f"unix:path={path}"
    return None


def _is_own_socket(path: str) -> bool:
    try:
        found = os.stat(path)
    except OSError:
        return False
    return stat.S_ISSOCK(found.st_mode) and found.st_uid == os.getuid()


def _outcome(ended: Ended) -> Outcome:
    if ended.late:
        return Unknown(f"the desktop did not answer within {SECONDS:g} s")
    if ended.status == 0:
        return Sent()
    said = one_line(ended.errors.decode(errors="replace"), 160)
    if any(sign in said for sign in _NOBODY):
        return Sent(NOBODY)
    return Retry(f"notify-send ended with status {ended.status}{': ' if said else ''}{said}")
