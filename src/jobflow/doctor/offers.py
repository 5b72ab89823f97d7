"""Plugins and channels: they load, and have what they need here."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from jobflow.adapters.console import Console
from jobflow.adapters.plugins.process import run
from jobflow.adapters.plugins.saying import named, one_line
from jobflow.bootstrap import kit_of
from jobflow.contracts import DEADLINE
from jobflow.core.errors import JobflowError, UnknownName
from jobflow.doctor.check import Check, refused
from jobflow.doctor.patient import Patient


def plugins(patient: Patient) -> Iterator[Check]:
    """Each that is enabled is loaded, and asked what it offers."""
    try:
        enabled = kit_of(patient.home).plugins
    except JobflowError as error:
        yield refused("plugins", error, "jobflow plugin list")
        return
    for plugin in enabled:
        fault, hint = _loaded(patient, plugin.name)
        if fault is None:
            yield Check(f"plugin {plugin.name}", "ok", f"it loads ({plugin.source})")
        else:
            yield Check(f"plugin {plugin.name}", "fault", fault, hint or f"jobflow plugin disable {plugin.name}")


def _loaded(patient: Patient, name: str) -> tuple[str | None, str | None]:
    """What is wrong with it, and the mend. In a process of its own: it may exit, or never come back."""
    words = (sys.executable, "-P", "-m", "jobflow", *_home(patient), "--json", "plugin", "check", name)
    ended = run(words, b"", environ=patient.environ, folder=os.sep, deadline=DEADLINE)
    try:
        answer: Mapping[str, Any] = json.loads(ended.output)
        return answer["fault"], answer["hint"]
    except (ValueError, KeyError, TypeError):
        last = ended.errors.decode(errors="replace").strip().splitlines()[-1:]
        said = f": {one_line(last[0], 200)}" if last else "."
        return (f"it did not load within {DEADLINE} s." if ended.late else f"it can't be loaded{said}"), None


def _home(patient: Patient) -> tuple[str, ...]:
    home = patient.home
    return ("--home", home.data) if home.config == home.data else ()


def channels(patient: Patient) -> Iterator[Check]:
    """Each that config.yaml names is made, with its secrets, and asked what it lacks. Nothing is sent."""
    for name, options in patient.settings.channels.items():
        word = f"channel {name}"
        if name == Console.name:
            yield Check(word, "ok", "prints; what the schedule calls prints into its log")
            continue
        try:
            problem = _problem(patient, name, options)
        except JobflowError as error:
            yield refused(word, error)
        except (Exception, SystemExit) as error:  # A stranger's code: it must not stop the other checks.
            yield Check(word, "fault", f"its check raised {named(error)}.")
        else:
            yield Check(word, "ok", "ready") if problem is None else Check(word, "fault", one_line(problem, 400))


def _problem(patient: Patient, name: str, options: Mapping[str, Any]) -> str | None:
    channel = patient.kit.channel(name, options)
    if channel is None:
        raise UnknownName("channel", name, patient.kit.channel_names())
    try:
        check = getattr(channel, "check", None)
        problem = check() if check is not None else None
        return None if problem is None else str(problem)
    finally:
        close = getattr(channel, "close", None)
        if close is not None:
            close()
