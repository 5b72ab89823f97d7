"""Files that the user asked for."""

from __future__ import annotations

import os
from contextlib import suppress

import click

from jobflow.core.errors import Refused


def read_bytes(path: str) -> bytes:
    """What a file holds; `-` is standard input. Raises `Refused`."""
    try:
        with click.open_file(path, "rb") as stream:
            content: bytes = stream.read()
            return content
    except OSError as error:
        raise Refused(f"{path} can't be read: {(error.strerror or str(error)).lower()}.") from error


def read_text(path: str) -> str:
    """The same of a text in UTF-8. Raises `Refused`."""
    try:
        return read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(f"{path} is no text in UTF-8.") from None


def write_whole(path: str, content: bytes) -> None:
    """All of it or nothing; a new file can be read by nobody else: it holds names and addresses."""
    # A pipe or a device is written to, not replaced.
    new = path if os.path.exists(path) and not os.path.isfile(path) else f"{path}.new"
    try:
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        if new != path:
            os.replace(new, path)
    except OSError as error:
        if new != path:
            with suppress(OSError):
                os.unlink(new)
        raise Refused(f"{path} can't be written: {(error.strerror or str(error)).lower()}.") from error
