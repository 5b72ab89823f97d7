"""The search in numbers, as text."""

from __future__ import annotations

from collections.abc import Iterator

from jobflow.core.long_dates import MONTHS
from jobflow.core.statistics import FEWEST, WAITS, ResponseTimes, Stats, Wait, middle
from jobflow.render.words import bold, dim, plural

_BAR = 24
_LONGEST = 10


def stats_lines(found: Stats) -> Iterator[str]:
    """A glance: how far, how fast, who is late, what changed."""
    if not found.applications:
        yield "Nothing is recorded yet."
        return
    yield bold("How far they came")
    most = max(found.funnel.values()) or 1
    for stage, count in found.funnel.items():
        bar = "█" * round(_BAR * count / most)
        yield f"  {stage:<17}{count:>5}  {bar}".rstrip()
    if found.outcomes:
        ends = ", ".join(f"{outcome.replace('_', ' ')} {count}" for outcome, count in found.outcomes.items())
        yield dim(f"  closed: {ends}")
    yield bold("How long employers take to answer")
    yield from (f"  {_times(times)}" for times in found.times)
    fastest = [(name, waits) for name, waits in found.employers.items() if len(waits) > 1]
    for name, waits in fastest[:_LONGEST]:
        yield dim(f"    {name}: {plural(len(waits), 'answer')}, in the middle after {_days(middle(waits))}")
    if found.waiting:
        yield bold("Who has not answered yet")
        yield from (f"  {waiting_line(wait, found)}" for wait in found.waiting[:_LONGEST])
        if len(found.waiting) > _LONGEST:
            yield f"  and {len(found.waiting) - _LONGEST} more"
    month, before = found.month, found.month_before
    yield bold(f"{MONTHS[month.begins.month - 1]} so far (in {MONTHS[before.begins.month - 1]})")
    yield "  " + ", ".join(f"{name} {count} ({before.counts[name]})" for name, count in month.counts.items())


def _times(times: ResponseTimes) -> str:
    where = WAITS[times.after]
    seen = f"{plural(times.curve.observed, 'answer')}, {times.curve.censored} without"
    if times.too_few:
        return f"{where}: too few to say ({seen}; it takes {FEWEST})"
    half = f"half have answered by day {times.median:g}" if times.median is not None else "fewer than half ever answer"
    return f"{where}: {half}; those that answered at all mostly did so within {times.most} days ({seen})"


def waiting_line(wait: Wait, found: Stats) -> str:
    """One that is waited for, beside what is usual."""
    times = found.times_after(wait.after)
    line = f"{wait.company}: {_days(int(wait.days))} {WAITS[wait.after]}"
    if times.most is None:
        return line
    if wait.days > times.most:
        usual = f"employers who answered at all did so within {times.most} days (9 in 10)"
        return f"{wait.company}, {WAITS[wait.after]}: {usual}; this one is at {int(wait.days)}"
    return f"{line} (usual: up to {times.most})"


def _days(days: float) -> str:
    return f"{round(days, 1):g} {'day' if round(days, 1) == 1 else 'days'}"
