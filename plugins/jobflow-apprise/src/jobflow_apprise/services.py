"""Apprise's services, one by one: which did not take a message, and what Apprise says of it, without its secrets.

Apprise itself answers for all services together, with yes or no. The reason is in its log, and so may be parts of URLs.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, unquote_plus

import apprise

PATIENCE = 9.0
"""Seconds that one service may take."""
LONGEST = 200
"""Characters of a reason."""
HIDDEN = "[…]"

_LINE = re.compile(r"(?:(?P<tags>[\w ,:-]+)=)?\s*(?P<urls>[A-Za-z0-9]+://.*)")
_ASSET = apprise.AppriseAsset(
    app_id="jobflow",
    storage_mode=apprise.PersistentStoreMode.MEMORY,  # No URL, and nothing made of one, is written to the disk.
    service_timeout=PATIENCE,
    allow_templates=False,
    secure_logging=True,
)
_ASSET.http_redirects = False
"""A redirect would carry the text, and often the token, to somewhere else."""


@dataclass(frozen=True, slots=True)
class Service:
    """One URL. `name`: what it is called where its URL must not be shown. `problem`: why it can't be used at all."""

    name: str
    url: str
    made: apprise.NotifyBase | None

    @property
    def problem(self) -> str | None:
        """One sentence; None where it can be used."""
        return None if self.made is not None else f"{self.name}: Apprise can't read this URL"

    def deliver(self, title: str, text: str) -> str | None:
        """Why it did not take the message; None where it did."""
        if self.made is None:
            return "Apprise can't read this URL"
        one = apprise.Apprise(asset=_ASSET)
        one.add(self.made)
        log: Any = apprise.LogCapture
        with log(level=logging.WARNING, fmt="%(message)s") as said:
            try:
                taken = one.notify(
                    title=_sound(" ".join(title.split())),
                    body=_sound(text) or " ",
                    body_format=apprise.NotifyFormat.TEXT,
                )
            except Exception as error:  # Of one of some 180 services: its text may hold anything.
                return f"raised {type(error).__name__}"
            return None if taken else without_secrets(said.getvalue(), self.url) or "it did not say why"


def services(urls: str, tag: str | None) -> Sequence[Service]:
    """What the text of the option says: a URL a line or between blanks, `TAG, TAG=URL`; `#` begins a comment."""
    found = [(tags, url) for line in urls.splitlines() for tags, url in _read(line.strip())]
    wanted = [url for tags, url in found if tag is None or tag in tags]
    return [_service(url, place, len(wanted)) for place, url in enumerate(wanted, start=1)]


def without_secrets(said: str, url: str) -> str:
    """What was said, on one line, without any part of the URL but its scheme."""
    parts = set(re.split(r"[\s:/@?&=,#+;]+", url.partition("://")[2]))
    parts |= {unquote(part) for part in parts} | {unquote_plus(part) for part in parts} | {url}
    for part in sorted(parts - {""}, key=len, reverse=True):
        # A short one only where it stands alone: an `e` is in every word.
        edges = (r"(?<!\w)", r"(?!\w)") if len(part) < 4 else ("", "")
        said = re.sub(f"{edges[0]}{re.escape(part)}{edges[1]}", HIDDEN, said)
    line = " ".join(said.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def _read(line: str) -> Iterator[tuple[frozenset[str], str]]:
    if not line or line.startswith(("#", ";")):
        return
    match = _LINE.fullmatch(line)
    tags = frozenset(re.split(r"[\s,]+", match["tags"] or "")) if match else frozenset[str]()
    for url in (match["urls"] if match else line).split():
        yield tags, url


def _service(url: str, place: int, of: int) -> Service:
    made = apprise.Apprise.instantiate(url, asset=_ASSET)
    name = str(made.service_name) if made is not None else "URL"
    return Service(f"{name} ({place} of {of})" if of > 1 or made is None else name, url, made)


def _sound(text: str) -> str:
    """Lone surrogates can't be sent, NUL ends the text for some."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "�")
