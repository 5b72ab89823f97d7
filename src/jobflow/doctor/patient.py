"""What is examined: a home as it is found here and now, with what of it can be read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from jobflow.adapters.home import Home
from jobflow.adapters.plugins.kit import Kit
from jobflow.bootstrap import kit_of, read_settings, zone_of
from jobflow.core.errors import JobflowError
from jobflow.core.settings import Settings


@dataclass(frozen=True)
class Patient:
    """`now` is aware. What can't be read counts as empty here; the check that is about it says so."""

    home: Home
    environ: Mapping[str, str]
    now: datetime

    @cached_property
    def kit(self) -> Kit:
        """The enabled plugins."""
        try:
            return kit_of(self.home)
        except JobflowError:
            return Kit()

    @cached_property
    def settings(self) -> Settings:
        """What config.yaml says."""
        try:
            return read_settings(self.home, self.kit)
        except JobflowError:
            return Settings()

    @cached_property
    def zone(self) -> ZoneInfo:
        """The configured zone, else the system's."""
        return zone_of(self.settings)

    @property
    def begun(self) -> bool:
        """Whether there is a database."""
        return os.path.lexists(self.home.database)
