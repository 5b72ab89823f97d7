"""The drafts channel: each letter to somebody else waits as a file, for the user to read, change and send."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar

from jobflow.adapters.channels.mime import address_of, digest, letter
from jobflow.contracts import HomeFolder, Message, Outcome, Retry, Sent
from jobflow.core.errors import Refused
from jobflow.core.slugs import plain_slug

FOLDER = "drafts"
APPLICATION = "X-Jobflow-Application"
"""The header that says whose letter it is: the slug of the application."""
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}


@dataclass(frozen=True)
class Drafts:
    """Writes letters as `.eml` files. A draft that is there already stays as it is: the user may have changed it.

    `folder`: where they go, `~` and paths from jobflow's folder included. `sender`: `NAME <ADDRESS>` for `From`.
    """

    name: ClassVar[str] = "drafts"
    letters: ClassVar[bool] = True
    home: HomeFolder
    folder: str = FOLDER
    sender: str | None = None

    def __post_init__(self) -> None:
        """Raises `Refused` for a sender that is no address, and for no folder."""
        if not self.folder.strip() or "\0" in self.folder:
            raise Refused("option 'folder' of channel 'drafts' names no folder.", hint=f"folder: {FOLDER}")
        if self.sender is not None:
            try:
                address_of(self.sender)
            except Refused as refusal:
                raise Refused(
                    f"option 'sender' of channel 'drafts': {refusal.message}", hint="such as Ada <ada@acme.example>"
                ) from None

    def send(self, message: Message) -> Outcome:
        """Write it. A disk that is full or read-only is tried again: nothing has left."""
        folder = self.letters_folder
        path = os.path.join(folder, file_name(message))
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            keep(path, self.content(message))
        except OSError as error:
            return Retry(f"the draft {path} can't be written ({error.strerror or error})")
        return Sent(path)

    def check(self) -> str | None:
        """The folder: it, or the one that it would be made in, can be written to."""
        place = self.letters_folder
        while not os.path.lexists(place):
            place = os.path.dirname(place)
        if os.path.isdir(place) and os.access(place, os.W_OK | os.X_OK):
            return None
        return f"no drafts can be written to {self.letters_folder}: {place} is no folder, or may not be written to."

    @property
    def letters_folder(self) -> str:
        """Where the letters go."""
        return os.path.join(self.home, os.path.expanduser(self.folder))

    def content(self, message: Message) -> bytes:
        """What stands in the file."""
        mail = letter(message, address_of(self.sender) if self.sender is not None else None)
        if message.application is not None:
            mail[APPLICATION] = plain_slug(message.application)  # by which `jobflow forget` finds it
        mail["X-Unsent"] = "1"  # Outlook and Thunderbird open it to be written on, not to be read.
        mail["X-Uniform-Type-Identifier"] = "com.apple.mail-draft"  # Apple Mail does the same by this one.
        return mail.as_bytes()


def file_name(message: Message) -> str:
    """The same for the same message, and of no other: `acme-ada-byron-5f0c3d1a.eml`."""
    parts = (plain_slug(message.application or ""), plain_slug(message.recipient or ""), digest(message)[:8])
    return "-".join(filter(None, parts)) + ".eml"


def keep(path: str, content: bytes) -> None:
    """Write a new file, readable by nobody else: all of it or nothing. A file that is there already is left alone.

    Raises OSError where it can't be written, or something else has its name.
    """
    if os.path.isfile(path):
        return
    folder, name = os.path.split(path)
    part = os.path.join(folder, f".{name}.part")
    with suppress(FileNotFoundError):
        os.unlink(part)
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _take_name(part, path)
    finally:
        with suppress(OSError):
            os.unlink(part)
    _settle(folder)


def _take_name(part: str, path: str) -> None:
    """Unlike a rename, a link never takes the place of what somebody else has put there meanwhile."""
    try:
        os.link(part, path)
    except OSError as error:
        if error.errno not in _NO_LINKS or os.path.lexists(path):
            raise
        os.rename(part, path)


def _settle(folder: str) -> None:
    """See to it that the name, too, survives a power cut."""
    if hasattr(os, "O_DIRECTORY"):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
