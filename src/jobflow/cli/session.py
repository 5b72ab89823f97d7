"""What one run of the command line knows: where the home is, what time it is, how to print."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import click

from jobflow.adapters.home import Home, find_home

if TYPE_CHECKING:
    from jobflow.adapters.plugins.kit import Kit
    from jobflow.bootstrap import Jobflow
    from jobflow.core.settings import Settings
    from jobflow.ports import Clock

NOW_ENV = "JOBFLOW_NOW"
BEGIN = 'Nothing recorded yet. Begin with: jobflow add "Acme Corp" --at yesterday'


class Session:
    """The options that every command takes, and what follows from them."""

    def __init__(self, plugins: Sequence[object] = ()) -> None:
        """As if nothing had been said. `plugins`: objects of whoever embeds the command line."""
        self.plugins = tuple(plugins)
        self.home_option: str | None = None
        self.now_option: str | None = None
        self.json = False
        self.yes = False
        self._notes: list[str] = []

    @property
    def home(self) -> Home:
        """Where everything lies."""
        return find_home(self.home_option, os.environ)

    @property
    def begun(self) -> bool:
        """Whether anything was ever recorded here."""
        try:
            if os.lstat(self.home.database).st_size == 0:
                return False  # Made, and never written to: a first command was killed.
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:
            pass  # There may be something: opening it says what is wrong.
        return True

    def settings(self) -> Settings:
        """What config.yaml says."""
        from jobflow.bootstrap import read_settings

        return read_settings(self.home, self.kit())

    def kit(self, home: Home | None = None) -> Kit:
        """What plugins offer in this home, or in another."""
        from jobflow.bootstrap import kit_of

        return kit_of(home or self.home, self.plugins)

    def settings_or_defaults(self) -> Settings:
        """The same for commands that must go on where config.yaml can't be read."""
        from jobflow.core.errors import JobflowError
        from jobflow.core.settings import Settings

        try:
            return self.settings()
        except JobflowError:
            return Settings()

    def clock(self, settings: Settings) -> Clock:
        """`--now`, else JOBFLOW_NOW, else the system's clock, read once."""
        from jobflow.adapters.clock import PinnedClock, SystemClock

        text = self.now_option or os.environ.get(NOW_ENV)
        if not text:
            return _ReadOnce(SystemClock())
        from jobflow.bootstrap import zone_of
        from jobflow.core.calendar import Calendar, instant
        from jobflow.core.timing import NOON
        from jobflow.core.when import parse_when

        zone = zone_of(settings)
        when = parse_when(text, now=SystemClock().now(), zone=zone, calendar=Calendar.of(settings), purpose="future")
        return PinnedClock(when.instant or instant(when.day, NOON, zone))

    @contextmanager
    def open(self, *, create: bool = False, memory: bool = False) -> Iterator[Jobflow]:
        """The engine over this home. `create` makes what is missing; `memory` leaves the disk alone."""
        from jobflow.bootstrap import Jobflow

        settings, home = self.settings(), self.home
        flow = Jobflow.at(
            home,
            None if memory else home.database,
            settings=settings,
            plugins=self.plugins,
            clock=self.clock(settings),
            create=create,
            output=None if self.json else self.say,
            own_process=True,
        )
        try:
            yield flow
        finally:
            flow.close()
        for fault in flow.parts.faults:  # A tick has them in its report.
            click.echo(f"jobflow: {fault}", err=True)

    def quiet(self) -> Session:
        """The same one, that prints nothing but documents."""
        other = Session(self.plugins)
        other.home_option, other.now_option, other.yes, other.json = self.home_option, self.now_option, self.yes, True
        return other

    def note(self, text: str) -> None:
        """Keep a remark until there is an answer to go with: what is refused says nothing else."""
        if not self.json:
            self._notes.append(text)

    def say(self, text: str) -> None:
        """Print text."""
        click.echo(text)

    def lines(self, lines: Iterable[str]) -> None:
        """Print lines, after the remarks that were kept."""
        from jobflow.render.words import dim

        notes, self._notes = self._notes, []
        for line in [*map(dim, notes), *lines]:
            click.echo(line)

    def give(self, value: object) -> None:
        """Print one JSON document."""
        from jobflow.render.words import json_text

        encoding = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "")
        click.echo(json_text(value, ascii_only=encoding != "utf8"))

    def nothing_yet(self, empty: object) -> None:
        """Print that nothing is recorded here, and the first command to type."""
        if self.json:
            self.give(empty)
        else:
            click.echo(BEGIN)


class _ReadOnce:
    """A clock that is read once, however often it is asked: one `now` for a command."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._now: datetime | None = None

    @property
    def pinned(self) -> bool:
        return self._clock.pinned

    def now(self) -> datetime:
        if self._now is None:
            self._now = self._clock.now()
        return self._now


pass_session = click.make_pass_decorator(Session, ensure=True)
