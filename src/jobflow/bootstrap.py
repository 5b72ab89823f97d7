"""The one place that picks adapters: store, clock, settings, workflows, channels, plugins."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Self, TypeVar
from zoneinfo import ZoneInfo

from jobflow.adapters.clock import SystemClock
from jobflow.adapters.console import Console, Write
from jobflow.adapters.home import DATABASE, Home
from jobflow.adapters.plugins.kit import Kit, Texts
from jobflow.adapters.plugins.pure import conditions, days_off
from jobflow.adapters.plugins.table import read_plugins
from jobflow.adapters.public_holidays import find_holidays
from jobflow.adapters.system_zone import system_zone
from jobflow.adapters.workflow_files import WorkflowFiles
from jobflow.contracts import Channel
from jobflow.core.errors import JobflowError, Refused, UnknownName
from jobflow.core.model import TASK_KINDS, FactRule, Known
from jobflow.core.settings import Settings
from jobflow.core.views import Explanation, PlanItem, RuleVerdict, Task
from jobflow.core.when import Purpose, When, at_instant, parse_when
from jobflow.correspondence import Correspondence, templates_of
from jobflow.engine import Parts
from jobflow.engine.moments import When as Moment
from jobflow.engine.moments import happened_at, named_zone
from jobflow.ports import Clock, Store
from jobflow.rulebook.registry import TEMPLATES, Registry

if TYPE_CHECKING:
    from jobflow.rulebook.nodes import Place

MEMORY = ":memory:"
SQLITE_URL = "sqlite:///"
_T = TypeVar("_T", RuleVerdict, PlanItem)
_FILE_ENDINGS = (".db", ".sqlite", ".sqlite3")


class Jobflow(Correspondence):
    """The workflow engine for following up after job interviews. Open it with `Jobflow.open`."""

    @classmethod
    def open(
        cls,
        where: str | os.PathLike[str] = MEMORY,
        *,
        clock: Clock | None = None,
        settings: Settings | None = None,
        plugins: Sequence[object] = (),
        new_id: Callable[[], str] | None = None,
        create: bool = True,
        output: Write | None = None,
    ) -> Self:
        """Open `:memory:`, a database file (or `sqlite:///path`), or a folder with its jobflow.db and config.yaml.

        `settings` beat the folder's config.yaml. `create` False makes nothing on disk: a missing database reads as an
        empty one. `output` is given what the console channel has to say; None keeps it silent, and the messages are in
        the report of `tick`. Raises `StoreError`, `InvalidFile` (the config), `Refused` or `UnknownName`.
        """
        home, database = _place(os.fspath(where))
        return cls.at(
            home,
            database,
            clock=clock,
            settings=settings,
            plugins=plugins,
            new_id=new_id,
            create=create,
            output=output,
        )

    @classmethod
    def at(
        cls,
        home: Home | None,
        database: str | None,
        *,
        clock: Clock | None = None,
        settings: Settings | None = None,
        plugins: Sequence[object] = (),
        new_id: Callable[[], str] | None = None,
        create: bool = True,
        output: Write | None = None,
        durable: bool = True,
        own_process: bool = False,
    ) -> Self:
        """The same for a home whose folders are known; `database` None: a rehearsal in memory, that no plugin hears of.

        `durable` False does not wait for the disk: for what is thrown away afterwards. `own_process`: whether the
        process may be ended where a plugin's condition blocks it.
        """
        kit = kit_of(home, plugins, own_process=own_process)
        settings = settings or read_settings(home, kit)
        workflows = workflow_files(home, kit)
        rehearsal = home is not None and database is None
        parts = Parts(
            clock=clock or SystemClock(),
            settings=settings,
            zone=zone_of(settings),
            find_workflow=workflows,
            find_holidays=find_holidays,
            new_id=new_id or _random_id,
            channels=_chosen(settings, kit, output),
            steps=kit.steps(),
            conditions=conditions(kit),
            templates=templates_of(home, kit, settings.tone),
            render=_render,
            days_off=days_off(kit, _known_calendars(settings, kit)),
            kinds=partial(_kinds, kit),
            faults=kit.faults,
            renew=kit.renew,
            # The last: whatever else is refused must leave nothing open.
            store=_told(_store(database, create, durable), None if rehearsal else kit),
        )
        flow = cls(parts, workflows, kit)
        flow.home = home
        return flow

    def channel(self, name: str) -> Channel:
        """A channel that config.yaml names, as the plugin made it: in this process, its secrets looked up.

        It is for commands of that plugin. Raises `UnknownName`, or another `JobflowError` where it can't be made.
        """
        if name not in self.parts.channels:
            hint = f"name it in config.yaml: channels: {{{name}: {{…}}}}"
            raise UnknownName("channel", name, tuple(self.parts.channels), hint=hint)
        channel = self.parts.channels[name]
        here: Callable[[], Channel] | None = getattr(channel, "here", None)
        return channel if here is None else here()

    def explain(self, application: str | int) -> Explanation:
        """Which rule, which anchor, which date; why what is not due is not; and where each rule stands in its file."""
        explanation = super().explain(application)
        place = self._places(application)
        return replace(explanation, rules=tuple(_placed(rule, place(rule.path)) for rule in explanation.rules))

    def plan(self, application: str | int | None = None, *, until: Moment = None) -> tuple[PlanItem, ...]:
        """What will come due if nothing happens, in order, up to `until` (eight weeks where None)."""
        items = super().plan(application, until=until)
        places = {slug: self._places(slug) for slug in {item.application for item in items}}
        return tuple(_placed(item, places[item.application](item.rule)) for item in items)

    def _places(self, application: str | int) -> Callable[[str], Place | None]:
        """Where the rules of an application's workflow stand; nowhere, where its file has changed since."""
        from jobflow.rulebook.nodes import place_of

        workflow = self.workflow_of(application)
        try:
            found = self.workflows.load(workflow.name)
        except JobflowError:
            return lambda path: None
        if found.workflow.hash != workflow.hash:
            return lambda path: None
        return lambda path: place_of(found.root, path) if not path.startswith("step:") else None

    def asks(self, task: Task) -> FactRule | None:
        """The fact that makes this task needless once it is known, None where there is none."""
        workflow = self.workflow_of(task.application)
        rule = workflow.tasks.get(task.name)  # none: a step added it
        condition = rule.when if rule else None
        if isinstance(condition, Known) and not condition.wanted:
            return workflow.facts[condition.fact]
        return None

    def when(
        self,
        text: str,
        *,
        purpose: Purpose,
        application: str | int | None = None,
        task: int | None = None,
        timezone: str | None = None,
    ) -> When:
        """Read a moment as people write it, in the zone of an application, of a task's application, or in `timezone`.

        Raises `Refused` for a text that could mean two things, `UnknownName` for an application, task or zone.
        """
        zone, _ = self._place(application, task, timezone)
        return parse_when(text, now=self.now(), zone=zone, calendar=self.calendar(), purpose=purpose)

    def happened(
        self, when: When, *, application: str | int | None = None, task: int | None = None, timezone: str | None = None
    ) -> When:
        """The moment that is recorded for a past `when`: what a day alone stands for there. Raises `Refused`."""
        zone, began = self._place(application, task, timezone)
        return at_instant(happened_at(when.instant or when.day, self.now(), zone, began), zone)

    def _place(
        self, application: str | int | None, task: int | None, timezone: str | None
    ) -> tuple[ZoneInfo, datetime | None]:
        """The zone that a text is read in, and when the application began, if it is about one."""
        id_ = None
        if task is not None:
            id_ = self._owner(self.store, task)
        elif application is not None:
            id_ = self.store.resolve(str(application))
        entry = self.store.entry(id_) if id_ is not None else None
        if entry is None:
            return named_zone(timezone) if timezone else self.parts.zone, None
        own = entry.state.timezone
        return ZoneInfo(own) if own else self.parts.zone, entry.state.began_at


def _placed(item: _T, place: Place | None) -> _T:
    return item if place is None else replace(item, file=place.source, line=place.line)


def kit_of(home: Home | None, plugins: Sequence[object] = (), *, own_process: bool = False) -> Kit:
    """What can be named in this home: what ships, what is enabled, and `plugins`. Raises `JobflowError`."""
    if home is None:
        return Kit(objects=tuple(plugins), may_end=own_process)
    return Kit(read_plugins(home.plugins_file), tuple(plugins), home.plugins, home.data, own_process)


def workflow_files(home: Home | None, kit: Kit | None = None) -> WorkflowFiles:
    """The workflows that can be named in this home."""
    kit = kit or kit_of(home)
    registry = Registry(
        kinds=_kinds(kit),
        steps=kit.names("jobflow_steps"),
        conditions=kit.names("jobflow_conditions"),
        templates=tuple(dict.fromkeys((*TEMPLATES, *templates_of(home, kit)))),
    )
    return WorkflowFiles(home.workflows if home else None, registry, Texts(kit, "jobflow_workflows"))


def _kinds(kit: Kit) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*TASK_KINDS, *kit.names("jobflow_task_kinds"))))


def _render(text: str, values: Mapping[str, object]) -> str:
    """Jinja2 is imported when the first letter is written."""
    from jobflow.adapters.rendering import render

    return render(text, values)


def zone_of(settings: Settings) -> ZoneInfo:
    """The configured zone, else the system's."""
    return _configured_zone(settings.timezone) if settings.timezone else system_zone(os.environ)


def _configured_zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return named_zone(name)  # slow, and says what was meant


def read_settings(home: Home | None, kit: Kit | None = None) -> Settings:
    """What config.yaml says; the defaults where there is none. Raises `InvalidFile` with every fault."""
    if home is None or not os.path.lexists(home.config_file):
        return Settings()
    from jobflow.rulebook.config import check_config
    from jobflow.rulebook.load import read_file

    return check_config(read_file(home.config_file), home.config_file, (kit or kit_of(home)).options)


def _place(where: str) -> tuple[Home | None, str | None]:
    """The home, if it is a folder, and the database."""
    if where == MEMORY:
        return None, None
    if where.startswith(SQLITE_URL):
        return None, where.removeprefix(SQLITE_URL)
    if "://" in where:
        raise Refused(f"'{where}' is no place that this release can open.", hint=f"a folder, or {SQLITE_URL}PATH")
    if os.path.isfile(where) or (where.endswith(_FILE_ENDINGS) and not os.path.isdir(where)):
        return None, where
    folder = os.path.abspath(where)
    return Home(folder, folder), os.path.join(folder, DATABASE)


def _store(database: str | None, create: bool, durable: bool) -> Store:
    if database is None:
        from jobflow.adapters.memory import MemoryStore

        return MemoryStore()
    from jobflow.adapters.sqlite import SQLiteStore

    return SQLiteStore(database, create=create, durable=durable)


def _random_id() -> str:
    from uuid import uuid4

    return str(uuid4())


def _told(store: Store, kit: Kit | None) -> Store:
    """The store; where a plugin of the kit wants to know what was recorded, one that tells it. None: nobody is told."""
    if kit is None or not any(kit.having("jobflow_recorded")):
        return store
    from jobflow.adapters.announcing import announcing

    return announcing(store, kit.tell)


def _chosen(settings: Settings, kit: Kit, output: Write | None) -> dict[str, Channel]:
    """The channels that the configuration names. Raises `UnknownName` for one that nobody offers."""
    chosen: dict[str, Channel] = {}
    for name, options in settings.channels.items():
        channel = Console(output) if name == Console.name else kit.channel(name, options)
        if channel is None:
            raise UnknownName("channel", name, kit.channel_names())
        chosen[name] = channel
    return chosen


def _known_calendars(settings: Settings, kit: Kit) -> tuple[str, ...]:
    offered = kit.names("jobflow_calendars")
    for name in settings.calendars:
        if name not in offered:
            raise UnknownName("calendar", name, offered, hint=None if offered else "no enabled plugin offers one")
    return settings.calendars
