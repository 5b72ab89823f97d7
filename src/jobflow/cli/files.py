"""Files that the user asked for."""

from __future__ import annotations

import os
from contextlib import suppress

from jobflow.core.errors import Refused


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
