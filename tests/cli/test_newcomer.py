"""Somebody's first ten minutes, as README and the tutorial tell them."""

from __future__ import annotations

import pytest


def test_what_a_newcomer_types(shell):
    assert "jobflow add" in shell("next").out
    added = shell("add", "Acme Corp", "--at", "yesterday", "--contact", "interviewer=Ada Byron").out
    assert "recorded for Mon 9 March 2026, 12:00" in added
    assert "Thank Ada Byron at Acme Corp" in added
    assert "jobflow done" in added
    shown = shell("next").out
    assert "1 business day after it opened (Mon 9 Mar)" in shown
    assert "Fri 20 March 2026" in shell("set", "acme", "decision_date=+10d").out
    assert "(Fri 20 Mar)" in shell("explain", "acme").out
    number = shown.rsplit("jobflow done ", 1)[1].strip()
    assert f"{number}  " in shell("done", number).out
    assert "status check opens" in shell("plan").out
    assert "Overdue" in shell("tick", "--now", "2026-03-11T09:00:00Z").out
    assert shell("tick", "--now", "2026-03-11T09:00:00Z").out == ""
    assert "Taken back" in shell("undo").out


def test_jobflow_alone_says_how_to_begin(shell):
    assert 'jobflow add "Acme Corp"' in shell().out


def test_reading_makes_nothing(cli, home):
    for command in ("next", "list", "plan"):
        assert "jobflow add" in cli(command).out
        assert cli(command, "--json").json == []
    assert cli("tick").out == ""
    assert cli("tick", "--json").json["messages"] == []
    assert cli("show", "acme", code=1).err.startswith("jobflow: unknown application 'acme'")
    assert cli("undo", code=1).out == ""
    assert not home.exists()


def test_a_first_add_that_is_refused_makes_nothing(cli, home):
    cli("add", "Acme", "--fact", "nonsense=1", code=1)
    assert not home.exists()


@pytest.mark.parametrize(
    ("words", "mend"),
    [
        (["rejection", "acme"], "'jobflow log APP rejected'"),
        (["Interview"], "'jobflow log APP interviewed'"),
        (["today"], "'jobflow next'"),
        (["remove", "acme"], "'jobflow undo'"),
        (["help"], "'jobflow --help'"),
        (["nxt"], "'next'"),
        (["add", "Acme", "Corp"], 'need quotes, such as "Acme Corp"'),
    ],
)
def test_a_word_that_is_no_command_is_answered_with_the_one_that_was_meant(cli, words, mend):
    assert mend in cli(*words, code=2).err


def test_two_names_in_one_contact_are_remarked_on(cli):
    said = cli("add", "Acme", "--contact", "interviewer=Ada and Grace").out
    assert "'Ada and Grace' is taken for one person" in said
    assert "one person" not in cli("contact", "acme", "interviewer=Alexandra Anderson").out
    assert cli("contact", "acme", "interviewer=Ada, Grace", "--json").json["contacts"]
