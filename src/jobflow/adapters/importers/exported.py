"""What `jobflow export json` wrote, taken in again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar


class Json:
    """An array of applications, each as `show --json` gives it."""

    name: ClassVar[str] = "json"

    def read(self, content: bytes) -> Iterator[Mapping[str, str]]:
        """Nothing as rows: these are whole applications."""
        return iter(())

    def applications(self, content: bytes) -> Iterator[Mapping[str, Any]]:
        """Each application of the file. Raises ValueError."""
        try:
            found = json.loads(content.decode("utf-8-sig"), parse_constant=_refuse)
        except UnicodeDecodeError:
            raise ValueError("it is not UTF-8") from None
        except RecursionError:
            raise ValueError("it is nested too deeply") from None
        except json.JSONDecodeError as error:
            raise ValueError(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise ValueError("expected a list of applications, as `jobflow export json` writes it")
        yield from found


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no number of JSON")
