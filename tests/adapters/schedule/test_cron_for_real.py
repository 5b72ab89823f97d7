"""Debian's own cron, end to end: what `schedule install` writes is run by it, and a due reminder arrives.

All of it happens in a mount namespace of its own, with an empty spool, no jobs of the system's, a mailer that
writes into a file, and no /run: nobody's crontab is read or written, and nothing is left when it ends.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import jobflow
from jobflow.adapters.schedule.crontab import NONE

SOURCE = Path(jobflow.__file__).parent.parent
PRIVATE = """
set -eu
mount -t tmpfs none /var/spool/cron
mkdir -m 1730 /var/spool/cron/crontabs
chgrp crontab /var/spool/cron/crontabs
if [ -d /etc/cron.d ]; then mount -t tmpfs none /etc/cron.d; fi
if [ -e /etc/crontab ]; then mount --bind /dev/null /etc/crontab; fi
mount -t tmpfs none /run
mkdir "$WORK/sbin" "$WORK/programs"
mount --bind /usr/sbin "$WORK/sbin"
ln -s "$WORK"/sbin/* "$WORK/programs/"
rm -f "$WORK/programs/sendmail"
printf '#!/bin/sh\ncat >> "%s/mail"\n' "$WORK" > "$WORK/programs/sendmail"
chmod 755 "$WORK/programs/sendmail"
mount --bind "$WORK/programs" /usr/sbin
jobflow() { "$PYTHON" -m jobflow "$@"; }
"""


def _lacks() -> str | None:
    if os.geteuid() or not all(map(shutil.which, ("cron", "crontab", "unshare"))):
        return "needs root, cron and unshare (Debian: cron, util-linux)"
    tried = subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False)
    return None if tried.returncode == 0 else "needs a mount namespace"


LACKS = None if os.environ.get("CI") else _lacks()
pytestmark = pytest.mark.skipif(LACKS is not None, reason=str(LACKS))


def private(script: str, folder: Path, name: str = "home") -> subprocess.CompletedProcess[str]:
    """Run the script where nothing is anybody's; its home is `name` in `folder`."""
    home = folder / name
    home.mkdir(mode=0o700, parents=True)
    environ = {
        "HOME": str(folder),
        "PATH": "/usr/sbin:/usr/bin:/bin",
        "JOBFLOW_HOME": str(home),
        "PYTHON": sys.executable,
        "PYTHONPATH": str(SOURCE),
        "TZ": "UTC",
        "WORK": str(folder),
    }
    return subprocess.run(
        ["unshare", "--mount", "bash", "-c", PRIVATE + script],
        env=environ,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


def looked_at(report: Path) -> dict[str, tuple[str, str]]:
    """What doctor found, without what the tick beside it was changing, and where it says that it looked from."""
    checks = json.loads(report.read_text())
    moving = ("scheduled", "clock", "outbox")
    return {each["name"]: (each["verdict"], each["found"]) for each in checks if each["name"] not in moving}


@pytest.mark.slow
@pytest.mark.waits
def test_cron_delivers_a_due_reminder(tmp_path: Path):
    script = """
    printf 'quiet_hours:\\nchannels: {console: {}, desktop: {}, command: {run: [tell]}}\\n' > config.yaml
    mv config.yaml "$JOBFLOW_HOME"
    mkdir "$WORK/own"
    printf '#!/bin/sh\\ncat > "%s/told"\\n' "$WORK" > "$WORK/own/tell"
    chmod 755 "$WORK/own/tell"
    export DBUS_SESSION_BUS_ADDRESS=unix:abstract=/of/this/login PATH="$WORK/own:$PATH"
    JOBFLOW_NOW=$(date -u -d '8 days ago' +%Y-%m-%dT10:00:00Z) jobflow add Acme --json > added
    jobflow schedule install --with crontab --every 1 --yes > installed
    line=$(crontab -l | grep -F tick.sh | cut -d' ' -f6-)
    echo "* * * * * root $line doctor --json > $WORK/part; mv $WORK/part $WORK/by-cron" > /etc/cron.d/doctor
    cron -f &
    cron=$!
    for second in $(seq 75); do
        if [ -s "$WORK/mail" ] && [ -e "$WORK/by-cron" ]; then break; fi
        sleep 1
    done
    kill $cron
    wait $cron || true
    jobflow doctor --scheduled --json > foretold || true
    jobflow schedule status --json > status
    jobflow schedule remove > removed
    if crontab -l; then exit 9; fi
    """
    name = 'a home 100%d "q" \'é \\%x \\\\'
    done = private(script, tmp_path, name)
    assert done.returncode == 0, done.stderr
    assert done.stderr == "no crontab for root\n"
    _moment, *said = (tmp_path / name / "tick.log").read_text().splitlines()
    assert any("Acme" in line for line in said)
    assert not any("jobflow:" in line for line in said)  # no error
    mail = (tmp_path / "mail").read_text()
    assert "\n".join(said).strip() in mail
    assert mail.count("Subject: ") == 1  # a tick that has nothing to say is not mailed
    assert '"late": false' in (tmp_path / "status").read_text()
    assert "Acme" in (tmp_path / "told").read_text()  # by a program that was found in the PATH of this terminal
    foretold, by_cron = (looked_at(tmp_path / report) for report in ("foretold", "by-cron"))
    assert foretold == by_cron
    assert by_cron["channel command"] == ("ok", "ready")
    assert by_cron["channel desktop"][0] == "fault"  # the bus of this terminal is not known there
    left = sorted(path.name for path in (tmp_path / name).iterdir())
    assert left == ["config.yaml", "jobflow.db", "jobflow.db.tick.lock", "tick.log"]


def test_the_real_crontab_keeps_every_other_byte(tmp_path: Path):
    script = """
    printf '# mine, not a header\\n# nor this\\n# nor this\\n# nor this\\n' > mine
    printf 'MAILTO=""\\n\\n0 5 * * *\\techo \\\\%% \\344\\n' >> mine
    crontab mine
    jobflow schedule install --with crontab --yes > /dev/null
    jobflow --home "$WORK/two" schedule install --with crontab --yes > /dev/null
    jobflow schedule install --with crontab --every 5 --yes > /dev/null
    crontab -l > both
    jobflow schedule remove > /dev/null
    jobflow --home "$WORK/two" schedule remove > /dev/null
    crontab -l > afterwards
    """
    done = private(script, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    mine, both = (tmp_path / "mine").read_bytes(), (tmp_path / "both").read_bytes()
    assert (tmp_path / "afterwards").read_bytes() == mine
    assert both.startswith(mine)
    ours = [line for line in both[len(mine) :].decode().splitlines() if not line.startswith("#")]
    assert ours == [f"*/15 * * * * /bin/sh {tmp_path}/two/tick.sh", f"*/5 * * * * /bin/sh {tmp_path}/home/tick.sh"]
    assert not (tmp_path / "two").exists()


def test_who_may_not_use_cron_is_not_taken_for_one_without_a_crontab(tmp_path: Path):
    script = """
    cp -a /etc "$WORK/etc"
    echo nobody > "$WORK/etc/cron.deny"
    mount --bind "$WORK/etc" /etc
    cd /
    for user in nobody daemon; do
        if setpriv --reuid $user --regid nogroup --clear-groups crontab -l 2> "$WORK/$user"; then exit 9; fi
    done
    """
    done = private(script, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    says = {user: (tmp_path / user).read_bytes().lower() for user in ("nobody", "daemon")}
    assert not any(word in says["nobody"] for word in NONE)
    assert any(word in says["daemon"] for word in NONE)


def test_a_home_that_is_read_only_is_refused_and_the_crontab_left_alone(tmp_path: Path):
    script = """
    echo '0 5 * * * mine' | crontab -
    mount -t tmpfs -o ro none "$JOBFLOW_HOME"
    if jobflow schedule install --with crontab --yes 2> said; then exit 9; fi
    if jobflow doctor > found; then exit 9; fi
    crontab -l > table
    """
    done = private(script, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Read-only file system" in (tmp_path / "said").read_text()
    assert (tmp_path / "table").read_text() == "0 5 * * * mine\n"
    assert f"home: {tmp_path}/home can't be written to" in (tmp_path / "found").read_text()
