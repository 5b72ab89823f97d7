"""Workflows as strangers write them: odd ones that are sound, and one broken in five places at a time."""

from __future__ import annotations

from typing import Any

import pytest

from jobflow.core.errors import InvalidFile
from jobflow.rulebook.load import load_workflow

SOUND = """\
format: 1
workflow: strangers
version: 3
title: Seen elsewhere
initial: talked
roles: {boss: Who decides, friend: Who knows somebody}
facts:
  answer_by: {type: date, ask: By when?}
  pay: {type: money, ask: How much?}
  mood: {type: choice, options: [good, bad]}
  notes: {type: list, by: round}
limits:
  calls: {at_most: 2, apart: 3 business days, reset: [answer]}
events:
  answer: {title: They answered, to: waiting, drop_past: [answer_by]}
  talked_again: {to: talked, starts: round}
  nudged: {counts: calls}
  no_thanks: {to: over, outcome: refused}
tasks:
  write_up: {during: live, kind: form, title: Write it up, due: 1 day, lapses: 1 week}
  thank_friend: {during: [talked, waiting], once: application, kind: letter, title: Thank, each: [friend]}
states:
  talked:
    title: Talked
    tasks:
      thank: {kind: letter, title: Thank {{ contact }}, each: [boss], otherwise: them all, due: 1 business day}
    transitions:
      - {to: waiting, when: {settled: thank}}
      - {to: waiting, after: 3 days}
  waiting:
    tasks:
      ring:
        kind: call
        title: Ring {{ company }}
        counts: calls
        opens: {first_known: [{after: 1 business day, since: answer_by}, {after: 1 week, since: thank}]}
        due: {after: 2 days, since: opens, roll: forward}
        remind: {every: 2 days, at_most: 1}
        when: {any: [{unknown: mood}, {fact: {mood: {equals: good}}}]}
    transitions:
      - {to: over, at: {latest: [{after: 2 weeks, since: calls}, {after: 1 month}]}, outcome: silence}
  over:
    final: true
    events:
      answer: {to: waiting, when: {outcome: silence}}
""".replace("Thank {{ contact }}", '"Thank {{ contact }}"')

# What is written, what it is broken into, the token that the fault is at, and its code: each in a line of its own.
BREAKS = (
    ("format: 1", "format: one", "one", "JF022"),
    ("workflow: strangers", "workflow: 2strangers", "2strangers", "JF101"),
    ("version: 3", "version: -3", "-3", "JF024"),
    ("initial: talked", "initial: talkd", "talkd", "JF111"),
    ("roles: {boss: Who decides", "roles: {boss: [Who]", "[Who]", "JF022"),
    ("answer_by: {type: date", "answer_by: {type: day", "day", "JF023"),
    ("pay: {type: money, ask", "pay: {type: money, question", "question", "JF020"),
    ("options: [good, bad]", "options: [good, good]", "good]", "JF025"),
    ("by: round", "by: week", "week", "JF023"),
    ("apart: 3 business days", "apart: 3 busy days", "3 busy days", "JF106"),
    ("title: They answered, to: waiting", "title: They answered, to: wating", "wating", "JF111"),
    ("starts: round", "starts: [round]", "[round]", "JF022"),
    ("nudged: {counts: calls}", "nudged: {counts: cals}", "cals", "JF116"),
    ("to: over, outcome: refused", "to: waiting, outcome: refused", "refused", "JF125"),
    ("kind: form", "kind: from", "from", "JF117"),
    ("once: application", "once: always", "always", "JF023"),
    ("title: Talked", "title: ''", "''", "JF026"),
    ("each: [boss]", "each: [chef]", "chef", "JF114"),
    ("when: {settled: thank}", "when: {settled: thnk}", "thnk", "JF115"),
    ("after: 3 days", "after: 3", "3", "JF022"),
    ("title: Ring {{ company }}", "titel: Ring", "titel", "JF020"),
    ('title: "Thank {{ contact }}"', 'title: "Thank {{ contct }}"', '"Thank', "JF113"),
    ("since: answer_by", "since: anser_by", "anser_by", "JF108"),
    ("since: opens, roll: forward", "since: opens, roll: up", "up", "JF023"),
    ("at_most: 1", "at_most: few", "few", "JF022"),
    ("mood: {equals: good}", "mood: {equals: fine}", "fine", "JF127"),
    ("at: {latest:", "at: {later:", "{later", "JF107"),
    ("final: true", "final: maybe", "maybe", "JF022"),
    ("when: {outcome: silence}", "when: {outcome: silnce}", "silnce", "JF121"),
)
FILES = [tuple(BREAKS[(start * 3 + step * 5) % len(BREAKS)] for step in range(5)) for start in range(len(BREAKS))]
"""One file for each break, with four others beside it."""


def test_the_sound_one_is_sound() -> None:
    assert load_workflow(SOUND).workflow.name == "strangers"


@pytest.mark.parametrize("breaks", FILES, ids=lambda breaks: breaks[0][1])
def test_five_faults_are_five_lines_each_at_its_place(breaks: tuple[tuple[str, str, str, str], ...]) -> None:
    text = SOUND
    for old, new, _, _ in breaks:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    with pytest.raises(InvalidFile) as refusal:
        load_workflow(text)
    found = {(fault.line, fault.column): fault for fault in refusal.value.diagnostics}
    for _, new, token, code in breaks:
        fault: Any = found.get(place(text, new, token))
        assert fault is not None, f"nothing at {place(text, new, token)} ({new}), only {sorted(found)}"
        assert fault.code == code
        assert fault.hint or "expected" in fault.message or "did you mean" in fault.message
        assert f":{fault.line}:{fault.column} {code} " in str(fault)


def place(text: str, new: str, token: str) -> tuple[int, int]:
    at = text.index(new) + new.rindex(token)
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
