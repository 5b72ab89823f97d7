"""A stranger's step by the command line: a file in the home, run in a process of its own by the tick."""

from __future__ import annotations

LOOKER = """
from datetime import timedelta
import jobflow


class Look:
    name = "look"

    def run(self, context):
        task = jobflow.NewTask(title=f"Read up on {context.company} {{{{ role }}}}", due_in=timedelta(days=2))
        return jobflow.StepResult(tasks=(task,))


@jobflow.hookimpl
def jobflow_steps():
    return [Look()]
"""
WORKFLOW = """
format: 1
workflow: mine
version: 1
title: Mine
initial: one
roles: {}
facts: {}
events: {}
tasks: {}
states:
  one: {title: One, steps: [{step: look}], transitions: [{to: end, event: over}]}
  end: {title: End, final: true}
"""
TITLE = "Read up on Acme {{ role }}"


def test_a_task_that_a_step_adds_is_told_explained_done_and_in_the_history(cli, home):
    for folder, name, text in (("plugins", "looker.py", LOOKER), ("workflows", "mine.yaml", WORKFLOW)):
        (home / folder).mkdir(parents=True)
        (home / folder / name).write_text(text)
    (home / "config.yaml").write_text("workflow: mine\n")
    cli("plugin", "enable", "looker")
    cli("add", "Acme")
    assert TITLE in cli("tick").out
    assert cli("tick").out == ""
    (task,) = cli("next", "--json").json
    assert (task["name"], task["kind"], task["title"]) == ("step:look", "todo", TITLE)
    assert (task["opens_at"], task["due_at"]) == ("2026-03-10T18:00:00+00:00", "2026-03-12T18:00:00+00:00")
    assert "added by a step; opens at once; due 2 days after it opened" in cli("explain", "acme").out
    assert f"name step:look, title {TITLE}, opens Tue 10 March" in cli("history", "acme").out
    cli("done", "1")
    assert cli("next", "--json").json == []
    assert cli("log", "acme", "over", "--json").json["state"] == "end"
