"""Reading archives that may be damaged, or made to do harm."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,  # a password is wanted
    UnicodeDecodeError,
)
"""All that zipfile raises for what it can't read."""


@contextmanager
def opened(content: bytes) -> Iterator[zipfile.ZipFile]:
    """An archive, to be read within. Raises ValueError for one that is damaged, whenever that shows."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            yield archive
    except _DAMAGE as error:
        raise ValueError(f"the archive can't be read: {error}") from error


def unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes:
    """A file of it; its checksum is compared. Raises ValueError if it is larger, whatever it says of its size."""
    with archive.open(member) as file:
        found = file.read(most + 1)
    if len(found) > most:
        raise ValueError(f"{member.filename} in the archive comes to more than the {most:,} bytes left for it")
    return found
