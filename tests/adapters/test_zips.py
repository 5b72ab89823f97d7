"""A damaged archive is refused, wherever the damage is; never anything worse."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jobflow.adapters.zips import opened, unpacked
from tests.properties.strategies import scaled

TEXT = b"Company,Job Title\n" + b"".join(b"Company %d,Engineer\n" % n for n in range(50))


def packed(method: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("jobs.csv", TEXT)
        archive.writestr("more.csv", b"Company\nAcme\n")
    return out.getvalue()


ARCHIVES = {
    name: packed(method)
    for name, method in (
        ("stored", zipfile.ZIP_STORED),
        ("deflated", zipfile.ZIP_DEFLATED),
        ("bzip2", zipfile.ZIP_BZIP2),
        ("lzma", zipfile.ZIP_LZMA),
    )
}


def everything(content: bytes) -> dict[str, bytes]:
    with opened(content) as archive:
        return {info.filename: unpacked(archive, info, 1_000_000) for info in archive.infolist()}


@pytest.mark.parametrize("name", ARCHIVES)
def test_a_sound_archive_is_read_whole(name: str):
    assert everything(ARCHIVES[name])["jobs.csv"] == TEXT


@given(st.sampled_from(sorted(ARCHIVES)), st.integers(0, 10_000), st.integers(1, 255), st.none() | st.integers(0, 900))
@settings(max_examples=scaled(5))
@example("deflated", 60, 0x55, None)
def test_of_a_damaged_one_what_is_read_is_right_or_it_is_refused(name: str, place: int, flip: int, end: int | None):
    content = bytearray(ARCHIVES[name][:end])
    if content:
        content[place % len(content)] ^= flip
    try:
        found = everything(bytes(content))
    except ValueError:
        return
    # Names and the directory have no checksum of their own; contents have.
    assert set(found.values()) <= {TEXT, b"Company\nAcme\n"}


@pytest.mark.parametrize("most", [0, len(TEXT) - 1])
def test_what_is_larger_than_it_may_be_is_refused(most: int):
    with opened(ARCHIVES["deflated"]) as archive, pytest.raises(ValueError, match="comes to more than"):
        unpacked(archive, archive.getinfo("jobs.csv"), most)
