"""The folder, who may look into it, and config.yaml."""

from __future__ import annotations

import os
import shlex
import stat
import sys
from collections.abc import Iterator

from jobflow.bootstrap import kit_of, read_settings, workflow_files
from jobflow.core.errors import JobflowError, UnknownName
from jobflow.doctor.check import Check, refused
from jobflow.doctor.patient import Patient

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def folder(patient: Patient) -> Iterator[Check]:
    """It is there, it is the user's, nobody else reads it, and it can be written to."""
    home = patient.home
    if not os.path.lexists(home.data):
        yield Check("home", "ok", f"{home.data} is not there yet: nothing is recorded")
        return
    for check in (_access, _owner, _privacy):
        fault = check(patient)
        if fault is not None:
            yield fault
            return
    yield Check("home", "ok", f"{home.data}, private")


def _access(patient: Patient) -> Check | None:
    data = patient.home.data
    if not os.path.isdir(data):
        return Check("home", "fault", f"{data} is no folder.", "--home or JOBFLOW_HOME names another")
    if not os.access(data, os.R_OK | os.W_OK | os.X_OK):
        return Check(
            "home", "fault", f"{data} can't be written to: nothing can be recorded.", f"chmod u+rwx {_q(data)}"
        )
    return None


def _owner(patient: Patient) -> Check | None:
    for path in _ours(patient):
        if sys.platform != "win32" and os.stat(path).st_uid != os.getuid():
            mend = f"sudo chown -R {os.getuid()} {_q(patient.home.data)}"
            return Check("home", "fault", f"{path} belongs to somebody else (sudo was used?).", mend)
    return None


def _privacy(patient: Patient) -> Check | None:
    """Both folders and the database for the user alone; config.yaml and plugins run commands: nobody else may write."""
    if sys.platform == "win32":
        return None
    home = patient.home
    for path in _ours(patient):
        mode = stat.S_IMODE(os.stat(path).st_mode)
        private = path in (home.data, home.database, home.plugins_file)
        if mode & (_OTHERS if private else _OTHERS_WRITE):
            mend = f"chmod go-rwx {_q(path)}"
            return Check("home", "fault", f"others may {'look into' if private else 'change'} {path}.", mend)
    return None


def _ours(patient: Patient) -> list[str]:
    home = patient.home
    paths = (home.data, home.config, home.database, home.config_file, home.plugins, home.plugins_file)
    return [path for path in dict.fromkeys(paths) if os.path.exists(path)]


def _q(path: str) -> str:
    return shlex.quote(path)


def config(patient: Patient) -> Iterator[Check]:
    """config.yaml is sound, and the default workflow is there."""
    home = patient.home
    try:
        settings = read_settings(home, kit_of(home))
        names = workflow_files(home).names()
        if settings.workflow not in names:
            raise UnknownName("workflow", settings.workflow, names)
    except JobflowError as error:
        yield refused("config", error, "jobflow config check")
        return
    there = os.path.lexists(home.config_file)
    yield Check("config", "ok", home.config_file if there else f"{home.config_file} is not there: the defaults hold")


def copies(patient: Patient) -> Iterator[Check]:
    """Copies of the database beside it: they hold everything of their time, what was erased since, too."""
    prefix = f"{os.path.basename(patient.home.database)}."
    try:
        names = sorted(name for name in os.listdir(patient.home.data) if name.startswith(prefix))
    except OSError:
        return
    found = [name for name in names if not name.endswith(".lock")]
    if found:
        what = (
            f"{', '.join(found)}: {'copies' if len(found) > 1 else 'a copy'} from before, with all that was in it then."
        )
        yield Check("copies", "warning", what, f"delete what you need no more in {patient.home.data}")


def crashes(patient: Patient) -> Iterator[Check]:
    """What was kept of bugs."""
    try:
        count = len(os.listdir(patient.home.crashes))
    except OSError:
        return
    if count:
        found = f"{count} report{'s' if count > 1 else ''} of bugs in {patient.home.crashes}."
        yield Check("crashes", "warning", found, "send them along, then delete them")
