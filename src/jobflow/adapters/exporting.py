"""The exporters that ship."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


class Json:
    """An array of applications, each as `show --json` gives it."""

    name: ClassVar[str] = "json"

    def write(self, applications: Sequence[Mapping[str, Any]]) -> bytes:
        """UTF-8, two blanks a level, a line break at the end."""
        return (json.dumps(list(applications), ensure_ascii=False, indent=2) + "\n").encode()
