"""The short road of `jobflow tick`: where nothing is due, that is found out without importing anything heavy.

It answers only what it is sure of, and then just as the full road would; anything else is None: take the full road.
"""

from __future__ import annotations

import os
import sys

from jobflow import __version__
from jobflow.adapters.home import Home, find_home

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from sqlite3 import Connection

    from jobflow.ports import Store

META = "short_road"
"""Under this name the store keeps the fingerprint of the surroundings that the last full tick saw, and its zone."""

_SYSTEM_ZONE = ("/etc/timezone", "/etc/localtime")

# One statement, so that all of it is seen at one instant. `strftime` reads the clock only where no instant is given;
# one that it would spell otherwise is no `2026-03-10T14:00:00Z`, and needs reading.
_QUESTION = """
WITH clock(now) AS (SELECT coalesce(?, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')))
SELECT strftime('%Y-%m-%dT%H:%M:%SZ', now) = now,
    (SELECT value FROM meta WHERE name = 'short_road'),
    (SELECT value FROM meta WHERE name = 'settings'),
    EXISTS (SELECT 1 FROM meta WHERE name = 'held_tick'),
    (SELECT value FROM meta WHERE name = 'last_instant') <= now,
    (SELECT value FROM meta WHERE name = 'last_tick')
        > strftime('%Y-%m-%dT%H:%M:%SZ', now, '-1 hour'),
    (SELECT value FROM meta WHERE name = 'last_tick') <= now,
    EXISTS (SELECT 1 FROM application WHERE next_wakeup_at <= now),
    EXISTS (SELECT 1 FROM message WHERE status IN ('pending', 'claimed') AND not_before <= now)
FROM clock
"""


def answer(arguments: Sequence[str], environ: Mapping[str, str]) -> int | None:
    """The exit code of an idle tick, with nothing said; None where the full road must be taken."""
    asked = _asked(arguments, environ)
    if asked is None:
        return None
    home, now = asked
    row = _ask(home, now)
    return 0 if row is not None and _is_idle(row, fingerprint(home, environ)) else None


def _asked(arguments: Sequence[str], environ: Mapping[str, str]) -> tuple[Home, str | None] | None:
    """The home and the instant of a plain `tick`; None for any other command line."""
    named: dict[str, str] = {}
    words: list[str] = []
    rest = iter(arguments)
    for word in rest:
        option, equals, value = word.partition("=")
        if option in ("--home", "--now"):
            named[option] = value if equals else next(rest, "")
            if not named[option]:
                return None
        else:
            words.append(word)
    if words != ["tick"]:
        return None
    return find_home(named.get("--home"), environ), named.get("--now") or environ.get("JOBFLOW_NOW") or None


def _ask(home: Home, now: str | None) -> tuple[object, ...] | None:
    """What the database says; None where it can't be asked."""
    if not os.path.isfile(home.database):
        return None
    connect, failure = _sqlite()
    quoted = home.database.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    try:
        connection = connect(f"file:{quoted}?mode=ro", uri=True, timeout=1)
        try:
            row: tuple[object, ...] = connection.execute(_QUESTION, (now,)).fetchone()
            return row
        finally:
            connection.close()
    except (failure, UnicodeError):  # the instant, or the text of a failure, may itself be damaged
        return None


def _sqlite() -> tuple[Callable[..., Connection], type[Exception]]:
    """The C part of sqlite3 alone where there is one: the rest of it imports datetime, as dear as all that is here."""
    try:
        from _sqlite3 import Error, connect
    except ImportError:
        from sqlite3 import Error, connect
    return connect, Error


def _is_idle(row: tuple[object, ...], here: str) -> bool:
    plain, seen, settings, held, after_last, within_the_hour, after_tick, due, waiting = row
    surroundings = f"{here} {settings}"
    quiet = not held and not due and not waiting
    return bool(plain and seen == surroundings and quiet and after_last and within_the_hour and after_tick)


def fingerprint(home: Home, environ: Mapping[str, str]) -> str:
    """What a tick depends on beside the database: this version, config.yaml, the enabled plugins, the system's zone.

    CRC-32 is enough: the full road is taken once an hour whatever this says.
    """
    from zlib import crc32

    parts = [__version__.encode(), sys.version.encode(), environ.get("TZ", "").encode("utf-8", "surrogateescape")]
    parts += [_content(home.config_file), _content(home.plugins_file)]
    parts += [_content(_SYSTEM_ZONE[0]), _link(_SYSTEM_ZONE[1])]
    total = 0
    for part in parts:
        total = crc32(part, crc32(b"%d:" % len(part), total))
    return f"{total:08x}"


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b"-"


def _link(path: str) -> bytes:
    try:
        return os.readlink(path).encode("utf-8", "surrogateescape")
    except OSError:
        return b"-"


def remember(store: Store, home: Home) -> None:
    """Let the next idle ticks take the short road. Called after a tick that saw these surroundings."""
    seen = f"{fingerprint(home, os.environ)} {store.get_meta('settings')}"
    if store.get_meta(META) != seen:
        with store.writing() as writer:
            writer.set_meta(META, seen)
