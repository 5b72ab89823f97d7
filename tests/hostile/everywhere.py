"""Hostile at other hooks: steps that hang, die and lie, conditions and days off that raise and lie."""

import os
import time

import jobflow

WORKFLOW = """
format: 1
workflow: hostile
version: 1
initial: begun
facts: {judged: {type: text}}
states:
  begun:
    steps: [{step: hangs}, {step: dies}, {step: lies}, {step: judge, wanted: 50}]
    tasks:
      rest: {kind: todo, title: Rest, due: 1 day, when: {not: {condition: raises}}}
      never: {kind: todo, title: Never, when: {condition: lies}}
    transitions: [{to: over, after: 9 weeks, outcome: over}]
  over: {final: true}
"""


class Step:
    def __init__(self, name, run):
        self.name = name
        self._run = run

    def run(self, context):
        return self._run(context)


class Condition:
    def __init__(self, name, answer):
        self.name = name
        self._answer = answer

    def evaluate(self, facts, arguments):
        facts.clear()
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


class Calendar:
    name = "raises"

    def days_off(self, year):
        raise ValueError("no such year")


@jobflow.hookimpl
def jobflow_steps():
    return [
        Step("hangs", lambda context: time.sleep(600)),
        Step("dies", lambda context: os._exit(1)),
        Step("lies", lambda context: "done"),
    ]


@jobflow.hookimpl
def jobflow_conditions():
    return [Condition("raises", KeyError("boom")), Condition("lies", "yes")]


@jobflow.hookimpl
def jobflow_calendars():
    return [Calendar()]


@jobflow.hookimpl
def jobflow_workflows():
    return [jobflow.WorkflowFile("hostile", WORKFLOW)]
