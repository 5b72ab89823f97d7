"""What runs in a plugin's own process: one call, its answer on a pipe that the plugin's own output can't reach.

`python -P -m jobflow.adapters.plugins.child`, with the request as JSON on standard input; `parent` is its other end.
The answer is one line of JSON: `{"answer": …}`, or `{"fault": …}`, which goes on from the plugin's name.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from jobflow.adapters.plugins.reference import load, parse
from jobflow.adapters.plugins.saying import files_of, raised
from jobflow.adapters.plugins.wire import WireFault, decode, encode, spelled
from jobflow.core.errors import JobflowError, PluginFault

MOST_FILE = 256 * 1024 * 1024
"""Bytes that one file written by a plugin may have."""
ORPHANED = 1.0
"""Seconds after its deadline that a process ends by itself, if nobody has ended it."""
MOST_TEXT = 10_000
"""Characters that are carried: more than are shown, so that a secret among them is whole where it is hidden."""


def main() -> None:
    """Answer the request on standard input, and end."""
    answers = os.fdopen(_private_output(), "wb", buffering=0)
    request = json.loads(sys.stdin.buffer.read())
    _turn_away_input()
    _bound(request["memory"], request["deadline"])
    answer, after = _answer(request)
    with suppress(OSError):  # A plugin that closed all there is to close: no answer is the answer.
        _write(answers.fileno(), json.dumps(answer).encode() + b"\n")
    after()
    _leave()


def _private_output() -> int:
    """What the plugin prints goes to standard error: the pipe of standard output gets another, private number."""
    private = os.dup(1)
    os.dup2(2, 1)
    return private


def _turn_away_input() -> None:
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)


def _write(fd: int, line: bytes) -> None:
    while line:
        line = line[os.write(fd, line) :]


def _leave() -> None:
    """End at once, whatever threads are still at it; but what was to be done at the end is done."""
    import atexit

    with suppress(BaseException):
        atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(BaseException):
            stream.flush()
    os._exit(0)


def _bound(memory: int, deadline: float) -> None:
    if sys.platform == "win32":
        return
    import resource

    limits = (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, MOST_FILE),
        (resource.RLIMIT_AS, memory),
    )
    for limit, bound in limits:
        _, most = resource.getrlimit(limit)
        if most != resource.RLIM_INFINITY:
            bound = min(bound, most)
        with suppress(ValueError, OSError):  # macOS knows no RLIMIT_AS.
            resource.setrlimit(limit, (bound, bound))
    # Should jobflow itself be killed, nobody else ends this one.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, deadline + ORPHANED)


After = Callable[[], None]


def _answer(request: dict[str, Any]) -> tuple[dict[str, Any], After]:
    """What to write, and what to do when it is written."""
    try:
        plugin = load(request["reference"], request["folder"], name=request["plugin"])
        answer, after = _HOOKS[request["hook"]](plugin, request)
        return {"answer": answer}, after
    except PluginFault as fault:
        return _fault(request, fault.what, fault.hint)
    except WireFault as fault:
        return _fault(request, f"answered {fault}.")
    except JobflowError as fault:  # Its options do not fit.
        return _fault(request, f"can't be used: {fault.message}", fault.hint)
    except MemoryError:
        return _fault(request, f"needed more memory than the {request['memory'] / 2**20:.0f} MiB that it may use.")
    except BaseException as error:
        return _fault(request, f"raised {raised(error, _files(request), MOST_TEXT)}.")


def _fault(request: dict[str, Any], what: str, hint: str | None = None) -> tuple[dict[str, Any], After]:
    """`begun`: whether something may have left already."""
    return {"fault": what, "hint": hint, "begun": "begun" in request}, _nothing


def _files(request: dict[str, Any]) -> str | None:
    return files_of(parse(request["reference"]).module)


def _nothing() -> None:
    pass


def _offered(plugin: object, hook: str) -> Sequence[Any]:
    """What the hook gives, asked for on the same road as when the plugin was enabled."""
    from jobflow.hookspecs import plugin_manager

    return tuple(item for offered in getattr(plugin_manager([plugin]).hook, hook)() for item in offered)


def _named(plugin: object, request: dict[str, Any], hook: str, what: str) -> Any:
    for offer in _offered(plugin, hook):
        if getattr(offer, "name", None) == request["name"]:
            return offer
    again = f"jobflow plugin enable {request['plugin']}"
    raise PluginFault(request["plugin"], f"offers no {what} '{request['name']}' any more.", hint=again)


def _channel(plugin: object, request: dict[str, Any]) -> tuple[Any, After]:
    from jobflow.contracts import Message, Outcome

    channel = _made(plugin, request)
    message = decode(request["value"], Message)
    request["begun"] = True
    outcome = channel.send(message)
    return _encoded(outcome, Outcome), getattr(channel, "close", _nothing)


def _show(plugin: object, request: dict[str, Any]) -> tuple[Any, After]:
    from jobflow.contracts import AgendaItem, Outcome

    channel = _made(plugin, request)
    outcome = channel.show(decode(request["value"], Sequence[AgendaItem]))
    return _encoded(outcome, Outcome), getattr(channel, "close", _nothing)


def _check(plugin: object, request: dict[str, Any]) -> tuple[Any, After]:
    channel = _made(plugin, request)
    check = getattr(channel, "check", None)
    problem = None if check is None else check()
    return encode(problem, str | None), getattr(channel, "close", _nothing)


def _made(plugin: object, request: dict[str, Any]) -> Any:
    from jobflow.adapters.plugins.options import make
    from jobflow.contracts import Secret

    secrets = {name: Secret(*parts) for name, parts in request["secrets"].items()}
    return make(_named(plugin, request, "jobflow_channels", "channel"), request["options"] | secrets, request["home"])


def _step(plugin: object, request: dict[str, Any]) -> tuple[Any, After]:
    from jobflow.contracts import Failed, Retry, StepContext, StepResult

    step = _named(plugin, request, "jobflow_steps", "step")
    result = step.run(decode(request["value"], StepContext))
    return _encoded(result, StepResult | Retry | Failed), getattr(step, "close", _nothing)


def _recorded(plugin: object, request: dict[str, Any]) -> tuple[Any, After]:
    from jobflow.core.records import Record
    from jobflow.hookspecs import plugin_manager

    events = decode(request["value"], Sequence[Record])
    plugin_manager([plugin]).hook.jobflow_recorded(events=events)
    return None, _nothing


def _examine(plugin: object, request: dict[str, Any]) -> tuple[Any, After]:
    from jobflow.adapters.plugins.examine import examine

    return examine(plugin, request["plugin"]).to_json(), _nothing


def _encoded(value: object, hint: Any) -> Any:
    try:
        data = encode(value, hint)
    except RecursionError:
        raise WireFault("", value, f"{spelled(hint)} that ends") from None
    for name in ("reason", "reference"):  # What nobody can show need not be carried.
        if isinstance(data.get(name), str):
            data[name] = data[name][:MOST_TEXT]
    return data


_HOOKS: dict[str, Callable[[object, dict[str, Any]], tuple[Any, After]]] = {
    "channel": _channel,
    "show": _show,
    "check": _check,
    "step": _step,
    "recorded": _recorded,
    "examine": _examine,
}

if __name__ == "__main__":
    main()
