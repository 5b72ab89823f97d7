"""The machine: Python, jobflow itself, and the time zone."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from importlib import metadata
from zoneinfo import ZoneInfo

from jobflow import __version__
from jobflow.adapters.system_zone import LOCALTIME_LINK, TIMEZONE_FILE
from jobflow.doctor.check import Check, refused
from jobflow.doctor.patient import Patient

OTHER = "jobflow"
"""A distribution that has the same import name: it runs workflows of materials science."""
OURS = "jobflow-followup"
OLDEST = (3, 11)


def python(_patient: Patient) -> Iterator[Check]:
    """Its version."""
    found = f"Python {sys.version.split()[0]}, {sys.executable}"
    if sys.version_info < OLDEST:
        yield Check("python", "fault", f"{found}: too old.", "install Python 3.11 or newer")
    else:
        yield Check("python", "ok", found)


def itself(_patient: Patient) -> Iterator[Check]:
    """Its version, and whether a stranger of the same name lies over it."""
    try:
        other = metadata.version(OTHER)
    except metadata.PackageNotFoundError:
        yield Check("jobflow", "ok", f"jobflow {__version__}, {os.path.dirname(os.path.dirname(__file__))}")
        return
    yield Check(
        "jobflow",
        "fault",
        f"the distribution 'jobflow' {other}, a library for materials science, is installed beside '{OURS}';"
        " both are imported as jobflow, and each overwrites files of the other.",
        f"{sys.executable} -m pip uninstall jobflow, then {sys.executable} -m pip install --force-reinstall {OURS}",
    )


def zone(patient: Patient) -> Iterator[Check]:
    """Where it comes from."""
    if patient.settings.timezone:
        try:
            yield Check("timezone", "ok", f"{patient.zone.key}, from config.yaml")
        except Exception as error:  # tzdata itself may be damaged
            yield Check("timezone", "fault", f"{patient.settings.timezone}: {error}.", "timezone: in config.yaml")
        return
    named = patient.environ.get("TZ", "").removeprefix(":")
    mend = f"timezone: Europe/London (or yours) in {patient.home.config_file}"
    if named and not _known(named):
        yield Check("timezone", "warning", f"TZ={named} is no zone by name; {patient.zone.key} is used.", mend)
    elif not named and not os.path.exists(TIMEZONE_FILE) and not os.path.exists(LOCALTIME_LINK):
        yield Check("timezone", "warning", f"this system does not say; {patient.zone.key} is used.", mend)
    else:
        yield Check("timezone", "ok", f"{patient.zone.key}, from the system")


def _known(name: str) -> bool:
    try:
        ZoneInfo(name.rpartition("zoneinfo/")[2])
    except (OSError, ValueError, KeyError):
        return False
    return True


def holidays(patient: Patient) -> Iterator[Check]:
    """Whether the configured country has any."""
    from jobflow.adapters.public_holidays import find_holidays
    from jobflow.core.errors import Refused

    country, subdivision = patient.settings.country, patient.settings.subdivision
    if country is None:
        yield Check("holidays", "ok", "no country is configured: no public holidays")
        return
    year = patient.now.year
    try:
        days = find_holidays(country, subdivision, year)
    except Refused as error:
        yield refused("holidays", error, f"calendar: in {patient.home.config_file}")
        return
    where = f"{country} {subdivision}" if subdivision else country
    if days:
        yield Check("holidays", "ok", f"{len(days)} of {where} in {year}")
    else:
        yield Check("holidays", "warning", f"none are known of {where} in {year}.", "calendar: {days_off: […]}")
