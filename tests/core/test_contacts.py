from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobflow.core.contacts import parse_contact, parse_person
from jobflow.core.errors import Refused


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        ("interviewer=Ada Byron", ("interviewer", "Ada Byron", None)),
        ("interviewer=Ada Byron <ada@acme.example>", ("interviewer", "Ada Byron", "ada@acme.example")),
        (" Decision Maker = Ada   Byron <ada@acme.example> ", ("decision_maker", "Ada Byron", "ada@acme.example")),
        ("recruiter=O'Brien, Seán (HR)<s.o+x@a-b.co.uk>", ("recruiter", "O'Brien, Seán (HR)", "s.o+x@a-b.co.uk")),
        ("referrer=李雷 <li@bücher.example>", ("referrer", "李雷", "li@bücher.example")),
        ("referrer=a=b", ("referrer", "a=b", None)),
        ("nobody_knows=X @ Acme", ("nobody_knows", "X @ Acme", None)),
    ],
)
def test_read(text, contact):
    assert parse_contact(text) == contact


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "expected ROLE=NAME"),
        ("Ada Byron", "expected ROLE=NAME"),
        ("=Ada", "expected ROLE=NAME"),
        ("9=Ada", "expected ROLE=NAME"),
        ("interviewer=", "no name"),
        ("interviewer=<ada@acme.example>", "no name"),
        ("interviewer=ada@acme.example", "address without a name"),
        ("interviewer=Ada <>", "no e-mail address"),
        ("interviewer=Ada <ada>", "no e-mail address"),
        ("interviewer=Ada <ada@acme>", "no e-mail address"),
        ("interviewer=Ada <ada@@acme.example>", "no e-mail address"),
        ("interviewer=Ada <a b@acme.example>", "no e-mail address"),
        ("interviewer=Ada <.a@acme.example>", "no e-mail address"),
        ("interviewer=Ada <a..b@acme.example>", "no e-mail address"),
        ("interviewer=Ada <a@-acme.example>", "no e-mail address"),
        ("interviewer=Ada <a@acme..example>", "no e-mail address"),
        ("interviewer=Ada <a@acme.example, b@acme.example>", "no e-mail address"),
        (f"interviewer=Ada <{'a' * 65}@acme.example>", "no e-mail address"),
        ("interviewer=Ada <ada@acme.example> Byron", "expected NAME"),
        ("interviewer=<Ada> <ada@acme.example>", "expected NAME"),
        ("interviewer=Ada\r\nBcc: all@acme.example", "line break"),
        ("interviewer=Ada\x00", "U+0000"),
        ("interviewer=Ada\u2028Byron", "U+2028"),
        ("interviewer=Ada <ada@acme.example\n>", "line break"),
        ("interviewer=" + "x" * 201, "at most 200"),
    ],
)
def test_refused(text, said):
    with pytest.raises(Refused) as refusal:
        parse_contact(text)
    assert said in str(refusal.value)
    assert "\n" not in str(refusal.value)


@given(st.text(max_size=60))
def test_no_text_yields_a_name_or_address_that_breaks_a_header(text):
    try:
        name, email = parse_person(text)
    except Refused as refusal:
        assert len(str(refusal).splitlines()) == 1
    else:
        assert len(name.splitlines()) == 1
        assert name == " ".join(name.split())
        assert email is None or (email.count("@") == 1 and len(email.split()) == 1)
