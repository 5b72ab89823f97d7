"""Calls a plugin's channel, step or hook in a process of its own, and takes nothing but a proper answer for one.

Whatever else comes of it is one `PluginFault`, which names the plugin, what it did, and where. What that counts as is
for the engine to decide. Each call costs a process (some 100 ms) and at most its deadline.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import quote

from jobflow.adapters.plugins.allowance import Allowance
from jobflow.adapters.plugins.examine import Offers, ask, hooks_of
from jobflow.adapters.plugins.options import ChannelOffer, make
from jobflow.adapters.plugins.process import MOST_ERRORS, MOST_OUTPUT, Ended, run
from jobflow.adapters.plugins.reference import load
from jobflow.adapters.plugins.saying import one_line
from jobflow.adapters.plugins.secrets import with_secrets
from jobflow.adapters.plugins.wire import WireFault, decode, encode
from jobflow.contracts import (
    DEADLINE,
    AgendaItem,
    Channel,
    Failed,
    Message,
    Outcome,
    Retry,
    Secret,
    Sent,
    StepContext,
    StepResult,
)
from jobflow.core.errors import JobflowError, PluginFault

if TYPE_CHECKING:
    from jobflow.core.records import Record

MEMORY = 1024 * 1024 * 1024
"""Bytes of address space that a plugin may use."""
_COMMAND = (sys.executable, "-P", "-X", "utf8", "-m", "jobflow.adapters.plugins.child")
_PASSED_ON = frozenset(
    "PATH HOME LANG TZ TMPDIR XDG_RUNTIME_DIR DBUS_SESSION_BUS_ADDRESS PYTHONPATH"
    " HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY SYSTEMROOT TEMP".split()
)
_PASSED_ON_LIKE = ("LC_", "SSL_CERT_")


def minimal(environ: Mapping[str, str]) -> dict[str, str]:
    """The few variables that a plugin is given: none of them can be a secret of somebody else."""
    passed = {
        name: value
        for name, value in environ.items()
        if name.upper() in _PASSED_ON or name.upper().startswith(_PASSED_ON_LIKE)
    }
    return {"PATH": os.defpath} | passed


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """One enabled plugin: how it is called (`plugin`), where it is, and what it may use.

    `folder`: where single files of plugins are; `home`: the folder of jobflow's data, None in memory; `deadline` in
    seconds for one call, `memory` in bytes; `allowance`: what all plugins of a tick share, None for a call by itself.
    """

    plugin: str
    reference: str
    folder: str | None = None
    home: str | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    deadline: float = DEADLINE
    memory: int = MEMORY
    allowance: Allowance | None = None

    def refusal(self, part: str | None) -> str | None:
        """Why that part of it is not called any more in this tick; None where it is."""
        return None if self.allowance is None else self.allowance.refusal(self.plugin, part)

    def call(
        self, hook: str, part: str | None, value: Any, secrets: Mapping[str, Secret] | None = None, **more: Any
    ) -> Mapping[str, Any]:
        """The answer of one call: `{"answer": …}`, not yet looked at. Raises `PluginFault`.

        `part`: what of the plugin is called, in words; `value`: what it is given, encoded.
        """
        refusal = self.refusal(part)
        if refusal is not None:
            raise self.fault(part, refusal, nothing_left=True)
        secrets = secrets or {}
        deadline = min(self.deadline, self.allowance.deadline()) if self.allowance else self.deadline
        request = {
            "plugin": self.plugin,
            "reference": self.reference,
            "folder": None if self.folder is None else os.path.abspath(self.folder),
            "home": self.home,
            "hook": hook,
            "value": value,
            "secrets": {name: (secret.reference, secret.reveal()) for name, secret in secrets.items()},
            "deadline": deadline,
            "memory": self.memory,
            **more,
        }
        begun = time.monotonic()
        ended = self._run(json.dumps(request).encode(), part, deadline)
        if self.allowance is not None:
            self.allowance.took(self.plugin, part, time.monotonic() - begun, late=ended.late)
        return self._answer(ended, part, deadline, secrets.values())

    def fault(self, part: str | None, what: str, hint: str | None = None, *, nothing_left: bool = False) -> PluginFault:
        """What is raised where a call comes to no proper answer."""
        fault = PluginFault(self.plugin, what, part=part, hint=hint or f"jobflow plugin check {self.plugin}")
        fault.nothing_left = nothing_left
        return fault

    def _run(self, request: bytes, part: str | None, deadline: float) -> Ended:
        folder = self.home if self.home and os.path.isdir(self.home) else os.path.abspath(os.sep)
        try:
            return run(
                _COMMAND,
                request,
                environ=minimal(self.environ),
                folder=folder,
                deadline=deadline,
                answered=lambda output: output.endswith(b"\n"),
            )
        except OSError as error:
            raise self.fault(part, f"can't be started: {error.strerror or error}.", nothing_left=True) from error

    def _answer(self, ended: Ended, part: str | None, deadline: float, secrets: Iterable[Secret]) -> Mapping[str, Any]:
        hidden = tuple(secrets)
        if not ended.output.endswith(b"\n") or ended.flooded:
            raise self.fault(part, self._why(ended, deadline, hidden))
        try:
            answer = json.loads(ended.output)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict) or not (answer.keys() == {"answer"} or isinstance(answer.get("fault"), str)):
            raise self.fault(part, "wrote something else where its answer belongs.")
        if "fault" in answer:
            hint = answer.get("hint")
            clean = one_line(without_secrets(answer["fault"], hidden))
            mend = without_secrets(hint, hidden) if isinstance(hint, str) else None
            raise self.fault(part, clean, mend, nothing_left=answer.get("begun") is False)
        return answer

    def _why(self, ended: Ended, deadline: float, secrets: Iterable[Secret]) -> str:
        if ended.flooded:
            return f"answered with more than {MOST_OUTPUT // 2**20} MiB."
        if ended.late:
            return f"took longer than {deadline:.3g} s, and was ended.{_last_words(ended, secrets)}"
        if ended.status < 0:
            return f"was killed by {_signal(-ended.status)} before it answered.{_last_words(ended, secrets)}"
        return f"exited with status {ended.status} before it answered.{_last_words(ended, secrets)}"


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _last_words(ended: Ended, secrets: Iterable[Secret]) -> str:
    text = ended.errors.decode(errors="replace")
    if len(ended.errors) == MOST_ERRORS:
        text = text.partition("\n")[2]  # What is left of a line may be half a secret.
    lines = [line for line in without_secrets(text, secrets).splitlines() if line.strip()]
    return f" Its last words: {one_line(lines[-1], 160)}" if lines else ""


def without_secrets(text: str, secrets: Iterable[Secret]) -> str:
    """The text with every secret replaced by its reference: plugins put URLs and headers into their faults."""
    for secret in secrets:
        value = secret.reveal()
        forms = {value, quote(value, safe=""), repr(value)[1:-1], " ".join(value.split())}
        for form in sorted(forms - {""}, key=len, reverse=True):
            text = text.replace(form, f"[{secret.reference}]")
    return text


@dataclass(frozen=True, slots=True)
class _Child:
    """A channel of a plugin. `values`: its options as they stand in config.yaml, secrets by reference."""

    runner: Runner
    offer: ChannelOffer
    values: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Its name in config.yaml."""
        return self.offer.name

    @property
    def letters(self) -> bool:
        """Whether it takes the letters, and no reminders."""
        return self.offer.letters

    @property
    def spent(self) -> bool:
        """Whether it is not called any more in this tick: it hung, or the time that plugins share is used up."""
        return self.runner.refusal(self._part) is not None

    def here(self) -> Channel:
        """The channel itself, made in this process, its secrets looked up. Raises `JobflowError`."""
        return own_channel(self)

    def check(self) -> str | None:
        """What it lacks, in its own words; None too where it has no `check`. Raises as `send` does."""
        problem, secrets = self._called("check", None, str | None)
        return None if problem is None else one_line(without_secrets(problem, secrets))

    @property
    def _part(self) -> str:
        return f"channel '{self.name}'"

    def _outcome(self, hook: str, value: object, hint: Any) -> Outcome:
        outcome: Outcome
        outcome, secrets = self._called(hook, encode(value, hint), Outcome)
        return _clean(outcome, secrets)

    def _called(self, hook: str, value: object, answers: Any) -> tuple[Any, Sequence[Secret]]:
        part = self._part
        given = with_secrets(self.values, self.offer.options, self.runner.environ)
        secrets = {name: value for name, value in given.items() if isinstance(value, Secret)}
        options = {name: value for name, value in given.items() if name not in secrets}
        data = self.runner.call(hook, part, value, secrets, name=self.name, options=options)
        try:
            return decode(data["answer"], answers), tuple(secrets.values())
        except (WireFault, RecursionError) as fault:
            raise self.runner.fault(part, f"answered {fault}.") from None


class ChildChannel(_Child):
    """A plugin's channel that delivers messages."""

    __slots__ = ()

    def send(self, message: Message) -> Outcome:
        """What the plugin answered. Raises `PluginFault` where it did not, `SecretMissing` before it is called."""
        return self._outcome("channel", message, Message)


class ChildAgenda(_Child):
    """A plugin's channel that shows the open and coming tasks."""

    __slots__ = ()

    def show(self, agenda: Sequence[AgendaItem]) -> Outcome:
        """What the plugin answered. Raises `PluginFault` where it did not, `SecretMissing` before it is called."""
        return self._outcome("show", agenda, Sequence[AgendaItem])


class ChildBoth(ChildChannel, ChildAgenda):
    """A plugin's channel that does both."""

    __slots__ = ()


def child_channel(runner: Runner, offer: ChannelOffer, values: Mapping[str, Any]) -> Channel:
    """The channel, with the methods that the plugin's own one has."""
    if not offer.sends and not offer.shows:
        return cast(Channel, _Child(runner, offer, values))
    if offer.shows:
        return cast(Channel, (ChildBoth if offer.sends else ChildAgenda)(runner, offer, values))
    return ChildChannel(runner, offer, values)


def own_channel(child: _Child) -> Channel:
    """What a child's process would make and use, made here. Raises `PluginFault`, `SecretMissing` or `Refused`."""
    runner = child.runner
    plugin = load(runner.reference, runner.folder, name=runner.plugin)
    offered = ask(hooks_of(plugin, runner.plugin), "jobflow_channels", runner.plugin)
    for offer in offered:
        if getattr(offer, "name", None) == child.name:
            return make(offer, with_secrets(child.values, child.offer.options, runner.environ), runner.home)
    raise runner.fault(f"channel '{child.name}'", "is not offered any more.", f"jobflow plugin enable {runner.plugin}")


@dataclass(frozen=True, slots=True)
class ChildStep:
    """A step of a plugin. `name`: its name in the workflow file."""

    runner: Runner
    name: str

    def run(self, context: StepContext) -> StepResult | Retry | Failed:
        """What the plugin answered. Raises `PluginFault` where it did not."""
        part = f"step '{self.name}'"
        data = self.runner.call("step", part, encode(context, StepContext), name=self.name)
        try:
            result: StepResult | Retry | Failed = decode(data["answer"], StepResult | Retry | Failed)
        except (WireFault, RecursionError) as fault:
            raise self.runner.fault(part, f"answered {fault}.") from None
        return result if isinstance(result, StepResult) else _clean(result, ())


def recorded(runner: Runner, events: Sequence[Record]) -> None:
    """Let the plugin's `jobflow_recorded` look at what was recorded. Raises `PluginFault`."""
    from jobflow.core.records import Record

    runner.call("recorded", "hook jobflow_recorded", encode(events, Sequence[Record]))


def offers_of(runner: Runner) -> Offers:
    """What the plugin offers, its code run there and not here. Raises `PluginFault`."""
    data = runner.call("examine", None, None)
    try:
        return Offers.from_json(data["answer"])
    except (JobflowError, LookupError, TypeError, ValueError, AttributeError):
        raise runner.fault(None, "answered something else than what it offers.") from None


_Said = TypeVar("_Said", bound=Outcome)


def _clean(outcome: _Said, secrets: Iterable[Secret]) -> _Said:
    if isinstance(outcome, Sent):
        if outcome.reference is None:
            return outcome
        return replace(outcome, reference=one_line(without_secrets(outcome.reference, secrets)))
    return replace(outcome, reason=one_line(without_secrets(outcome.reason, secrets)))
