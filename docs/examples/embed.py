"""A follow-up assistant in a few lines: jobflow inside another program, in memory, with a clock set by hand."""

from datetime import UTC, date, datetime, timedelta

from jobflow import Context, Jobflow, Log, NewContact, Settings, decide, load_workflow
from jobflow.core.application import ApplicationState
from jobflow.core.inputs import Add
from jobflow.core.calendar import Calendar
from jobflow.testing import ManualClock
