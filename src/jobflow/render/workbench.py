"""What the workbench found out about a workflow, as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from zoneinfo import ZoneInfo

from jobflow.core.when import spell_date
from jobflow.render.words import bold, clock, dim, fact_words, full_words, plural
from jobflow.workbench.checking import Checked
from jobflow.workbench.happenings import Happening, happenings
from jobflow.workbench.junit import difference
from jobflow.workbench.prove import Proof
from jobflow.workbench.replaying import Played
from jobflow.workbench.retelling import Retold
from jobflow.workbench.scenarios import Result
from jobflow.workbench.simulate import Distribution, Run
from jobflow.workbench.steps import Step

MOST_UNTAKEN = 10


def checked_lines(name: str, checked: Checked, zone: ZoneInfo) -> Iterator[str]:
    """Every finding with the way to it, then what holds."""
    for found in checked.findings:
        yield str(found.diagnostic)
        if found.counterexample:
            yield dim("  how it comes about:")
            yield from step_lines(found.counterexample, zone)
    if checked.ok:
        yield f"{name}: fine."
    elif checked.proofs:
        yield f"{name}: {plural(len(checked.findings), 'finding')}."
    yield from _proof_lines(checked.proofs)


def _proof_lines(proofs: Sequence[Proof]) -> Iterator[str]:
    stays = [proof for proof in proofs if proof.property == "bounded"]
    for proof in proofs:
        if proof.property != "bounded":
            yield f"  proved: {proof.words}"
        elif proof is stays[0]:
            days = ", ".join(f"{stay.rule.removeprefix('states/')} {stay.bound}" for stay in stays)
            yield f"  proved: every stay ends; days of silence at most: {days}"


def tested_lines(name: str, results: Sequence[Result], untaken: Sequence[str]) -> Iterator[str]:
    """One line for each scenario, what is otherwise under it; then the rules that none of them took."""
    failed = [result for result in results if result.failures]
    if not results:
        yield f"{name}: no scenarios. Write some under `scenarios:`, or into {name}.scenarios.yaml beside it."
        return
    for result in results:
        yield f"{bold('FAIL') if result.failures else 'ok  '}  {name}: {result.scenario.name}"
        for failure in result.failures:
            place = failure.place
            yield f"      {full_words(failure.at, result.scenario.zone)}  {difference(failure)}"
            yield dim(f"      {place.source}:{place.line}:{place.column}")
    told = "all hold" if not failed else f"{len(failed)} of them {'does' if len(failed) == 1 else 'do'} not hold"
    yield f"{name}: {plural(len(results), 'scenario')}, {told}; {plural(len(untaken), 'rule')} never taken."
    yield from (dim(f"      {path}") for path in untaken[:MOST_UNTAKEN])
    if len(untaken) > MOST_UNTAKEN:
        yield dim(f"      and {len(untaken) - MOST_UNTAKEN} more; --json lists them")


def distribution_lines(name: str, seed: int, told: Distribution) -> Iterator[str]:
    """How many ended how, and how long that took, how many contacts and messages."""
    years = f"{told.years:g} years of them"
    yield f"{name}: {told.runs} made-up applications, {years} (seeds {seed} to {seed + told.runs - 1})."
    yield "  How they end"
    for outcome, count in told.outcomes.items():
        yield f"    {outcome:<20}{count:>7}{round(100 * count / told.runs):>6} %"
    yield f"{'':<22}{'least':>9}{'median':>9}{'9 in 10':>9}{'most':>9}"
    rows = {"days to the end": told.days, "contacts": told.contacts, "messages to you": told.messages}
    for what, values in rows.items():
        yield f"    {what:<18}" + "".join(f"{value:>9}" for value in values)


def run_lines(name: str, run: Run, zone: ZoneInfo) -> Iterator[str]:
    """The days of one made-up application."""
    answers = "never answers" if run.employer == "never" else f"answers {run.employer}"
    ends = f"ends as {run.outcome} after {plural(run.days, 'day')}" if run.days is not None else "is still open"
    yield f"{name}, seed {run.seed}: the employer {answers}; it {ends}, with {plural(run.contacts, 'contact')}."
    yield from _day_lines(tuple(happenings(run.turns)), zone)


def replayed_lines(played: Played, zone: ZoneInfo) -> Iterator[str]:
    """What happened as steps were played, and how it ended."""
    if played.replay.title:
        yield bold(played.replay.title)
    yield from _day_lines(played.happened, zone)
    ends = {
        "closed": "It is closed.",
        "nothing is due": f"It stays in '{played.state}': nothing is due any more.",
        "goes on": "And so on.",
    }
    yield ends.get(played.end, played.end)


def _day_lines(happened: Sequence[Happening], zone: ZoneInfo) -> Iterator[str]:
    for day, of_day in groupby(happened, key=lambda item: item.at.astimezone(zone).date()):
        yield bold(spell_date(day))
        for item in of_day:
            whom = f" ({item.whom})" if item.whom else ""
            yield f"  {clock(item.at, zone)}  {_WORDS[item.what]} {item.name}{whom}"


def retold_lines(retold: Retold, name: str) -> Iterator[str]:
    """What would have been otherwise for one of the user's own applications."""
    head = bold(f"{retold.company} ({retold.application})")
    if not retold.differences and not retold.refused:
        yield f"{head}: nothing would have been otherwise."
        return
    yield head
    for item in retold.differences:
        what = f"{_WORDS[item.what]} {item.name}{f' ({item.whom})' if item.whom else ''}"
        if item.before is None and item.after is not None:
            yield f"  + {full_words(item.after, retold.zone)}  {what}"
        elif item.after is None and item.before is not None:
            yield f"  - {full_words(item.before, retold.zone)}  {what}"
        elif item.before is not None and item.after is not None:
            yield f"  ~ {full_words(item.after, retold.zone)}  {what}, not {full_words(item.before, retold.zone)}"
    for step, why in retold.refused:
        yield f"  ! {full_words(step.at, retold.zone)}  {step_words(step)}: {why.splitlines()[0]}"


_WORDS = {
    "begins": "begins in",
    "happened": "happens:",
    "moves": "moves to",
    "opens": "opens:",
    "done": "you do:",
    "skipped": "you skip:",
    "lapses": "lapses:",
    "withheld": "is withheld:",
    "put_off": "you put off:",
}


def step_lines(steps: Sequence[Step], zone: ZoneInfo) -> Iterator[str]:
    """One line for each: when, and what is said then."""
    for step in steps:
        yield f"    {full_words(step.at, zone)}  {step_words(step)}"


def step_words(step: Step) -> str:
    """What is said, as one would type it; `wait` where time passes and nothing is."""
    parts = [bold(step.verb), step.name, f"of {step.whom}" if step.whom else ""]
    parts += [f"{name}={'' if value is None else fact_words(value)}" for name, value in step.facts.items()]
    parts += [f"{role}={name}" for role, name in step.contacts]
    return " ".join(part for part in parts if part)
