"""Which services have taken a message that others have not: they are not given it again with every attempt.

Services are remembered by their place among the URLs, for nothing made of a URL belongs on the disk.
"""

from __future__ import annotations

import json
import os

FILE = "apprise-partly.json"
MOST = 200
"""Messages that are remembered; of those before them the others have given up long ago."""


class Partly:
    """What is known of one message. A file that can't be read or written costs a repeat, no delivery."""

    def __init__(self, home: str, key: str, services: int) -> None:
        """`services`: how many there are; where that was another number, none is known to have taken it."""
        self._path = os.path.join(home, FILE)
        self._key = f"{services}:{key}"
        self._alone = services == 1
        self._took = set(self._read().get(self._key, ()))

    def took(self, place: int) -> bool:
        """Whether the service at this place has taken it."""
        return place in self._took

    def add(self, place: int) -> None:
        """It has. Written at once: whatever ends this attempt, it is known at the next."""
        self._took.add(place)
        if not self._alone:
            self._write({**self._others(), self._key: sorted(self._took)})

    def forget(self) -> None:
        """All have."""
        if not self._alone:
            self._write(self._others())

    def _others(self) -> dict[str, list[int]]:
        return {key: took for key, took in self._read().items() if key != self._key}

    def _read(self) -> dict[str, list[int]]:
        try:
            with open(self._path, encoding="utf-8") as file:
                found = json.load(file)
            return {key: [int(place) for place in took] for key, took in found.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}

    def _write(self, known: dict[str, list[int]]) -> None:
        kept = dict(list(known.items())[-MOST:])
        part = f"{self._path}.part"
        try:
            if not kept:
                os.unlink(self._path)
                return
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                json.dump(kept, file)
            os.replace(part, self._path)
        except OSError:
            return
