"""Templates of letters: what they may say, that none of them gets out of its box, and none takes more than it may."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobflow.adapters.rendering import LONGEST_LETTER, LONGEST_TEMPLATE, MOST_STEPS, render
from jobflow.core.errors import Refused
from jobflow.core.letter_values import Facts, blank

VALUES = {
    "company": "Acme",
    "empty": "",
    "missing": blank("your name"),
    "many": ["one", "two", "three"],
    "nobody_there": [],
    "concerns": [{"text": "little Go", "answer": "I learned it."}],
    "facts": Facts({"pay": "5 EUR"}),
    "place": 1,
}


def refused(template: str, values: dict[str, object] = VALUES) -> str:
    with pytest.raises(Refused) as caught:
        render(template, values)
    return str(caught.value)


# -- what it says ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("Dear {{ company }}", "Dear Acme"),
        ("{{ missing }}", "[your name]"),
        ("{% if missing %}yes{% else %}no{% endif %}", "no"),
        ("{{ many }}", "one; two; three"),
        ("{{ many | join(', ', ' and ') }}", "one, two and three"),
        ("{{ many | first }} {{ many | length }} {{ company | length }}", "one 3 4"),
        ("{{ nobody_there | first }}{{ nobody_there | default('-') }}{{ empty | default('nothing') }}", "-nothing"),
        ("{{ missing | default('Kim') }}{{ company | default('x') }}", "KimAcme"),
        ("{{ 'so it is' | sentence }} {{ 'Really?' | sentence }}{{ '' | sentence }}", "So it is. Really?"),
        ("{{ 'so it is.' | inside }}, {{ 'ab' | capital }}{{ 'aB' | upper }}{{ 'aB' | lower }}{{ ' a ' | trim }}",
         "so it is, AbABaba"),
        ("{% for one in many %}{{ loop.index }}{{ one }}{% if not loop.last %}-{% endif %}{% endfor %}",
         "1one-2two-3three"),
        ("{% for concern in concerns %}{{ concern.text }}: {{ concern['answer'] }}{% endfor %}",
         "little Go: I learned it."),
        ("{% for x in nobody_there %}{{ x }}{% else %}nobody{% endfor %}", "nobody"),
        ("{{ facts.pay }} {{ facts.never_heard_of }}", "5 EUR [never heard of]"),
        ("{% if place is even %}a{% else %}b{% endif %}{% if 'one' in many and place == 1 %}c{% endif %}", "bc"),
        ("{{ 'a' if place > 0 else 'b' }}{{ many[1] }}{% if place is defined %}d{% endif %}", "atwod"),
        ("{# a remark #}x", "x"),
    ],
)  # fmt: skip
def test_what_a_template_becomes(template: str, text: str):
    assert render(template, VALUES) == text


def test_a_line_with_a_tag_alone_leaves_nothing_and_lines_are_counted_all_the_same():
    assert render("a\n  {% if place %}\nb\n{% endif %}\nc {% if place %}d{% endif %}\ne", VALUES) == "a\nb\nc d\ne"
    assert "line 4" in refused("a\n{% if place %}\n{% endif %}\n{{ 1 + 1 }}")


def test_blanks_at_the_end_of_lines_and_empty_lines_in_excess_go():
    assert render("a  \n\n\n\n\tb\t\n", VALUES) == "a\n\n\tb"


@given(st.text(max_size=200))
def test_what_stands_in_a_value_is_text_whatever_it_looks_like(text: str):
    assert render("<{{ company }}>", {"company": text.strip()}) == render("<{{ company }}>", {"company": text.strip()})
    assert render("{{ company }}", {"company": "{{ 7 * 7 }}{% for %}"}) == "{{ 7 * 7 }}{% for %}"


# -- what is refused ---------------------------------------------------------------------------------------------------

PAYLOADS = [
    "{{ company.__class__ }}",
    "{{ company['__class__'] }}",
    "{{ company['__cla' 'ss__'] }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ company|attr('__class__') }}",
    "{{ company | map('upper') }}",
    "{{ company.format(company) }}",
    "{{ '%s' % company }}",
    "{{ '{0.__class__}'.format(company) }}",
    "{{ many.append(1) }}",
    "{{ facts.update }}{{ facts.items() }}",
    "{{ self.__init__ }}",
    "{{ config }}",
    "{{ cycler.__init__.__globals__.os }}",
    "{{ lipsum.__globals__ }}",
    "{{ range(3) }}",
    "{{ dict(a=1) }}",
    "{{ namespace() }}",
    "{{ joiner }}",
    "{% set x = 1 %}",
    "{% include 'thank-you' %}",
    "{% import 'thank-you' as x %}",
    "{% extends 'thank-you' %}",
    "{% macro f() %}{% endmacro %}",
    "{% call f() %}{% endcall %}",
    "{% filter upper %}{% endfilter %}",
    "{% block x %}{% endblock %}",
    "{% with x = 1 %}{% endwith %}",
    "{% autoescape true %}{% endautoescape %}",
    "{% raw %}{% endraw %}{{ 9 ** 9 }}",
    "{% for x in many recursive %}{% endfor %}",
    "{{ _budget }}",
    "{{ many | sort }}",
    "{{ company * 9 }}",
    "{{ company ~ company }}",
    "{{ many[0:2] }}",
    "{{ 1 / 0 }}",
    "{% if company is callable %}{% endif %}",
    "{% for x in company %}{% endfor %}",
    "{{ company | join }}",
    "{{ many | sentence }}",
    "{{ many | nothing }}",
    "{{ nobody }}",
    "{{ concerns.text }}",
    "{{ concerns }}",
    "{{ company.upper }}",
    "{{ loop.index }}",
    "{% for x in many %}{{ loop.__class__ }}{% endfor %}",
    "{% for x in many %}{{ loop.cycle('a') }}{% endfor %}",
    "{% for x in many %}{{ loop.changed }}{% endfor %}",
    "{% for x in many %}{{ loop }}{% endfor %}",
    "{{ super() }}",
    "{{ company",
    "{% if %}",
    "{% endif %}",
]


@pytest.mark.parametrize("template", PAYLOADS)
def test_what_a_letter_has_no_need_of_is_refused_and_nothing_runs(template: str):
    ran: list[str] = []
    sys.addaudithook(
        lambda event, _: ran.append(event) if _watch and event in ("os.system", "subprocess.Popen") else None
    )
    _watch.append(True)
    try:
        said = refused(template)
    finally:
        _watch.clear()
    assert said
    assert not ran


_watch: list[bool] = []


@pytest.mark.parametrize(
    ("template", "hint"),
    [("{{ compny }}", "did you mean 'company'?"), ("{{ company | uper }}", "did you mean 'upper'?"),
     ("{% if place is evn %}{% endif %}", "did you mean 'even'?")],
)  # fmt: skip
def test_near_misses_are_named(template: str, hint: str):
    assert hint in refused(template)


# -- limits ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "template",
    [
        "{% for a in big %}{% for b in big %}{% for c in big %}{% endfor %}{% endfor %}{% endfor %}",
        "{% for a in big %}{% for b in big %}{{ a }}{% endfor %}{% endfor %}",
        "{% for a in big %}" * 4 + "{% endfor %}" * 4,
        "{% for a in big %}" * 30 + "{% endfor %}" * 30,
        "{% for a in big %}{{ long }}{% endfor %}",
        "{{ big | join(long) | upper | upper }}",
        "{{ " + "(" * 4_000 + "1" + ")" * 4_000 + " }}",
        "{% if place %}" * 2_000 + "{% endif %}" * 2_000,
        "x" * (LONGEST_TEMPLATE + 1),
    ],
)
def test_what_takes_too_long_or_becomes_too_much_is_refused(template: str):
    assert refused(template, {"big": ["x"] * 100, "long": "y" * 10_000, "place": 1})


def test_the_limits_let_a_letter_of_a_hundred_concerns_through():
    values = {"many": ["x" * 300] * 100}
    text = render("{% for one in many %}\n{{ loop.index }}. {{ one | sentence }}\n{% endfor %}", values)
    assert len(text.splitlines()) == 100
    assert len(text) < LONGEST_LETTER
    assert MOST_STEPS > 100 * 10


@given(st.text(alphabet="{}%#|.()[]'\"_ abcx0*~-+\n", max_size=60))
def test_any_text_is_a_template_or_is_refused(template: str):
    try:
        assert isinstance(render(template, VALUES), str)
    except Refused as refusal:
        assert str(refusal)
