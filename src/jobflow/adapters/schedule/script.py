"""The script that a scheduler calls: the very interpreter, an environment of its own, and where the words go.

It gives jobflow the same few variables whoever calls it, so that what `doctor --scheduled` finds is what cron has.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress

from jobflow.adapters.schedule.job import File, Job

_PASSED_ON = ("USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR")
_FOLDERS = ("/usr/local/bin", "/usr/bin", "/bin")
_EVERY = re.compile(rb"^# Every (\d+) minutes?\.$", re.MULTILINE)
_PYTHON = re.compile(rb"^ *(.+) -P -m jobflow \"\$@\"$", re.MULTILINE)
_LOG_AT = re.compile(rb"^ *log=(.+)$", re.MULTILINE)
_LOG_BYTES = 1_000_000

_SCRIPT = """\
#!/bin/sh
# Made by `jobflow schedule install`, gone with `jobflow schedule remove`.
# Every {every} minute{s}.
umask 077
jobflow() {{
    /usr/bin/env -i \\
{environment}
        {python} -P -m jobflow "$@"
}}
if [ "$#" -gt 0 ]; then
    jobflow "$@"
    exit
fi
said=$(jobflow tick 2>&1)
code=$?
if [ "$code" -gt 125 ] || {{ [ "$code" -ne 0 ] && [ -z "$said" ]; }}; then
    said="jobflow: the tick ended with exit code $code. $said"
fi
if [ -n "$said" ]; then
    log={log}
    if [ -f "$log" ] && [ "$(wc -c < "$log")" -gt {most} ]; then mv -f "$log" "$log.1"; fi
    printf '%s\\n%s\\n\\n' "$(date '+%Y-%m-%d %H:%M')" "$said" >> "$log"
    printf '%s\\n' "$said"
fi
exit "$code"
"""


def script_of(job: Job) -> File:
    """The script; with arguments it runs that command of jobflow instead of a tick."""
    text = _SCRIPT.format(
        every=job.every,
        s="" if job.every == 1 else "s",
        environment="\n".join(f"        {name}={shlex.quote(value)} \\" for name, value in environment(job).items()),
        python=shlex.quote(sys.executable),
        log=shlex.quote(job.log),
        most=_LOG_BYTES,
    )
    return File(job.script, os.fsencode(text), 0o700)


def every_of(script: bytes) -> int | None:
    """The minutes that a script was made for."""
    found = _EVERY.search(script)
    return int(found[1]) if found else None


def python_of(script: bytes) -> str | None:
    """The interpreter that a script calls."""
    return _word(_PYTHON, script)


def folder_of(script: bytes) -> str | None:
    """The folder that a script was made for."""
    log = _word(_LOG_AT, script)
    return os.path.dirname(log) if log else None


def _word(pattern: re.Pattern[bytes], script: bytes) -> str | None:
    found = pattern.search(script)
    with suppress(ValueError):  # Somebody has edited it.
        return shlex.split(os.fsdecode(found[1]))[0] if found else None
    return None


def environment(job: Job) -> dict[str, str]:
    """The variables that a tick has. No secret is among them: those are looked up, not written down."""
    environ = job.environ
    passed = {name: environ[name] for name in _PASSED_ON if environ.get(name)}
    found = {"HOME": os.path.expanduser("~"), "PATH": _path(environ), "PYTHONUTF8": "1", **passed, **_place(job)}
    if environ.get("PYTHONPATH"):
        found["PYTHONPATH"] = os.pathsep.join(map(os.path.abspath, environ["PYTHONPATH"].split(os.pathsep)))
    return found | dict(_bus(environ))


def _path(environ: Mapping[str, str]) -> str:
    """The folders that programs are found in now: relative ones would be others there."""
    own = [folder for folder in environ.get("PATH", "").split(os.pathsep) if os.path.isabs(folder)]
    return os.pathsep.join(dict.fromkeys((*own, *_FOLDERS)))


def _place(job: Job) -> dict[str, str]:
    if job.home.config == job.home.data:
        return {"JOBFLOW_HOME": job.home.data}
    return {name: job.environ[name] for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME") if job.environ.get(name)}


def _bus(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The session bus, where it has the same address after the next login: desktop and keyring are reached by it."""
    folder = environ.get("XDG_RUNTIME_DIR", "")
    if os.path.isabs(folder):
        yield "XDG_RUNTIME_DIR", folder
        address = f"unix:path={folder}/bus"
        if environ.get("DBUS_SESSION_BUS_ADDRESS", "").partition(",")[0] == address:
            yield "DBUS_SESSION_BUS_ADDRESS", address
