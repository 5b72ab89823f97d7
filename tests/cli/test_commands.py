"""Each command: what it answers in text and in JSON."""

from __future__ import annotations

import json
import re

import pytest

APPLICATION = [
    "id", "number", "slug", "company", "role", "workflow", "workflow_version", "state", "began_at", "entered_at",
    "outcome", "round", "timezone", "facts", "contacts", "tasks", "next_wakeup_at",
]  # fmt: skip
TASK = [
    "id", "number", "application", "name", "kind", "title", "contact", "status", "opens_at", "due_at", "lapses_at",
    "settled_at", "counts", "why",
]  # fmt: skip
TICK = ["now", "transitions", "tasks", "messages", "next_wakeup_at", "more_due"]


def status(document, number):
    return next(task["status"] for task in document["tasks"] if task["number"] == number)


def numbers(document, name):
    return [str(task["number"]) for task in document["tasks"] if task["name"] == name]


def test_an_application_has_the_contracts_fields(acme):
    assert list(acme) == APPLICATION
    assert (acme["number"], acme["slug"], acme["role"], acme["round"]) == (1, "acme-corp", "Engineer", 1)
    assert (acme["workflow"], acme["workflow_version"], acme["outcome"]) == ("after-interview", 1, None)
    assert acme["entered_at"] == "2026-03-10T18:00:00+00:00"
    assert [list(contact) for contact in acme["contacts"]] == [["id", "name", "email", "roles", "notes"]] * 2
    assert [list(task) for task in acme["tasks"]] == [TASK] * 4


def test_every_command_that_answers_with_an_application(cli, acme):
    commands = [
        ("log", "acme", "reply", "--fact", "decision_date=2026-03-20"),
        ("set", "acme", "decision_date=2026-03-21"),
        ("contact", "acme", "referrer=Alan Kay"),
        ("show", "acme"),
        ("undo", "acme"),
        ("undo",),
    ]
    for command in commands:
        assert list(cli(*command, "--json").json) == APPLICATION, command


def test_instants_have_the_applications_offset(cli):
    added = cli("add", "Acme", "--timezone", "America/New_York", "--json").json
    assert added["timezone"] == "America/New_York"
    assert added["entered_at"] == "2026-03-10T14:00:00-04:00"
    assert added["tasks"][0]["due_at"] == "2026-03-11T18:00:00-04:00"


def test_a_time_without_offset_is_the_applications(cli):
    added = cli("add", "Acme", "--timezone", "America/New_York", "--at", "2026-03-10 09:30", "--json").json
    assert added["entered_at"] == "2026-03-10T09:30:00-04:00"


def test_tasks_are_settled_put_off_and_taken_back(cli, acme):
    debrief, ask = (numbers(acme, name)[0] for name in ("debrief", "ask_decision_date"))
    assert [task["status"] for task in cli("done", "1", "2", "--json").json] == ["done", "done"]
    assert cli("skip", ask, "--json").json[0]["status"] == "skipped"
    assert cli("snooze", debrief, "tomorrow", "--json").json[0]["opens_at"] == "2026-03-11T09:00:00+00:00"
    assert cli("show", "acme", "--json").json["state"] == "thanked"
    assert status(cli("undo", "--json").json, int(debrief)) == "open"


def test_text_says_what_changed_and_what_is_next(cli, acme):
    said = cli("done", "1", "2").out
    assert "2  Thank Grace Hopper at Acme Corp: done today 18:00" in said
    assert "from Interviewed to Thanked them" in said
    assert "Then: jobflow done" in said


def test_text_says_what_was_understood(cli, acme):
    assert "offer_deadline: Fri 3 April 2026" in cli("log", "acme", "offer", "--fact", "offer_deadline=2026-04-03").out
    assert "put off until Thu 12 March 2026, 14:00" in cli("snooze", "5", "thu 14:00").out
    assert "offer_deadline: forgotten" in cli("set", "acme", "offer_deadline=").out


def test_next_is_grouped_by_how_pressing(cli, acme):
    cli("add", "Globex", "--at", "2026-03-06")
    later = ("--now", "2026-03-11T09:00:00Z")
    cli("add", "Initech", *later)
    said = cli("next", *later).out
    groups = ["Overdue", "Globex", "Due today", "Acme", "Soon", "Initech", "Once it is done: jobflow done"]
    found = [said.index(word) for word in groups]
    assert found == sorted(found)
    assert "was due Sat 7 March 18:00" in said
    assert "due today 18:00" in said
    assert "due tomorrow 18:00" in said
    assert [list(task) for task in cli("next", "--json", *later).json] == [TASK] * 10


def test_nothing_to_do_says_what_to_look_at(cli, acme):
    cli("log", "acme", "withdrawn")
    assert "jobflow plan" in cli("next").out
    assert "closed" in cli("list").out
    assert "Closed, withdrawn" in cli("list", "--all").out
    assert cli("list", "--json").json == []
    assert [list(app) for app in cli("list", "--all", "--json").json] == [APPLICATION]


def test_history_explain_and_plan(cli, acme):
    history = cli("history", "acme", "--json").json
    assert [record["seq"] for record in history] == list(range(1, len(history) + 1))
    assert set(history[0]) >= {"seq", "type", "at", "recorded_at", "data"}
    assert "task added" in cli("history", "acme").out
    explained = cli("explain", "acme", "--json").json
    assert list(explained) == ["application", "state", "rules", "messages", "silence"]
    fields = ("path", "verdict", "wanted", "actual", "at", "because", "file", "line")
    assert {tuple(rule) for rule in explained["rules"]} == {fields}
    assert "states/interviewed/transitions/0" in cli("explain", "acme").out
    planned = cli("plan", "acme", "--json").json
    told = ("at", "application", "what", "name", "why", "rule", "because", "file", "line")
    assert {tuple(item) for item in planned} == {told}
    assert "Wed 11 March 2026" in cli("plan").out
    assert cli("plan", "--until", "2026-03-10").out == "until Tue 10 March 2026\nNothing will come due.\n"


def test_a_tick_in_json_has_the_messages_and_prints_no_digest(cli, acme):
    first = cli("tick", "--now", "2026-03-11T09:00:00Z", "--json")
    assert list(first.json) == TICK
    assert [message["kind"] for message in first.json["messages"]] == ["due"] * 4
    assert {"id", "key", "channel", "kind", "application", "status"} <= set(first.json["messages"][0])
    assert first.json["messages"][0]["status"] == "sent"
    again = cli("tick", "--now", "2026-03-11T09:00:00Z", "--json").json
    assert (again["messages"], again["tasks"], again["transitions"]) == ([], [], [])


def test_a_tick_in_text_is_a_digest_then_silence(cli, acme):
    said = cli("tick", "--now", "2026-03-11T09:00:00Z").out
    assert said.startswith("Due today\n")
    assert "    2  Thank Grace Hopper at Acme Corp\n" in said
    assert cli("tick", "--now", "2026-03-11T09:00:00Z").out == ""


def test_a_dry_tick_shows_and_writes_nothing(cli, acme, home):
    before = (home / "jobflow.db").read_bytes()
    said = cli("tick", "--dry-run", "--now", "2026-03-18T18:00:00Z").out
    assert "nothing was written" in said
    assert "lapsed" in said
    assert cli("tick", "--dry-run", "--now", "2026-03-18T18:00:00Z", "--json").json["dry_run"] is True
    assert (home / "jobflow.db").read_bytes() == before
    assert "Nothing is due" in cli("tick", "--dry-run").out


def test_options_of_every_command_stand_on_either_side(cli, acme, home, tmp_path):
    assert cli("--json", "list").json == cli("list", "--json").json
    other = str(tmp_path / "other")
    assert cli("--home", other, "list", "--json").json == []
    assert cli("list", "--home", other, "--json").json == []
    assert len(cli("--home", other, "list", "--home", str(home), "--json").json) == 1
    at = cli("--now", "2026-03-11T19:00:00Z", "next", "--json").json
    assert {task["status"] for task in at} == {"overdue"}


def test_a_far_date_is_confirmed_with_yes(cli, acme):
    assert "--yes" in cli("set", "acme", "decision_date=2028-03-20", code=1).err
    assert cli("set", "acme", "decision_date=2028-03-20", "--yes", "--json").json["facts"] == {
        "decision_date": "2028-03-20"
    }


def test_now_without_offset_is_in_the_configured_zone(cli, home):
    home.mkdir()
    (home / "config.yaml").write_text("timezone: America/New_York\n")
    assert cli("tick", "--now", "2026-03-10 09:00", "--json").json["now"] == "2026-03-10T09:00:00-04:00"
    assert cli("tick", "--now", "2026-03-10", "--json").json["now"] == "2026-03-10T12:00:00-04:00"


def test_undo_of_an_add_says_that_it_is_gone(cli, acme):
    assert "is taken back" in cli("undo").out
    assert cli("list", "--json").json == []
    assert "taken back" in cli("show", "1", code=1).err


def test_undo_of_a_command_about_several_gives_them_all(cli, acme):
    cli("add", "Globex")
    cli("skip", "1", "5")
    assert [app["slug"] for app in cli("undo", "--json").json] == ["acme-corp", "globex"]


def test_an_older_search_is_added_where_it_stands(cli):
    added = cli("add", "Globex", "--state", "awaiting", "--at", "2026-02-20", "--json").json
    assert added["state"] == "awaiting"


def test_workflow_commands(cli, home):
    rows = cli("workflow", "list", "--json").json
    assert [(row["name"], row["default"], row["faults"]) for row in rows] == [
        ("after-interview", True, 0), ("eager", False, 0), ("from-application", False, 0), ("keep-looking", False, 0),
        ("patient", False, 0), ("recruiter", False, 0),
    ]  # fmt: skip
    assert "After the interview, version 1" in cli("workflow", "list").out
    text = cli("workflow", "show").out
    assert "initial: interviewed" in text
    assert cli("workflow", "show", "after-interview", "--json").json["workflow"] == "after-interview"
    assert cli("workflow", "check").out.startswith("after-interview: fine.\n  proved: ")
    own = home / "workflows" / "mine.yaml"
    own.parent.mkdir(parents=True)
    own.write_text(text.replace("workflow: after-interview", "workflow: mine"))
    assert "mine.yaml" in cli("workflow", "list").out
    assert cli("add", "Acme", "--workflow", "mine", "--json").json["workflow"] == "mine"
    own.write_text("format: 1\nworkflow: mine\nversion: one\nnonsense: 1\n")
    broken = cli("workflow", "check", str(own), code=4)
    assert f"{own}:3:10 " in broken.out
    assert "nonsense" in broken.out
    assert cli("workflow", "check", code=4).out == broken.out
    document = cli("workflow", "check", str(own), "--json", code=4).json
    assert (document["ok"], document["proved"]) == (False, [])
    assert {"line", "column", "code", "message", "hint"} <= set(document["findings"][0])
    assert "faults" in cli("workflow", "list").out
    assert "did you mean 'after-interview'" in cli("workflow", "show", "after-interviews", code=1).err


@pytest.mark.parametrize("word", ["x", "0", "1.5", "٣", "9" * 30])
@pytest.mark.parametrize("words", [["done"], ["skip"], ["done", "1"], ["snooze"]])
def test_what_is_no_task_number_is_refused_in_plain_words(cli, acme, words, word):
    said = cli(*words, word, *(["tomorrow"] if words == ["snooze"] else []), code=2).err
    assert said.startswith(f"jobflow: '{word}' is not a task's number. `jobflow next` lists them.\n")


def test_list_all_of_nothing_does_not_point_to_itself(cli):
    cli("add", "Acme")
    cli("undo")
    assert cli("list", "--all").out.startswith("Nothing recorded yet.")
    assert cli("list", "--all", "--json").json == []


def test_what_is_done_repeats_the_facts_as_they_were_understood(cli, acme):
    number = next(task["number"] for task in cli("next", "--json").json if task["name"] == "debrief")
    said = cli("done", str(number), "--fact", "went_well=the first; the  second").out
    assert "\nwent_well: the first; the second\n" in said.replace("the  second", "the second")


def test_the_history_names_limits_and_what_was_taken_back(cli, acme):
    cli("log", "acme", "contacted")
    cli("undo")
    said = cli("history", "acme").out
    assert re.search(r"counted +limit follow_up", said)
    first = re.search(r"^ *(\d+) .* event logged", said, re.MULTILINE)
    assert first
    assert re.search(rf"retracted +records? {first[1]} (to \d+ are|is) taken back", said)


def test_config_commands(cli, home):
    defaults = cli("config", "show", "--json").json
    assert defaults["workday"] == "09:00-18:00"
    assert "not there" in cli("config", "show").out
    assert "defaults are fine" in cli("config", "check").out
    home.mkdir()
    config = home / "config.yaml"
    config.write_text("workday: 08:00-16:30\ncalendar: {country: US}\n")
    assert cli("config", "show", "--json").json["workday"] == "08:00-16:30"
    assert cli("config", "check").out == f"{config}: fine.\n"
    config.write_text(cli("config", "show").out)
    assert "country" in cli("config", "check").out or cli("config", "check").code == 0
    for wrong, place, word in (
        ("calendar:\n  country: QQ\n", "2:12 JF305", "unknown country 'QQ'"),
        ("calendar:\n  country: US\n  subdivision: QQ\n", "3:16 JF305", "unknown subdivision 'QQ'"),
        ("channels: {consle: {}}\n", "1:12", "unknown channel"),
        ("channels:\n  drafts: {sender: Ada}\n", "2:3", "option 'sender' of channel 'drafts'"),
        ("workflow: after-interviw\n", "1:11", "unknown workflow"),
    ):
        config.write_text(wrong)
        assert cli("config", "check", code=4).out.startswith(f"{config}:{place} {word}")
    (fault,) = cli("config", "check", "--json", code=4).json["diagnostics"]
    assert (fault["line"], fault["column"], fault["code"]) == (1, 11, None)
    config.write_text("calendar: {country: QQ}\nchannels: {consle: {}}\nworkflow: x\n")
    assert len(cli("config", "check", code=4).out.splitlines()) == 3
    config.write_text("workday: 25:00-26:00\nworkdy: 1\n")
    assert len(cli("config", "check", code=4).out.splitlines()) == 2
    assert len(cli("config", "check", "--json", code=4).json["diagnostics"]) == 2
    config.write_text("channels: {consle: {}}\n")
    assert "did you mean 'console'" in cli("config", "check", code=4).out
    config.write_text("workflow: after-interviw\n")
    assert "did you mean 'after-interview'" in cli("config", "check", code=4).out


@pytest.mark.parametrize("shell_name", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(cli, shell_name):
    assert "_JOBFLOW_COMPLETE" in cli("completion", shell_name).out


def test_completion_knows_commands_and_applications(shell, acme):
    environ = {"_JOBFLOW_COMPLETE": "bash_complete", "COMP_CWORD": "1", "COMP_WORDS": "jobflow ex"}
    assert shell(**environ).out.split() == ["plain,explain", "plain,export"]
    environ |= {"COMP_CWORD": "2", "COMP_WORDS": "jobflow show ac"}
    assert shell(**environ).out.split() == ["plain,acme-corp"]


def test_version(cli):
    assert cli("--version").out == "jobflow, version 0.1.0\n"


def test_output_has_no_colour_codes(shell, acme):
    for command in ("next", "list", "explain acme", "history acme", "plan"):
        assert "\x1b" not in shell(*command.split()).out


def test_output_survives_a_terminal_of_another_age(shell):
    shell("add", "Łódź Škoda")
    assert "\\u0141" in shell("list", PYTHONUTF8="0", PYTHONIOENCODING="iso8859-1:strict").out
    document = shell("list", "--json", PYTHONUTF8="0", PYTHONIOENCODING="iso8859-1:strict").out
    assert json.loads(document)[0]["company"] == "Łódź Škoda"
