"""Steps: what a workflow has the program do by itself. They wait in the outbox, and are tried again like messages."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from jobflow.contracts import Failed, NewMessage, NewTask, Retry, Step, StepContext, StepResult
from jobflow.core.application import AddedRule, ApplicationState
from jobflow.core.backoff import next_attempt
from jobflow.core.decide import decide
from jobflow.core.draft import derived_id
from jobflow.core.errors import JobflowError, Refused, StoreError, UnknownName
from jobflow.core.inputs import Found
from jobflow.core.quoting import plain_text, shown
from jobflow.core.records import MessageStatus, OutboxMessage
from jobflow.core.steps import CHANNEL
from jobflow.engine.delivery import reason_of
from jobflow.engine.ledger import Ledger
from jobflow.engine.surroundings import Surroundings
from jobflow.ports import Entry, Writer

PATIENCE = 3
"""Runs of one step that may fail in a tick before the rest waits for the next."""
MOST_RUNS = 100
"""Steps of one application in a tick: far more than any has, and an end to what goes wrong."""
MOST_TASKS = 50
"""Tasks that one run of a step may add."""
FARTHEST = timedelta(days=3660)
"""How far off such a task may be due."""


class Stepping(Surroundings):
    """What a tick does with steps, before it delivers. A step is run with no transaction open."""

    def _run_steps(self, now: datetime, ledger: Ledger, runs: Counter[str]) -> bool:
        """Run the steps that wait; whether one of them ran to its end. `runs`: so many in this tick, by application."""
        changed = False
        for name, step in self.parts.steps.items():
            patience = PATIENCE
            while patience and (claimed := self._claim(name, now)) is not None:
                row, state = claimed
                failure = self._run(step, row, state, now, ledger, runs)
                if failure is None:
                    changed = True
                    runs[row.application] += 1
                else:
                    self._put_back(row, failure, now, ledger)
                    patience -= 1
        return changed

    def _run(
        self,
        step: Step,
        row: OutboxMessage,
        state: ApplicationState,
        now: datetime,
        ledger: Ledger,
        runs: Counter[str],
    ) -> Retry | Failed | None:
        if runs[row.application] >= MOST_RUNS:
            return Failed(f"{MOST_RUNS} steps ran in one tick: what they find leads round and round")
        outcome = run_step(step, step_context(row, state))
        return self._take_in(row, outcome, now, ledger) if isinstance(outcome, StepResult) else outcome

    def _claim(self, name: str, now: datetime) -> tuple[OutboxMessage, ApplicationState] | None:
        """The next run of a step that waits, None where there is none. What failed comes later than now."""
        with self.store.writing() as writer:
            while claimed := writer.claim_messages(CHANNEL + name, now, 1):
                entry = writer.entry(claimed[0].application)
                if entry is not None:
                    return claimed[0], entry.state
                writer.settle_messages([claimed[0].id], "dropped", now)  # its application was taken back
        return None

    def _take_in(self, row: OutboxMessage, result: StepResult, now: datetime, ledger: Ledger) -> Failed | None:
        """Record what it found in the same transaction as that it ran; `Failed` where that can't be."""
        try:
            with self.store.writing() as writer:
                writer.settle_messages([row.id], "sent", now)
                entry = writer.entry(row.application)
                if entry is not None:
                    entry = self._learn(writer, entry, row, result, now, ledger)
                    self._enqueue(writer, entry, row, result.messages, now)
        except StoreError:  # damage is everybody's
            raise
        except JobflowError as error:
            return Failed(str(error))
        return None

    def _learn(
        self, writer: Writer, entry: Entry, row: OutboxMessage, result: StepResult, now: datetime, ledger: Ledger
    ) -> Entry:
        """Its facts and tasks as one decision. That it found nothing is recorded too: undo asks what it was told."""
        workflow = self._workflow(writer, entry.state.workflow_hash)
        context = self._context(writer, now)
        zone = context.zone_of(entry.state)
        facts = self._facts(workflow, result.facts, now, zone, context.calendar, True)
        tasks = added_tasks(row, result.tasks, self.parts.kinds() if result.tasks else ())
        found = Found(step=row.channel.removeprefix(CHANNEL), key=row.key, facts=facts, tasks=tasks)
        decision = decide(workflow, entry.state, found, context, first_number=writer.counters().task)
        self._commit(writer, entry, decision, now, "tick", None)
        ledger.note(entry.state, decision, zone)
        return writer.entry(entry.state.id) or entry

    def _enqueue(
        self, writer: Writer, entry: Entry, row: OutboxMessage, messages: tuple[NewMessage, ...], now: datetime
    ) -> None:
        rows = [
            _message(row, entry.state, number, message, channel, now)
            for number, message in enumerate(messages)
            for channel in (self.parts.lettered if message.recipient else self.parts.reminded)
        ]
        if messages and not rows:
            raise JobflowError(
                "it has messages to send, and no channel takes them.",
                hint="name one under `channels:` in config.yaml; letters to others go to a channel such as drafts",
            )
        if rows:
            writer.commit(entry, entry.state, [], rows)

    def _put_back(self, row: OutboxMessage, outcome: Retry | Failed, now: datetime, ledger: Ledger) -> None:
        again = None
        if isinstance(outcome, Retry):
            again = next_attempt(row.id, row.attempts + 1, now, outcome.after)
        status: MessageStatus = "dead" if again is None else "pending"
        ledger.step_failed(row, outcome.reason, again=again is not None)
        with self.store.writing() as writer:
            writer.settle_messages([row.id], status, now, error=outcome.reason, again=again)


def step_context(row: OutboxMessage, state: ApplicationState) -> StepContext:
    """What a step is told."""
    return StepContext(
        key=row.key,
        application=state.slug,
        company=state.company,
        role=state.role,
        state=state.state,
        facts=state.facts,
        contacts=tuple({"name": c.name, "email": c.email, "roles": list(c.roles)} for c in state.contacts),
        arguments=json.loads(row.text),
    )


def run_step(step: Step, context: StepContext) -> StepResult | Retry | Failed:
    """One run, whatever the step does: what it raises or answers otherwise becomes an outcome."""
    try:
        outcome: object = step.run(context)
    except (Exception, SystemExit) as error:  # A stranger's code: it must not stop the others.
        return Retry(reason_of(error))
    if not isinstance(outcome, StepResult | Retry | Failed):
        return Failed(f"it answered {type(outcome).__name__} where StepResult, Retry or Failed was expected")
    return outcome


def added_tasks(row: OutboxMessage, tasks: Sequence[NewTask], kinds: Sequence[str]) -> tuple[AddedRule, ...]:
    """What a step wants done, checked. Raises `Refused` naming the task at fault."""
    if len(tasks) > MOST_TASKS:
        raise Refused(f"it has {len(tasks)} tasks to add: at most {MOST_TASKS} are taken from one run.")
    return tuple(_added_rule(row, number, task, kinds) for number, task in enumerate(tasks))


def _added_rule(row: OutboxMessage, number: int, task: NewTask, kinds: Sequence[str]) -> AddedRule:
    title = plain_text(task.title, "the title of its task").strip()
    if not title:
        raise Refused("one of its tasks has no title: say there what to do.")
    if task.kind not in kinds:
        raise UnknownName("kind of task", task.kind, tuple(kinds))
    if task.due_in is not None and not timedelta(0) <= task.due_in <= FARTHEST:
        raise Refused(f"its task {shown(title)} is due in {task.due_in}: 0 to {FARTHEST.days} days are taken.")
    due_in = None if task.due_in is None else int(task.due_in.total_seconds())
    return AddedRule(title=title, kind=task.kind, due_in=due_in, by=f"{row.key}:{number}")


def _message(
    row: OutboxMessage, state: ApplicationState, number: int, message: NewMessage, channel: str, now: datetime
) -> OutboxMessage:
    key = f"{row.key}:{number}:{channel}:{message.recipient or 'me'}"
    return OutboxMessage(
        id=derived_id(key),
        key=key,
        seq=state.revision,
        channel=channel,
        kind="letter" if message.recipient else "moved",
        application=state.id,
        slug=state.slug,
        company=state.company,
        task=None,
        task_id=None,
        subject=message.subject,
        text=message.text,
        html=message.html,
        recipient=message.recipient,
        timezone=row.timezone,
        created_at=now,
        not_before=now,
    )
