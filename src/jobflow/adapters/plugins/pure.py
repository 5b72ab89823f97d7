"""Conditions and calendars of plugins: pure, and run in this process. What they do wrong is reported, not raised.

One that never returns is interrupted after its deadline, counts as unknown, and is called no more in this tick. That
needs the interpreter to come by: one that never leaves a loop in C keeps it from that. There the command line, whose
process is nobody else's, ends itself, and says in which line of the plugin; what was not committed is decided anew.
"""

from __future__ import annotations

import faulthandler
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from copy import deepcopy
from datetime import date
from typing import Any

from jobflow.adapters.plugins.kit import Kit
from jobflow.adapters.plugins.saying import raised
from jobflow.contracts import DEADLINE, Verdict
from jobflow.core.context import ConditionFunction
from jobflow.core.errors import JobflowError

SECONDS: float = DEADLINE
"""How long one call may take."""
BLOCKED = 5.0
"""Seconds more, after which a process that may end itself does so."""
_AGAIN = 1.0
"""Seconds until one that caught the interruption is interrupted again."""


class _TooLong(BaseException):
    """A plugin's code did not return: whatever it catches itself, it does not catch this by `except Exception`."""


@contextmanager
def _deadline(may_end: bool) -> Iterator[None]:
    """Raise `_TooLong` in the block after the deadline; not where signals can't do that, or are an embedder's."""
    if not _may_alarm():
        yield
        return
    inside, struck = True, False

    def strike(_signal: int, _frame: object) -> None:
        nonlocal struck
        struck = True
        if inside:
            raise _TooLong

    before = signal.signal(signal.SIGALRM, strike)
    signal.setitimer(signal.ITIMER_REAL, SECONDS, _AGAIN)
    try:
        with _watched() if may_end else nullcontext():
            yield
    finally:
        inside = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    if struck:  # It caught the interruption, and came back after all.
        raise _TooLong


def _may_alarm() -> bool:
    """Not in threads, not on Windows, and not where somebody else waits for an alarm: there is only one."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        return False
    return signal.getitimer(signal.ITIMER_REAL) == (0, 0)


@contextmanager
def _watched() -> Iterator[None]:
    """End the process where even the interruption does not come through; standard error shows where it hung."""
    with suppress(AttributeError, ValueError, OSError):  # No real standard error: then nobody could be told.
        faulthandler.dump_traceback_later(SECONDS + BLOCKED, exit=True, file=sys.stderr)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


def conditions(kit: Kit) -> dict[str, ConditionFunction]:
    """Every registered condition, as the core calls it."""
    return {name: _condition(kit, name) for name in kit.names("jobflow_conditions")}


def _condition(kit: Kit, name: str) -> ConditionFunction:
    def holds(facts: Mapping[str, Any], arguments: Mapping[str, object]) -> bool:
        # Copies: what it changes in them must change nothing that is recorded.
        own = deepcopy(dict(facts)), deepcopy(dict(arguments))
        verdict = _guarded(kit, "jobflow_conditions", name, "condition", lambda it: it.evaluate(*own))
        if isinstance(verdict, Verdict):
            verdict = verdict.holds
        if verdict is not None and not isinstance(verdict, bool):
            _note(kit, f"condition {name} answered {type(verdict).__name__} where a Verdict was expected")
        return verdict is True

    return holds


def days_off(kit: Kit, names: tuple[str, ...]) -> Callable[[int], Mapping[date, str]]:
    """The days off of these registered calendars in a year."""

    def of_year(year: int) -> Mapping[date, str]:
        found: dict[date, str] = {}
        for name in names:
            days = _guarded(kit, "jobflow_calendars", name, "calendar", lambda it: dict(it.days_off(year)))
            found |= {day: str(title) for day, title in (days or {}).items() if type(day) is date}
        return found

    return of_year


def _guarded(kit: Kit, hook: str, name: str, kind: str, call: Callable[[Any], Any]) -> Any:
    """What the call gives for the registered object; None, and a fault to report, where it raises."""
    what = f"{kind} {name}"
    if what in kit.hung:
        return None
    try:
        with _deadline(kit.may_end):
            return call(kit.value(hook, name))
    except _TooLong:
        kit.hung.add(what)  # once is enough: there may be thousands of applications
        _note(kit, f"{what} did not return within {SECONDS:g} s")
    except JobflowError as error:
        _note(kit, f"{what}: {error.message}")
    except (Exception, SystemExit) as error:
        _note(kit, f"{what} raised {raised(error)}")
    return None


def _note(kit: Kit, fault: str) -> None:
    line = f"{fault.rstrip('.')}. It counts as unknown."
    if line not in kit.faults:
        kit.faults.append(line)
