"""Letters as files in the drafts folder: where the one of a task is, what stands in it, and writing one."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from jobflow.adapters.channels.drafts import Drafts, file_name
from jobflow.adapters.channels.mime import RECIPIENT
from jobflow.contracts import HomeFolder, Message
from jobflow.core.letters import Letter
from jobflow.core.records import OutboxMessage


class DraftFiles:
    """The folder that the channel `drafts` writes to, whether config.yaml names that channel or not."""

    def __init__(self, data: str, options: Mapping[str, object]) -> None:
        """`data`: jobflow's folder; `options`: of the channel in config.yaml."""
        self._channel = Drafts(HomeFolder(data), **options)  # type: ignore[arg-type]  # checked with config.yaml

    @property
    def folder(self) -> str:
        """Where they are."""
        return self._channel.letters_folder

    def paths(self, rows: Iterable[OutboxMessage]) -> Iterator[str]:
        """Where the channel would have put these messages."""
        for row in rows:
            if row.recipient is not None:
                yield self.path(row.slug, Letter(row.recipient, row.subject, row.text), row.key)

    def path(self, slug: str, letter: Letter, key: str) -> str:
        """Where a letter that jobflow wrote at the user's word lies; `key` tells it from every other."""
        return os.path.join(self._channel.letters_folder, file_name(_message(slug, letter, key)))

    def find(self, rows: Sequence[OutboxMessage], path: str) -> str | None:
        """The file of the first of these messages that has one, else the path if there is something."""
        for row in rows:
            letter = Letter(row.recipient or "", row.subject, row.text)
            found = self.path(row.slug, letter, row.key)
            if row.channel == Drafts.name and os.path.isfile(found):
                return found
        return path if os.path.isfile(path) else None

    def read(self, path: str) -> Letter | None:
        """The letter in a draft, whoever changed it; None where it can't be read."""
        try:
            with open(path, "rb") as file:
                mail: EmailMessage = message_from_bytes(file.read(), policy=default)
            body = mail.get_body(("plain", "html"))
            recipient = str(mail["To"] or mail[RECIPIENT] or "")
            text = "" if body is None else body.get_content().replace("\r\n", "\n").strip()
            return Letter(recipient, str(mail["Subject"] or ""), text) if text else None
        except (OSError, LookupError, ValueError, UnicodeError):
            return None

    def content(self, slug: str, letter: Letter, key: str) -> bytes:
        """A draft as a file."""
        return self._channel.content(_message(slug, letter, key))


def _message(slug: str, letter: Letter, key: str) -> Message:
    return Message(
        id=key,
        key=key,
        kind="letter",
        subject=letter.subject,
        text=letter.text,
        application=slug,
        recipient=letter.recipient,
    )
