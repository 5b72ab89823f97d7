"""Which time zone the machine is set to: TZ, /etc/timezone, where /etc/localtime leads; UTC where nothing says."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from zoneinfo import ZoneInfo

TIMEZONE_FILE = "/etc/timezone"
LOCALTIME_LINK = "/etc/localtime"
_DATABASE = "zoneinfo/"


def system_zone(environ: Mapping[str, str]) -> ZoneInfo:
    """The first of the candidates that tzdata knows."""
    for name in _candidates(environ):
        try:
            return ZoneInfo(name)
        except (OSError, ValueError, KeyError):  # ZoneInfoNotFoundError is a KeyError
            continue
    return ZoneInfo("UTC")


def _candidates(environ: Mapping[str, str]) -> Iterator[str]:
    yield _after_database(environ.get("TZ", "").strip().removeprefix(":"))
    with suppress(OSError), open(TIMEZONE_FILE, encoding="utf-8", errors="replace") as file:
        yield file.readline().strip()
    with suppress(OSError):
        yield _after_database(os.path.realpath(LOCALTIME_LINK))


def _after_database(path: str) -> str:
    """`Europe/Berlin` of `/usr/share/zoneinfo/Europe/Berlin`."""
    return path.rpartition(_DATABASE)[2]
