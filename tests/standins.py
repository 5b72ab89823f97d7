"""Stand-ins for the programs of a scheduler, for tests that must touch nobody's: scripts on a PATH of their own.

Debian's own cron is tried in tests/adapters/schedule/test_cron_for_real.py.
"""

from __future__ import annotations

from pathlib import Path

# Answers as Debian's does, from a file beside it, in another tongue where it is not asked for C. `refuses` beside it
# makes it refuse as cron.deny does; with `hangs` it does not come back.
CRONTAB = """\
#!/bin/sh
here=$(dirname "$0")
[ -e "$here/hangs" ] && exec sleep 60
if [ -e "$here/refuses" ]; then
    echo "You (you) are not allowed to use this program (crontab)" >&2
    echo "See crontab(1) for more information" >&2
    exit 1
fi
case "$1" in
-l)
    [ -e "$here/table" ] && exec cat "$here/table"
    [ "$LC_ALL" = C ] && echo "no crontab for you" >&2 || echo "aucune crontab pour vous" >&2
    exit 1 ;;
-r) rm "$here/table" ;;
-)
    cat > "$here/new"
    if [ -e "$here/full" ]; then echo "crontab: No space left on device" >&2; exit 1; fi
    if [ -s "$here/new" ] && [ -n "$(tail -c 1 "$here/new")" ]; then
        echo "new crontab file is missing newline before EOF, can't install." >&2
        exit 1
    fi
    mv "$here/new" "$here/table" ;;
esac
"""

# Writes down what it was told; `state` beside it is what the manager says of itself, `fails` the word it fails at.
SYSTEMCTL = """\
#!/bin/sh
here=$(dirname "$0")
if [ "$2" = is-system-running ]; then
    cat "$here/state" 2>/dev/null || { echo offline; exit 1; }
    exit 0
fi
echo "$*" >> "$here/told"
if [ "$2" = "$(cat "$here/fails" 2>/dev/null)" ]; then
    echo "Failed to $2 unit" >&2
    echo "See the system's logs for details" >&2
    exit 1
fi
"""

LAUNCHCTL = """\
#!/bin/sh
here=$(dirname "$0")
echo "$*" >> "$here/told"
if [ "$1" = "$(cat "$here/fails" 2>/dev/null)" ]; then echo "Bootstrap failed: 5: Input/output error" >&2; exit 5; fi
"""


def write(folder: Path, **programs: str) -> Path:
    """The programs in a folder; it."""
    folder.mkdir(exist_ok=True)
    for name, text in programs.items():
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o755)
    return folder
