"""What a good plugin does: the measure beside the hostile ones."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import ClassVar

import jobflow


@dataclass(frozen=True)
class Good:
    """Sends back all that it was given, as the reference of what it sent."""

    name: ClassVar[str] = "good"
    home: jobflow.HomeFolder
    topic: str = "jobs"
    token: jobflow.Secret | None = None
    to: tuple[str, ...] = ()

    def send(self, message: jobflow.Message) -> jobflow.Outcome:
        print("sending")
        return jobflow.Sent(f"{self.topic} {self.home} {self.to} {message.key}: {message.text}")

    def show(self, agenda: Sequence[jobflow.AgendaItem]) -> jobflow.Outcome:
        return jobflow.Sent(" ".join(f"{item.uid} {item.due_at}" for item in agenda))


@dataclass(frozen=True)
class Careless:
    """Shows its secret in all that it says."""

    name: ClassVar[str] = "careless"
    token: jobflow.Secret
    how: str

    def send(self, message: jobflow.Message) -> jobflow.Outcome:
        token = self.token.reveal()
        if self.how == "raise":
            raise OSError("x" * 480 + token)
        if self.how == "print":
            print(f"https://example.org/?{token}", flush=True)
            os._exit(1)
        return jobflow.Retry(f"refused: Bearer {token}")


@dataclass(frozen=True)
class Closes:
    """Leaves a word behind when it is told to let go."""

    name: ClassVar[str] = "closes"
    home: jobflow.HomeFolder

    def send(self, message: jobflow.Message) -> jobflow.Outcome:
        return jobflow.Sent()

    def close(self) -> None:
        Path(self.home, "closed").touch()


class Environment:
    """Tells what it sees around it."""

    name = "environment"

    def send(self, message: jobflow.Message) -> jobflow.Outcome:
        seen = {"environ": sorted(os.environ), "folder": os.getcwd(), "group": os.getpgrp() == os.getpid()}
        return jobflow.Sent(json.dumps(seen))


class Step:
    """Answers as its arguments say."""

    name = "step"

    def run(self, context: jobflow.StepContext) -> jobflow.StepResult | jobflow.Retry | jobflow.Failed:
        match context.arguments.get("answer"):
            case "retry":
                return jobflow.Retry("later", timedelta(hours=1))
            case "object":
                return jobflow.StepResult(facts={"decision_date": object()})
            case "deep":
                nested: list[object] = []
                for _ in range(100_000):
                    nested = [nested]
                return jobflow.StepResult(facts={"deep": nested})
            case "much":
                return jobflow.StepResult(facts={"much": "x" * 2_000_000})
        return jobflow.StepResult(
            facts={"decision_date": date(2026, 3, 10), "key": context.key},
            tasks=(jobflow.NewTask(title=f"Call {context.company}", due_in=timedelta(days=2)),),
            messages=(jobflow.NewMessage(subject="Hello", text="there"),),
        )


@jobflow.hookimpl
def jobflow_channels():
    return [Good, Careless, Closes, Environment()]


@jobflow.hookimpl(specname="jobflow_steps")
def my_steps():
    return [Step()]


@jobflow.hookimpl
def jobflow_recorded(events):
    if any(event.type == "raise" for event in events):
        raise RuntimeError(f"{len(events)} of {events[0].application}")
