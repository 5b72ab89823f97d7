"""Leases between processes: a file lock of the operating system, which the kernel gives up when its holder dies."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from jobflow.core.errors import StoreError


@contextmanager
def file_lease(path: str) -> Iterator[bool]:
    """Hold the lock on the file while the block runs; False, at once, where somebody has it.

    Two openings exclude each other within one process too. The file stays: removing it would let two hold "it".
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreError(
            f"the lock file {path} can't be opened: {error.strerror}.", hint="is the folder writable?"
        ) from error
    try:
        yield _try_lock(handle, path)
    finally:
        os.close(handle)


if sys.platform == "win32":

    def _try_lock(handle: int, path: str) -> bool:
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:

    def _try_lock(handle: int, path: str) -> bool:
        import fcntl

        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            raise StoreError(
                f"the file system of {path} has no locks: {error.strerror}.", hint="keep the home on a local disk"
            ) from error
        return True
