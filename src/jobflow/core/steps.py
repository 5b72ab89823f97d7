"""What the program is to do by itself once a state is entered: each step becomes a row of the outbox and runs later."""

from __future__ import annotations

from functools import lru_cache

from jobflow.core.application import canonical_json
from jobflow.core.draft import Draft, derived_id
from jobflow.core.model import StepRule, Workflow
from jobflow.core.records import OutboxMessage

CHANNEL = "step:"
"""Rows of the outbox whose channel begins so are steps."""


def steps_entered(draft: Draft) -> tuple[OutboxMessage, ...]:
    """The steps of every state that this decision entered, in order."""
    if not _has_steps(draft.workflow):
        return ()
    first = draft.application.revision - len(draft.events) + 1
    entered = [
        (seq, event.data["to"] if event.type == "moved" else event.data["state"])
        for seq, event in enumerate(draft.events, start=first)
        if event.type in ("moved", "added")
    ]
    states = draft.workflow.states
    return tuple(_row(draft, seq, step) for seq, state in entered for step in states[state].steps)


@lru_cache(maxsize=512)
def _has_steps(workflow: Workflow) -> bool:
    return any(state.steps for state in workflow.states.values())


def _row(draft: Draft, seq: int, step: StepRule) -> OutboxMessage:
    app = draft.application
    key = f"{app.id}:{seq}:{step.path}"
    return OutboxMessage(
        id=derived_id(key),
        key=key,
        seq=seq,
        channel=CHANNEL + step.kind,
        kind="step",
        application=app.id,
        slug=app.slug,
        company=app.company,
        task=None,
        task_id=None,
        subject=f"{app.company}: step {step.kind}",
        text=canonical_json(step.arguments),
        timezone=str(draft.zone.key),
        created_at=draft.now,
        not_before=draft.now,
    )
