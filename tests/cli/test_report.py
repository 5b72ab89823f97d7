"""The report in a real browser: nothing breaks, nothing is asked of the network, on a phone, on a screen, on paper."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.needs import need

BROWSER = "chromium"
QUIET = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync",
         "--disable-component-update", "--disable-default-apps", "--no-first-run", "--disable-extensions",
         "--disable-client-side-phishing-detection", "--hide-scrollbars")  # fmt: skip


@pytest.fixture
def page(cli: Callable[..., Any], tmp_path: Path) -> Path:
    """A report with everything in it, and names that would break out of it."""
    for number in range(6):
        company = f"<img src=http://evil.example/{number}>\"'&{number}"
        cli("add", company, "--workflow", "from-application", "--state", "applied", "--at", "2026-02-10")
        cli("log", str(number + 1), "interviewed", "--at", f"2026-02-{12 + number}")
    cli("log", "1", "offer")
    cli("log", "2", "rejected")
    cli("add", "</style><script>document.title='broken'</script>", "--role", "<b>")
    file = tmp_path / "report.html"
    cli("report", "--output", str(file))
    return file


def browse(page: Path, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [BROWSER, *QUIET, f"--user-data-dir={folder / 'profile'}", *options, page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)


@pytest.mark.slow
def test_a_browser_asks_nothing_of_the_network_and_finds_nothing_wrong(page, tmp_path):
    need(BROWSER)
    log = tmp_path / "net.json"
    done = browse(page, tmp_path, f"--log-net-log={log}", "--enable-logging=stderr", "--v=0", "--dump-dom")
    assert "<title>My job search</title>" in done.stdout
    assert "CONSOLE" not in done.stderr, done.stderr
    asked = set(re.findall(r'"url":"([^"]+)"', log.read_text(errors="replace")))
    assert not [url for url in asked if "evil" in url]
    # Whatever else the browser asked, it did of its own accord: the page's own requests would name it.
    assert page.as_uri() not in "".join(
        re.findall(r'"(?:initiator|referrer)":"([^"]+)"', log.read_text(errors="replace"))
    )


@pytest.mark.slow
@pytest.mark.parametrize("width", [360, 1200])
def test_it_fits_a_phone_and_a_screen(page, tmp_path, width: int):
    need(BROWSER)
    probe = tmp_path / "probe.html"
    # The page forbids scripts; a frame around it measures how wide it wants to be.
    frame = f'<iframe id=f src="{page.as_uri()}" style="width:{width}px;height:900px;border:0"></iframe>'
    script = "onload = () => { const d = document.getElementById('f').contentDocument.documentElement;"
    script += " document.title = d.scrollWidth + ' ' + d.clientWidth; }"
    probe.write_text(f"<!doctype html><body style='margin:0'>{frame}<script>{script}</script>")
    done = browse(probe, tmp_path, "--allow-file-access-from-files", "--dump-dom", "--virtual-time-budget=3000")
    found = re.search(r"<title>(\d+) (\d+)</title>", done.stdout)
    assert found is not None, done.stdout[:2000]
    assert int(found[1]) <= int(found[2])
    picture = tmp_path / "shot.png"
    browse(page, tmp_path, f"--window-size={width},1600", f"--screenshot={picture}")
    assert picture.stat().st_size > 10_000


@pytest.mark.slow
def test_it_is_printed_on_a_few_pages(page, tmp_path):
    need(BROWSER)
    paper = tmp_path / "report.pdf"
    browse(page, tmp_path, f"--print-to-pdf={paper}", "--no-pdf-header-footer")
    content = paper.read_bytes()
    assert content.startswith(b"%PDF-")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", content)) <= 6


def test_nothing_in_it_is_code_and_the_same_input_gives_the_same_bytes(cli, page, tmp_path):
    text = page.read_text()
    assert "<script" not in text
    assert "<img" not in text
    assert "http" not in re.sub(
        r'xmlns(:\w+)?="[^"]+"|xlink:href="#[^"]+"|<metadata>.*?</metadata>', "", text, flags=re.DOTALL
    ).replace("http://evil.example", "", text.count("evil")).replace("http-equiv", "")
    assert "default-src 'none'" in text
    cli("report", "--output", str(tmp_path / "again.html"))
    assert (tmp_path / "again.html").read_bytes() == page.read_bytes()
    assert page.stat().st_mode & 0o777 == 0o600
    for words in ("Where the applications went", "How fast employers answer", "Half by", "Still open", "This month"):
        assert words in text


def test_it_writes_over_a_report_but_over_nothing_else(cli, page, tmp_path):
    other = tmp_path / "letter.html"
    other.write_text("<p>Dear Ada</p>")
    assert "is no report of jobflow's" in cli("report", "--output", str(other), code=1).err
    assert other.read_text() == "<p>Dear Ada</p>"
    assert cli("report", "--output", str(other), "--force", "--json").json["bytes"] == other.stat().st_size
    cli("report", "--output", str(other))
    assert "can't be written" in cli("report", "--output", str(tmp_path / "none/x.html"), code=1).err


def test_an_empty_search_has_a_report_and_too_few_is_said(cli, home, tmp_path):
    cli("report", "--output", str(tmp_path / "empty.html"))
    assert "Nothing is recorded yet." in (tmp_path / "empty.html").read_text()
    cli("add", "Acme", "--workflow", "from-application")
    cli("report", "--output", str(tmp_path / "empty.html"))
    text = (tmp_path / "empty.html").read_text()
    assert "Too few answers to say anything: after applying, after an interview, after a follow-up." in text
