"""Workflows that nobody would write, and that are sound all the same: no traceback, no endless loop, no slip."""

from __future__ import annotations

from typing import Any

import pytest

from jobflow.core.errors import RulesLoop
from jobflow.core.fold import effective, replay

from .scenario import Scenario

HEAD = "format: 1\nworkflow: mine\nversion: 1\ninitial: a\n"
ODD = {
    "a state and nothing else": "states: {a: {}}",
    "words of other scripts": """
title: "面接の後"
events: {Größe: {to: b}}
states: {a: {title: Ünïcode, transitions: [{to: b, after: P1DT12H}]}, b: {title: 終, final: true}}
""",
    "a state that enters itself each day": """
events: {end: {to: z}}
states:
  a: {transitions: [{to: a, after: 1 day}], tasks: {t: {title: Daily, kind: todo, due: 1 hour}}}
  z: {final: true}
""",
    "two states that hand over at once": """
states:
  a: {transitions: [{to: b, after: 0 minutes}]}
  b: {transitions: [{to: a, after: 0 minutes}]}
""",
    "two tasks that wait for each other": """
states:
  a:
    tasks:
      x: {title: X, kind: todo, opens: {after: 1 day, since: y}}
      y: {title: Y, kind: todo, opens: {after: 1 day, since: x}}
    transitions: [{to: z, when: {all: [{settled: x}, {settled: y}]}}]
  z: {final: true}
""",
    "no time at all": """
facts: {d: {type: datetime}}
limits: {l: {at_most: 0, apart: 0 days}}
states:
  a:
    tasks:
      t: {title: T, kind: todo, due: 0 minutes, lapses: 0 minutes}
      u: {title: U, kind: todo, opens: {at: d}, due: {before: 2 hours, of: d}, lapses: {at: d}}
      v: {title: V, kind: todo, counts: l}
    transitions: [{to: z, at: {earliest: [{after: 1 year}, {at: d}]}, outcome: over}]
  z: {final: true}
""",
    "a hundred years": """
states:
  a:
    tasks:
      t: {title: T, kind: todo, opens: 100 years, due: 100 years, lapses: 100 years}
      r: {title: R, kind: todo, due: 1 minute, remind: {every: 1 minute, at_most: 100}}
    transitions: [{to: z, after: 100 years}]
  z: {final: true}
""",
    "names that are values elsewhere": """
facts: {"null": {type: text, ask: "Why: not?"}, "true": {type: number}}
limits: {n: {apart: PT30M}}
events: {"no": {to: "off"}, "yes": {counts: n}}
states:
  a:
    title: "12:30"
    tasks: {y: {kind: todo, title: "no", counts: n, opens: {after: PT1H, since: {first_known: ["yes", round]}}}}
  "off": {final: true, title: "~", events: {"no": {to: a}}}
""",
    "a task for each of every role, and a way out that never comes": """
roles: {p: One, q: Two, r: Three}
states:
  a:
    tasks: {t: {title: "{{ contact }}", kind: letter, each: [p, q, r]}}
    transitions: [{to: z, when: {all: [{settled: t}, {not: {settled: t}}]}}]
  z: {final: true}
""",
    "four hundred states in a ring": "states:\n"
    + "".join(
        f"  {name}: {{tasks: {{t_{name}: {{kind: todo, title: T, due: 1 day, lapses: 1 day}}}},"
        f" transitions: [{{to: {after}, when: {{settled: t_{name}}}}}]}}\n"
        for name, after in zip(
            ["a", *(f"s{number}" for number in range(399))],
            [*(f"s{number}" for number in range(399)), "a"],
            strict=True,
        )
    ),
}


@pytest.mark.parametrize("rules", ODD.values(), ids=ODD.keys())
def test_a_year_of_it_goes_by_without_a_slip(rules, tmp_path):
    s = Scenario("Tue 10 Mar 14:00", workflow=HEAD + rules, home=tmp_path).add()
    for day in ("Wed 11 Mar 09:00", "Wed 11 Mar 18:00", "Fri 20 Mar 10:00", "Fri 1 May 10:00", "Tue 9 Mar 2027 10:00"):
        s.at(day).tick().tick().expect_nothing()
    s.jobflow.explain(s.number)
    assert len(s.jobflow.plan(s.number)) < 1000
    reader: Any = s.jobflow.store
    entry = reader.entry(s.app.id)
    assert replay(effective(reader.history(s.app.id))) == entry.state


def test_rules_that_go_round_and_round_are_refused_when_they_would(tmp_path):
    rules = """
facts: {x: {type: number}}
states:
  a: {transitions: [{to: b, when: {known: x}}]}
  b: {transitions: [{to: a, when: {known: x}}]}
"""
    s = Scenario("Tue 10 Mar 14:00", workflow=HEAD + rules, home=tmp_path).add()
    with pytest.raises(RulesLoop, match="without end"):
        s.set(x=1)
    s.expect_state("a")
    assert s.app.facts == {}


def test_a_title_names_any_fact_in_one_line_and_leaves_the_unknown_as_it_stands(tmp_path):
    rules = """
facts: {Pay: {type: money}, good-things: {type: list}, why: {type: text}, when_: {type: date}}
states:
  a:
    tasks:
      t: {kind: todo, title: "{{ Pay }}/{{ good-things }}/{{why}}/{{ when_ }}/{{ company }}/{{ role }}/{{ x"}
"""
    s = Scenario("Tue 10 Mar 14:00", workflow=HEAD + rules, home=tmp_path).add()
    assert s.task("t").title == "{{ Pay }}/{{ good-things }}/{{why}}/{{ when_ }}/Acme/the job/{{ x"
    s.set(Pay="50000 EUR", **{"good-things": "a; b"}, why="one\ntwo {{ company }}" + "!" * 200, when_="2026-03-20")
    assert s.task("t").title == f"50000 EUR/a; b/one two {{{{ company }}}}{'!' * 78}…/2026-03-20/Acme/the job/{{{{ x"
