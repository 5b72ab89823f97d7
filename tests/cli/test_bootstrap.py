"""Opening: which store, which settings, which zone, which workflows, which plugins."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import jobflow
from jobflow import InvalidFile, Jobflow, NewContact, Refused, Settings, StoreError, UnknownName
from jobflow.adapters import system_zone as zones
from jobflow.adapters.public_holidays import find_holidays
from jobflow.adapters.system_zone import system_zone
from jobflow.adapters.template_files import TemplateFiles
from jobflow.adapters.workflow_files import WorkflowFiles
from jobflow.rulebook.registry import TEMPLATES
from jobflow.rulebook.shipped import shipped_names
from jobflow.testing import ManualClock

CLOCK = ManualClock(datetime(2026, 3, 10, 18, tzinfo=UTC))


def test_everything_that_is_promised_can_be_imported():
    for name in jobflow.__all__:
        assert getattr(jobflow, name) is not None
    assert set(jobflow.__all__) == {"__version__", *jobflow._HOMES}
    assert dir(jobflow) == sorted(jobflow.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        jobflow.nonsense  # noqa: B018


def test_importing_it_imports_nothing_else():
    code = "import sys; before = set(sys.modules); import jobflow; print(sorted(set(sys.modules) - before))"
    env = {**os.environ, "PYTHONPATH": str(Path(jobflow.__file__).parent.parent)}
    done = subprocess.run([sys.executable, "-S", "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout == "['jobflow']\n"


def test_in_memory_it_prints_nothing(capsys):
    flow = Jobflow.open(clock=CLOCK, settings=Settings(timezone="UTC"))
    flow.add("Acme", contacts=[NewContact("interviewer", "Ada")])
    report = flow.tick(datetime(2026, 3, 11, 9, tzinfo=UTC))
    assert {message.status for message in report.messages} == {"sent"}
    assert capsys.readouterr().out == ""
    flow.close()


def test_what_it_says_goes_where_it_is_told():
    said: list[str] = []
    flow = Jobflow.open(clock=CLOCK, settings=Settings(timezone="UTC"), output=said.append)
    flow.add("Acme")
    flow.tick(datetime(2026, 3, 11, 9, tzinfo=UTC))
    assert said[0].startswith("Due today\n")


@pytest.mark.parametrize("where", ["{}", "{}/jobflow.db", "sqlite:///{}/jobflow.db"])
def test_a_folder_a_file_and_a_url_are_the_same_place(tmp_path, where):
    for company in ("Acme", "Globex"):
        flow = Jobflow.open(where.format(tmp_path), clock=CLOCK)
        flow.add(company)
        flow.close()
    flow = Jobflow.open(tmp_path, clock=CLOCK, create=False)
    assert [app.slug for app in flow.list()] == ["acme", "globex"]
    flow.close()


def test_a_folders_config_is_read(tmp_path):
    (tmp_path / "config.yaml").write_text("timezone: Asia/Tokyo\n")
    flow = Jobflow.open(tmp_path, clock=CLOCK, create=False)
    assert flow.parts.zone == ZoneInfo("Asia/Tokyo")
    flow.close()
    (tmp_path / "config.yaml").write_text("timezone: Asia/Tokio\n")
    with pytest.raises(InvalidFile, match="Asia/Tokyo"):
        Jobflow.open(tmp_path)


def test_what_is_refused_has_opened_nothing(tmp_path):
    for settings in (Settings(channels={"consol": {}}), Settings(timezone="Europe/Berln"), Settings(calendars=("no",))):
        with pytest.raises(UnknownName):
            Jobflow.open(tmp_path / "x.db", settings=settings)
    assert not (tmp_path / "x.db").exists()


def test_places_that_are_none(tmp_path):
    with pytest.raises(Refused, match="sqlite:///"):
        Jobflow.open("postgresql://localhost/x")
    with pytest.raises(StoreError):
        Jobflow.open(tmp_path / "x.db", create=False).add("Acme")
    with pytest.raises(UnknownName, match="did you mean 'console'"):
        Jobflow.open(settings=Settings(channels={"consol": {}}))
    with pytest.raises(UnknownName, match="did you mean 'Europe/Berlin'"):
        Jobflow.open(settings=Settings(timezone="Europe/Berln"))


def test_ids_are_random_unless_somebody_makes_them():
    first, second = (Jobflow.open(clock=CLOCK).add("Acme").id for _ in range(2))
    assert first != second
    assert len(first) == 36
    assert Jobflow.open(clock=CLOCK, new_id=lambda: "one").add("Acme").id == "one"


def test_moments_are_read_in_the_zone_they_are_about():
    flow = Jobflow.open(clock=CLOCK, settings=Settings(timezone="UTC"))
    tokyo = flow.add("Acme", timezone="Asia/Tokyo")
    nine = {
        flow.when("2026-03-10 09:00", purpose="past", **of).instant
        for of in ({"application": "acme"}, {"task": tokyo.tasks[0].number}, {"timezone": "Asia/Tokyo"})
    }
    assert nine == {datetime(2026, 3, 10, 0, tzinfo=UTC)}
    assert flow.when("2026-03-10 09:00", purpose="past").instant == datetime(2026, 3, 10, 9, tzinfo=UTC)
    assert flow.owner(tokyo.tasks[0].number).slug == "acme"
    with pytest.raises(UnknownName):
        flow.owner(99)


class Test_zone:
    @pytest.fixture(autouse=True)
    def machine(self, tmp_path, monkeypatch):
        monkeypatch.setattr(zones, "TIMEZONE_FILE", str(tmp_path / "timezone"))
        monkeypatch.setattr(zones, "LOCALTIME_LINK", str(tmp_path / "localtime"))
        self.folder = tmp_path

    def test_nothing_says(self):
        assert system_zone({}).key == "UTC"

    @pytest.mark.parametrize("text", ["Europe/Berlin", ":Europe/Berlin", "/usr/share/zoneinfo/Europe/Berlin"])
    def test_the_environment_says(self, text):
        assert system_zone({"TZ": text}).key == "Europe/Berlin"

    def test_a_file_says(self):
        (self.folder / "timezone").write_text("Asia/Tokyo\n")
        assert system_zone({"TZ": "Nowhere/Atall"}).key == "Asia/Tokyo"

    def test_a_link_says(self):
        (self.folder / "localtime").symlink_to("/usr/share/zoneinfo/Africa/Cairo")
        assert system_zone({"TZ": "../../etc/passwd"}).key == "Africa/Cairo"


def test_public_holidays():
    found = find_holidays("US", None, 2026)
    assert found[date(2026, 7, 3)]
    assert date(2026, 11, 26) in found
    assert {day.year for day in found} == {2026}
    assert date(2026, 1, 6) in find_holidays("DE", "BY", 2026)
    for country, subdivision, hint in (("Q1", None, "such as"), ("DE", "BYY", "did you mean 'BY'")):
        with pytest.raises(Refused, match=hint):
            find_holidays(country, subdivision, 2026)
    with pytest.raises(Refused, match="subdivision"):
        find_holidays("US", "zzzzzz", 2026)


def test_holidays_count_and_are_kept(tmp_path):
    (tmp_path / "config.yaml").write_text("timezone: UTC\ncalendar: {country: US}\n")
    friday = ManualClock(datetime(2026, 7, 2, 18, tzinfo=UTC))
    flow = Jobflow.open(tmp_path, clock=friday)
    thanks = next(task for task in flow.add("Acme").tasks if task.name == "thank_you")
    assert thanks.due_at == datetime(2026, 7, 6, 18, tzinfo=UTC)
    assert flow.store.holidays("US", None, 2026)
    flow.close()


def test_templates_of_the_user_go_first(tmp_path):
    own = TemplateFiles(str(tmp_path))
    assert "{{ company }}" in own["elsewhere"]
    (tmp_path / "elsewhere.txt").write_text("mine")
    (tmp_path / "other.txt").write_text("other")
    assert TemplateFiles(str(tmp_path))["elsewhere"] == "mine"
    assert list(own) == sorted({*TEMPLATES, "other"})
    assert len(own) == len(TEMPLATES) + 1
    assert own.get("../elsewhere") is None
    assert own.get("nowhere", "") == ""
    assert tuple(TemplateFiles(None)) == TEMPLATES


class Test_workflow_files:
    def test_an_unchanged_source_is_compiled_once(self):
        assert WorkflowFiles(None).load("after-interview") is WorkflowFiles(None).load("after-interview")

    def test_a_changed_base_is_noticed(self, tmp_path):
        base = WorkflowFiles(None).load("after-interview").text.replace("workflow: after-interview", "workflow: base")
        (tmp_path / "base.yaml").write_text(base)
        (tmp_path / "mine.yaml").write_text("format: 1\nworkflow: mine\nversion: 1\nextends: base\n")
        files = WorkflowFiles(str(tmp_path))
        first = files.load("mine").workflow
        assert files.load("mine").workflow is first
        (tmp_path / "base.yaml").write_text(base.replace("title: Interviewed", "title: Just interviewed"))
        assert files.load("mine").workflow.states["interviewed"].title == "Just interviewed"
        assert set(files.names()) - set(shipped_names()) == {"base", "mine"}

    def test_an_own_file_goes_before_the_one_that_ships(self, tmp_path):
        (tmp_path / "after-interview.yaml").write_text("format: 1\n")
        with pytest.raises(InvalidFile, match=r"after-interview\.yaml"):
            WorkflowFiles(str(tmp_path)).load("after-interview")


class Rich:
    """A condition that a workflow may name."""

    name = "well_paid"

    def evaluate(self, facts, arguments):
        return facts.get("salary", 0) >= arguments.get("at_least", 0)


class Box:
    """A channel that keeps what it is given."""

    name = "box"

    def __init__(self):
        self.got = []

    def send(self, message):
        self.got += message.parts or (message,)
        return jobflow.Sent()


class Plugin:
    """One object that offers both."""

    def __init__(self):
        self.box = Box()

    @jobflow.hookimpl
    def jobflow_channels(self):
        return [self.box]

    @jobflow.hookimpl
    def jobflow_conditions(self):
        return [Rich()]


WORKFLOW = """
format: 1
workflow: paid
version: 1
initial: open
facts: {salary: {type: number}}
states:
  open:
    tasks: {cheer: {kind: todo, due: 1 day, when: {condition: {well_paid: {at_least: 50}}}}}
    transitions: [{to: done, after: 9 weeks, outcome: over}]
  done: {final: true}
"""


def test_plugins_offer_channels_and_conditions(tmp_path):
    (tmp_path / "workflows").mkdir()
    (tmp_path / "workflows" / "paid.yaml").write_text(WORKFLOW)
    (tmp_path / "config.yaml").write_text("timezone: UTC\nchannels: {box: {}}\nworkflow: paid\n")
    plugin = Plugin()
    flow = Jobflow.open(tmp_path, clock=CLOCK, plugins=[plugin])
    assert flow.add("Acme").tasks == ()
    assert [task.name for task in flow.set("acme", {"salary": 60}).tasks] == ["cheer"]
    flow.tick(datetime(2026, 3, 11, 9, tzinfo=UTC))
    assert [message.kind for message in plugin.box.got] == ["due"]
    flow.close()


def test_a_plugin_with_an_unknown_hook_is_refused():
    class Odd:
        @jobflow.hookimpl
        def jobflow_chanels(self):
            return []

    with pytest.raises(jobflow.JobflowError, match="did you mean 'jobflow_channels'"):
        Jobflow.open(plugins=[Odd()])
