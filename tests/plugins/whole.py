"""A plugin that implements every hook: the same object as a single file, installed, and passed by an embedder."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, ClassVar

import click

import jobflow

WORKFLOW = """
format: 1
workflow: whole
version: 1
initial: begun
facts: {salary: {type: number}, judged: {type: text}}
states:
  begun:
    steps: [{step: judge, wanted: 50}]
    tasks:
      picnic:
        kind: picnic
        title: Have a picnic
        when: {condition: {worth_it: {least: 50}}}
        due: 2 business days
    transitions:
      - {to: over, after: 1 week, outcome: over, message: farewell}
  over: {final: true}
"""


@dataclass(frozen=True)
class Lines:
    """A channel: appends subjects to a file."""

    name: ClassVar[str] = "lines"
    home: jobflow.HomeFolder
    file: str = "lines.txt"

    def send(self, message: jobflow.Message) -> jobflow.Outcome:
        with (Path(self.home) / self.file).open("a", encoding="utf-8") as out:
            out.write(f"{message.subject}\n")
        return jobflow.Sent()


class Judge:
    """A step: sets a fact, and says so."""

    name = "judge"

    def run(self, context: jobflow.StepContext) -> jobflow.StepResult:
        judged = f"{context.company} against {context.arguments['wanted']}"
        message = jobflow.NewMessage(subject=f"judged {context.company}", text=judged)
        return jobflow.StepResult(facts={"judged": judged}, messages=(message,))


class WorthIt:
    """A condition."""

    name = "worth_it"

    def evaluate(self, facts: Mapping[str, Any], arguments: Mapping[str, object]) -> jobflow.Verdict:
        if "salary" not in facts:
            return jobflow.Verdict(None, "nobody said what it pays")
        return jobflow.Verdict(float(facts["salary"]) >= int(str(arguments["least"])))


class Wednesdays:
    """A calendar: nobody works on Wednesdays."""

    name = "wednesdays"

    def days_off(self, year: int) -> Mapping[date, str]:
        days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
        return {day: "Wednesday" for day in days if day.weekday() == 2 and day.year == year}


class Pipes:
    """An importer: COMPANY|DATE in each line."""

    name = "pipes"

    def read(self, content: bytes) -> Iterator[Mapping[str, str]]:
        for number, line in enumerate(content.decode().splitlines(), start=1):
            company, bar, day = line.partition("|")
            if not bar:
                raise ValueError(f"line {number} has no '|'")
            yield {"company": company, "interviewed": day}


class Names:
    """An exporter: the companies."""

    name = "names"

    def write(self, applications: Sequence[Mapping[str, Any]]) -> bytes:
        out = io.StringIO()
        csv.writer(out).writerows([app["company"], app["state"]] for app in applications)
        return out.getvalue().encode()


@jobflow.hookimpl
def jobflow_channels():
    return [Lines]


@jobflow.hookimpl
def jobflow_steps():
    return [Judge()]


@jobflow.hookimpl
def jobflow_conditions():
    return [WorthIt()]


@jobflow.hookimpl
def jobflow_task_kinds():
    return [jobflow.TaskKind("picnic", "A picnic")]


@jobflow.hookimpl
def jobflow_calendars():
    return [Wednesdays()]


@jobflow.hookimpl
def jobflow_workflows():
    return [jobflow.WorkflowFile("whole", WORKFLOW)]


@jobflow.hookimpl
def jobflow_templates():
    return [jobflow.Template("farewell", "Farewell, {{ company }}.")]


@jobflow.hookimpl
def jobflow_importers():
    return [Pipes()]


@jobflow.hookimpl
def jobflow_exporters():
    return [Names()]


@jobflow.hookimpl
def jobflow_commands(cli):
    @cli.command("greet", help="Say hello.")
    @click.argument("name")
    def greet(name):
        click.echo(f"Hello, {name}.")


@jobflow.hookimpl
def jobflow_recorded(events):
    with Path("recorded.txt").open("a", encoding="utf-8") as out:
        out.write(json.dumps([event.type for event in events]) + "\n")
