"""Every built-in channel has a page that names every option, and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobflow.adapters.builtin import CHANNELS, channel_class
from jobflow.adapters.plugins.kit import Kit
from jobflow.adapters.plugins.options import offer_of
from jobflow.rulebook.config import check_config
from tests.docs.pages import DOCS, blocks, rows, section

PAGES = DOCS / "reference" / "channels"


@pytest.mark.parametrize("name", CHANNELS)
def test_a_channels_page_lists_its_options(name: str):
    text = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# The channel `{name}`\n")
    listed = rows(section(text, "Options"))
    assert sorted(listed) == sorted(option.name for option in offer_of(channel_class(name)).options)


@pytest.mark.parametrize("name", CHANNELS)
def test_a_channels_page_shows_configurations_that_are_taken(name: str, tmp_path: Path):
    kit = Kit(data=str(tmp_path))
    shown = blocks((PAGES / f"{name}.md").read_text(encoding="utf-8"), "yaml")
    assert shown
    for block in shown:
        settings = check_config("".join(f"{line}\n" for line in block.lines), "config.yaml", kit.options)
        for channel, options in settings.channels.items():
            assert kit.refusal(channel, options) is None


def test_no_page_is_of_a_channel_that_is_not_there():
    assert {page.stem for page in PAGES.glob("*.md")} <= set(CHANNELS)
