"""The debrief: which questions there are about an interview, and what has been answered. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from jobflow.core.application import ApplicationState
from jobflow.core.letter_values import split_concern
from jobflow.core.model import Workflow

TASK = "debrief"
"""The task that is done once every question is answered."""
ANSWERED = "concerns"
"""The fact whose items carry an answer each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question about this round. `value`: the answer as history keeps it, None where there is none yet."""

    name: str
    ask: str
    type: str
    value: Any

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"name": self.name, "ask": self.ask, "type": self.type, "value": self.value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Debrief:
    """What is asked about the last interview of an application, in the workflow's order.

    `task`: the number of the task that asks for it, None where it is settled or there is none.
    """

    application: str
    company: str
    round: int
    questions: tuple[Question, ...]
    task: int | None

    @property
    def open(self) -> tuple[Question, ...]:
        """What is not answered yet."""
        return tuple(question for question in self.questions if question.value is None)

    @property
    def unanswered_concerns(self) -> tuple[str, ...]:
        """Concerns without the user's answer to them."""
        concerns = next((q.value for q in self.questions if q.name == ANSWERED), None) or ()
        return tuple(text for text in concerns if split_concern(text)[1] is None)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "application": self.application,
            "round": self.round,
            "questions": [question.to_json() for question in self.questions],
            "open": [question.name for question in self.open],
            "unanswered_concerns": list(self.unanswered_concerns),
            "task": self.task,
        }


def debrief_of(workflow: Workflow, state: ApplicationState) -> Debrief:
    """The facts that the workflow keeps by round, each with its question."""
    task = next((t.number for t in state.tasks if t.name == TASK and t.round == state.round and not t.settled), None)
    return Debrief(
        application=state.slug,
        company=state.company,
        round=state.round,
        questions=tuple(
            Question(
                name=f.name, ask=f.ask or f"{f.name.replace('_', ' ')}?", type=f.type, value=state.facts.get(f.name)
            )
            for f in workflow.facts.values()
            if f.by_round
        ),
        task=task,
    )
