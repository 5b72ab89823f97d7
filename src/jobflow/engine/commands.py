"""What the user says: each command is one input to `decide` and one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from jobflow.core.application import ApplicationState
from jobflow.core.contacts import check_email, check_name
from jobflow.core.context import Context
from jobflow.core.decide import Decision, decide
from jobflow.core.errors import InvalidFile, JobflowError, Refused, UnknownName
from jobflow.core.inputs import Add, Input, Learn, Log, NewContact, Settle, Snooze
from jobflow.core.letters import is_letter, sent_text
from jobflow.core.messages import outlives
from jobflow.core.model import Workflow
from jobflow.core.quoting import plain_text
from jobflow.core.records import WAITING
from jobflow.core.slugs import slugify
from jobflow.core.views import Application, Task
from jobflow.engine.moments import When, as_instant, check_moment, happened_at, named_zone
from jobflow.engine.surroundings import Surroundings
from jobflow.ports import Entry, Reader, Writer

if TYPE_CHECKING:
    from jobflow.rulebook.load import Loaded

_NO_LETTERS: Mapping[int, str] = {}
Rules = dict[str | int, Workflow]
"""Workflows that were looked up once for many additions: by name, else by what was given."""
Build = Callable[[Workflow, ApplicationState, Context], Input]
"""Makes a command's input once the application, its rules and the surroundings are known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewApplication:
    """What `add` takes, as a value, for adding many at once. `source` names where it came from, once for ever.

    `interviewed` False: it has ended before there was an interview, so that it is in round 0.
    """

    company: str
    role: str | None = None
    workflow: str | Loaded | None = None
    at: When = None
    contacts: tuple[NewContact, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)
    timezone: str | None = None
    state: str | None = None
    outcome: str | None = None
    note: str | None = None
    source: str | None = None
    confirmed: bool = False
    subject: str = "application"
    interviewed: bool = True


class Commands(Surroundings):
    """`add`, `log`, `set`, `contact`, `done`, `skip`, `snooze`."""

    def add(
        self,
        company: str,
        *,
        role: str | None = None,
        workflow: str | Loaded | None = None,
        at: When = None,
        contacts: Sequence[NewContact] = (),
        facts: Mapping[str, object] | None = None,
        timezone: str | None = None,
        state: str | None = None,
        confirmed: bool = False,
    ) -> Application:
        """A new application, in its workflow's initial state (or `state`) since `at` (now where None).

        `workflow` is one by name, or what `load_workflow` gave; None: the default of the settings.

        Raises `Refused`, `UnknownName`, `InvalidFile` (the workflow) or `ClockSetBack`; nothing is written then.
        """
        new = NewApplication(
            company=company,
            role=role,
            workflow=workflow,
            at=at,
            contacts=tuple(contacts),
            facts=facts or {},
            timezone=timezone,
            state=state,
            confirmed=confirmed,
        )
        return self.add_all([new])[0]

    def add_all(self, items: Iterable[NewApplication]) -> tuple[Application, ...]:
        """Add many as one command: all of them or none. One whose `source` was added before is left out."""
        with self.store.writing() as writer:
            now = self._now(writer)
            command = writer.counters().command
            rules: Rules = {}
            added = (self._add_one(writer, item, now, command, rules) for item in items)
            states = [state for state in added if state is not None]
            self._mark(writer, now)
            return tuple(self._present(writer, state, now) for state in states)

    def rehearse(self, items: Iterable[NewApplication]) -> list[JobflowError | None]:
        """What `add_all` would say to each: None where it is fine, else the refusal. `source` is not looked at.

        It is for an engine over a store that is thrown away: workflows are kept there.
        """
        found: list[JobflowError | None] = []
        with self.store.writing() as writer:
            now, rules = self._now(writer), Rules()
            for item in items:
                try:
                    self._decided(writer, item, now, rules)
                    found.append(None)
                except (Refused, UnknownName, InvalidFile) as refusal:
                    found.append(refusal)
        return found

    def _add_one(
        self, writer: Writer, new: NewApplication, now: datetime, command: int, rules: Rules
    ) -> ApplicationState | None:
        if new.source is not None:
            earlier = writer.get_meta(f"source:{new.source}")
            if earlier is not None and writer.entry(earlier) is not None:
                return None
        decision = self._decided(writer, new, now, rules)
        self._commit(writer, None, decision, now, "command", command)
        if new.source is not None:
            writer.set_meta(f"source:{new.source}", decision.application.id)
        return decision.application

    def _decided(self, writer: Writer, new: NewApplication, now: datetime, rules: Rules) -> Decision:
        """What an addition comes to; its workflow is stored. `rules`: those that were looked up for others."""
        if not new.company.strip():
            raise Refused("an application needs the company's name.", hint='jobflow add "Acme Corp"')
        plain_text(new.company, "company")
        plain_text(new.role or "", "role")
        plain_text(new.note or "", "note", allowed="\n\t")
        people = _people(new.contacts)
        zone = named_zone(new.timezone) if new.timezone else self.parts.zone
        wanted = new.workflow or self.parts.settings.workflow
        key = wanted if isinstance(wanted, str) else id(wanted)
        if key not in rules:
            name, version, hash_, text = self._rules(wanted, writer)
            writer.put_workflow(hash_, name, version, text)
            rules[key] = self._workflow(writer, hash_)
        workflow = rules[key]
        if workflow.subject != new.subject:
            what = "the search, not about a job" if workflow.subject == "search" else "a job, not about the search"
            raise Refused(
                f"workflow '{workflow.name}' is about {what}.",
                hint="jobflow search start" if workflow.subject == "search" else "one with subject: search",
            )
        counters, slug = writer.counters(), slugify(new.company)
        context = self._context(writer, now)
        add = Add(
            id=self.parts.new_id(),
            number=counters.application,
            slug=_free(slug, writer.slugs_like(slug)),
            company=new.company.strip(),
            role=new.role,
            timezone=new.timezone,
            at=happened_at(new.at, now, zone),
            state=new.state,
            outcome=new.outcome,
            facts=self._facts(workflow, new.facts, now, zone, context.calendar, new.confirmed),
            contacts=people,
            note=new.note,
            interviewed=new.interviewed,
        )
        return decide(workflow, None, add, context, first_number=counters.task)

    def _rules(self, workflow: object, reader: Reader) -> tuple[str, int, str, str]:
        """Name, version, hash and JSON of a workflow by name, or of a loaded one."""
        if isinstance(workflow, str):
            return self.parts.find_workflow(workflow, reader)
        from jobflow.rulebook.load import Loaded

        if not isinstance(workflow, Loaded):
            hint = "a name, or all that load_workflow(…) gave, not only its `workflow`"
            raise Refused(f"{type(workflow).__name__} is no workflow that can be stored.", hint=hint)
        rules = workflow.workflow
        return rules.name, rules.version, rules.hash, workflow.stored

    def log(
        self,
        application: str | int,
        event: str,
        *,
        at: When = None,
        facts: Mapping[str, object] | None = None,
        contacts: Sequence[NewContact] = (),
        note: str | None = None,
        confirmed: bool = False,
    ) -> Application:
        """Record what happened at `at`, and move the state. What was waiting to be said before is dropped.

        Raises `EventNotPossible`, `UnknownName` or `Refused`.
        """
        plain_text(note or "", "note", allowed="\n\t")
        people = _people(contacts)

        def build(workflow: Workflow, state: ApplicationState, context: Context) -> Input:
            zone = context.zone_of(state)
            parsed = self._facts(workflow, facts or {}, context.now, zone, context.calendar, confirmed)
            happened = happened_at(at, context.now, zone, state.began_at)
            return Log(event=event, at=happened, facts=parsed, contacts=people, note=note)

        return self._write(application, build)

    def set(self, application: str | int, facts: Mapping[str, object], *, confirmed: bool = False) -> Application:
        """Facts that came to be known (None or "" drops one); what hangs on them is worked out anew."""

        def build(workflow: Workflow, state: ApplicationState, context: Context) -> Input:
            zone = context.zone_of(state)
            return Learn(facts=self._facts(workflow, facts, context.now, zone, context.calendar, confirmed))

        return self._write(application, build)

    def contact(self, application: str | int, *contacts: NewContact) -> Application:
        """People at or around the employer."""
        people = _people(contacts)
        return self._write(application, lambda _w, _s, _c: Learn(contacts=people))

    def done(
        self,
        *tasks: int,
        at: When = None,
        facts: Mapping[str, object] | None = None,
        note: str | None = None,
        letters: Mapping[int, str] | None = None,
        confirmed: bool = False,
    ) -> tuple[Task, ...]:
        """The user did these tasks at `at`. Early is fine, and so is late: that is recorded and moves no state.

        `letters`: by the number of a task, the text that was sent, for the history.
        """
        return self._settle(tasks, "done", at, facts or {}, note, confirmed, letters or {})

    def skip(self, *tasks: int) -> tuple[Task, ...]:
        """The user will not do these tasks."""
        return self._settle(tasks, "skipped", None, {}, None, False)

    def _settle(
        self,
        tasks: Sequence[int],
        how: Literal["done", "skipped"],
        at: When,
        facts: Mapping[str, object],
        note: str | None,
        confirmed: bool,
        letters: Mapping[int, str] = _NO_LETTERS,
    ) -> tuple[Task, ...]:
        plain_text(note or "", "note", allowed="\n\t")
        sent = {number: sent_text(text) for number, text in letters.items()}

        def build_for(numbers: tuple[int, ...]) -> Build:
            def build(workflow: Workflow, state: ApplicationState, context: Context) -> Input:
                zone = context.zone_of(state)
                parsed = self._facts(workflow, facts, context.now, zone, context.calendar, confirmed)
                happened = happened_at(at, context.now, zone, state.began_at)
                return Settle(numbers=numbers, how=how, at=happened, facts=parsed, note=note, letters=sent)

            return build

        with self.store.writing() as writer:
            owners: dict[str, list[int]] = {}
            for number in dict.fromkeys(tasks):
                owners.setdefault(self._owner(writer, number), []).append(number)
            if facts and len(owners) > 1:
                raise Refused(
                    "these tasks belong to several applications: whose facts are they?", hint="settle them one by one."
                )
            now, command = self._now(writer), writer.counters().command
            shown: dict[int, Task] = {}
            for owner, numbers in owners.items():
                state = self._write_one(writer, owner, build_for(tuple(numbers)), now, command)
                shown |= {task.number: task for task in self._present(writer, state, now).tasks}
            self._mark(writer, now)
            return tuple(shown[number] for number in dict.fromkeys(tasks))

    def snooze(self, task: int, until: datetime | date) -> Task:
        """Move a task's opening to `until` (a date: the start of its working day); due and lapse follow."""

        def build(_workflow: Workflow, state: ApplicationState, context: Context) -> Input:
            zone = context.zone_of(state)
            if isinstance(until, datetime):
                moment = as_instant(until, zone)
            else:
                check_moment(until)
                moment = context.calendar.edge(until, "open", zone)
            return Snooze(number=task, until=moment)

        shown = self._write(self._owner(self.store, task), build, by_id=True)
        return next(item for item in shown.tasks if item.number == task)

    def _write(self, application: str | int, build: Build, *, by_id: bool = False) -> Application:
        with self.store.writing() as writer:
            id_ = str(application) if by_id else writer.resolve(str(application))
            now = self._now(writer)
            state = self._write_one(writer, id_, build, now, writer.counters().command)
            self._mark(writer, now)
            return self._present(writer, state, now)

    def _write_one(
        self, writer: Writer, application_id: str, build: Build, now: datetime, command: int
    ) -> ApplicationState:
        entry = self._entry(writer, application_id)
        self._refuse_behind(writer, entry, now)
        workflow = self._workflow(writer, entry.state.workflow_hash)
        context = self._context(writer, now)
        input_ = build(workflow, entry.state, context)
        decision = decide(workflow, entry.state, input_, context, first_number=writer.counters().task)
        self._carry_out(writer, entry, decision, now, command)
        return decision.application

    def _carry_out(self, writer: Writer, entry: Entry, decision: Decision, now: datetime, command: int) -> None:
        """Commit what a command decided. Nothing that was waiting to be said is said after what makes it untrue."""
        said = {event.type for event in decision.events}
        outbox = writer.messages(application_id=entry.state.id)
        waiting = [m for m in outbox if m.status in WAITING and not is_letter(m)]
        writer.drop_messages([m.id for m in waiting if not outlives(m, decision.application, said)], now)
        self._commit(writer, entry, decision, now, "command", command)


def _people(contacts: Iterable[object]) -> tuple[NewContact, ...]:
    """The same people with their names' blanks collapsed. Raises `Refused` for what is no name or no address."""
    return tuple(map(_person, contacts))


def _person(given: object) -> NewContact:
    if not isinstance(given, NewContact):
        hint = 'NewContact(role="interviewer", name="Ada Byron", email="ada@acme.example")'
        raise Refused(f"a contact is a NewContact, not the {type(given).__name__} {given!r}.", hint=hint)
    name = check_name(plain_text(given.name, "contact"))
    note = plain_text(given.note, "note", allowed="\n\t").strip() if given.note else None
    return NewContact(given.role, name, given.email and check_email(given.email), note or None)


def _free(slug: str, taken: frozenset[str]) -> str:
    if slug not in taken:
        return slug
    number = 2
    while f"{slug}-{number}" in taken:
        number += 1
    return f"{slug}-{number}"
