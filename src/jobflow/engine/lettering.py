"""One letter, looked at: as it would be written now, or as it was sent."""

from __future__ import annotations

from collections.abc import Mapping

from jobflow.core.application import ApplicationState, TaskState
from jobflow.core.errors import Refused, UnknownName
from jobflow.core.fold import effective
from jobflow.core.letter_values import letter_values
from jobflow.core.letters import Letter, recipient_of
from jobflow.core.messages import title_of
from jobflow.core.model import Workflow
from jobflow.core.records import OutboxMessage
from jobflow.engine.surroundings import Surroundings


class Lettering(Surroundings):
    """Letters of tasks, and others that the user asks for."""

    def _compose(self, task: int, *, template: str | None = None, templates: Mapping[str, str] | None = None) -> Letter:
        """The letter for a task as it would be written now; for a call, what to say.

        `template` beats that of the task; `templates` beat those of the home. Nothing is written or sent. Raises
        `UnknownName` for a task or template, `Refused` for a task without a letter and a template that is no good.
        """
        state, found, workflow = self._of_task(task)
        rule = workflow.tasks.get(found.name)
        name = template or (rule.template if rule is not None else None)
        if name is None:
            raise Refused(
                f"task {task} ({found.name}) has no letter.",
                hint=f"jobflow letter {task} --template NAME, one of: {', '.join(self.parts.templates)}",
            )
        return self._composed(state, found, workflow, name, templates)

    def _compose_for(
        self, application: str | int, template: str, *, templates: Mapping[str, str] | None = None
    ) -> Letter:
        """A letter that no task asks for, such as a withdrawal."""
        state = self._entry(self.store, self.store.resolve(str(application))).state
        return self._composed(state, None, self._workflow(self.store, state.workflow_hash), template, templates)

    def _sent_letter(self, task: int) -> str | None:
        """The text that was recorded when the task was done; None where there is none."""
        state, found, _ = self._of_task(task)
        for record in reversed(effective(self._records_of(self.store, state.id))):
            if record.type == "task_done" and record.data["id"] == found.id:
                text = record.data.get("letter")
                return None if text is None else str(text)
        return None

    def _letters_of(self, task: int) -> tuple[OutboxMessage, ...]:
        """The letters of a task in the outbox, the newest first."""
        state, found, _ = self._of_task(task)
        rows = self.store.messages(application_id=state.id)
        return tuple(row for row in reversed(rows) if row.kind == "letter" and row.task_id == found.id)

    def _of_task(self, number: int) -> tuple[ApplicationState, TaskState, Workflow]:
        state = self._entry(self.store, self._owner(self.store, number)).state
        found = state.task(number)
        if found is None:
            raise UnknownName("task", str(number), hint="`jobflow next` and `jobflow show APP` list the numbers.")
        return state, found, self._workflow(self.store, state.workflow_hash)

    def _composed(
        self,
        state: ApplicationState,
        task: TaskState | None,
        workflow: Workflow,
        name: str,
        templates: Mapping[str, str] | None,
    ) -> Letter:
        known = self.parts.templates if templates is None else templates
        if name not in set(known):
            raise UnknownName("template", name, tuple(known))
        pen = self._pen(known)
        context = self._context(self.store, self._now(self.store, writing=False))
        values = letter_values(workflow, state, task, context, pen.sender)
        subject, text = pen.filled(name, values)
        title = title_of(workflow, state, task) if task is not None else state.company
        recipient = recipient_of(state, task) if task is not None else state.company
        return Letter(recipient, " ".join((subject or title).split()), text)
