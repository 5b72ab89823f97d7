"""The crontab: whatever stands in it stays, whatever the folder is called, cron runs the script in it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobflow.adapters.home import Home
from jobflow.adapters.schedule.crontab import block, quoted, without
from jobflow.adapters.schedule.job import EVERY, Job, job_of
from jobflow.core.errors import Refused

folders = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1).map(lambda text: f"/home/{text}")
naughty = st.text(st.sampled_from("a \\%'\"$`é!*#;&"), min_size=1).map(lambda text: f"/{text}")
lines = st.binary(max_size=20).map(lambda line: line.replace(b"\n", b"") + b"\n")
crontabs = st.one_of(st.binary(), st.lists(lines).map(b"".join))


def job(folder: str, every: int = 15) -> Job:
    return job_of(Home(folder, folder), every, {})


def vixie(command: str) -> str:
    r"""What Vixie's cron gives to the shell: `\%` is `%`, `\\` is `\`, a bare `%` ends the command."""
    return re.sub(r"\\([%\\])|(?<!\\)%.*", lambda found: found[1] or "", command)


def cronie(command: str) -> str:
    r"""What the others give: `\%` alone is unescaped."""
    return re.sub(r"\\(%)|%.*", lambda found: found[1] or "", command)


@pytest.mark.parametrize("cron", [vixie, cronie])
@given(st.lists(st.one_of(folders, naughty), min_size=1, max_size=20))
def test_the_shell_gets_the_very_path(cron: Callable[[str], str], paths: list[str]):
    line = " ".join(quoted(path) for path in paths)
    script = f"printf '%s\\0' {cron(line)}"
    done = subprocess.run(["/bin/sh"], input=script.encode(), capture_output=True, check=True)
    assert done.stdout.decode().split("\0")[:-1] == paths


@given(crontabs, folders, st.sampled_from((1, 15, 60)))
def test_what_was_there_before_is_there_afterwards(crontab: bytes, folder: str, every: int):
    whole = crontab if crontab.endswith(b"\n") or not crontab else crontab + b"\n"
    assert without(whole + block(job(folder, every)), job(folder)) == whole


@given(crontabs, st.lists(folders, min_size=2, max_size=4, unique=True))
def test_each_home_has_lines_of_its_own(crontab: bytes, homes: list[str]):
    text = b"".join(block(job(folder)) for folder in homes)
    assert without(text, job(homes[0])) == b"".join(block(job(folder)) for folder in homes[1:])


@pytest.mark.parametrize("torn", [0, 2])
def test_a_mark_without_its_other_one_is_refused(torn: int):
    lines = block(job("/home/you")).splitlines(keepends=True)
    del lines[torn]
    with pytest.raises(Refused, match="no pair any more"):
        without(b"".join([*lines, b"0 5 * * * mine\n"]), job("/home/you"))


def test_marks_in_the_wrong_order_are_refused():
    first, _, last = block(job("/home/you")).splitlines(keepends=True)
    for lines in ([last, b"0 5 * * * mine\n", first], [first, first, b"0 5 * * * mine\n", last, last]):
        with pytest.raises(Refused, match="no pair any more"):
            without(b"".join(lines), job("/home/you"))


def test_our_lines_twice_are_both_ours():
    ours = block(job("/home/you"))
    assert without(ours + b"a\n" + ours, job("/home/you")) == b"a\n"


@pytest.mark.parametrize(("every", "when"), [(1, "* * * * *"), (5, "*/5 * * * *"), (60, "0 * * * *")])
def test_how_often(every: int, when: str):
    assert block(job("/h", every)).splitlines()[1] == f"{when} /bin/sh /h/tick.sh".encode()


def test_every_part_of_an_hour_is_taken():
    assert set(EVERY) == {minutes for minutes in range(1, 61) if 60 % minutes == 0}


@pytest.mark.parametrize("every", [0, -5, 7, 45, 90])
def test_what_cron_can_not_say_evenly_is_refused(every: int):
    with pytest.raises(Refused, match="evenly"):
        job("/h", every)


@pytest.mark.parametrize("folder", ["/a\nb", "/a\x7f", "/a\x00", "/a\udcff"])
def test_a_folder_that_ends_the_line_is_refused(folder: str):
    with pytest.raises(Refused, match="no scheduler"):
        job(folder)


def test_names_are_no_patterns(tmp_path: Path):
    text = block(job("/home/a.b"))
    assert without(text, job("/home/aXb")) == text
