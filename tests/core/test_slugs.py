from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jobflow.core.slugs import LONGEST, slugify


@pytest.mark.parametrize(
    ("company", "slug"),
    [
        ("Acme", "acme"),
        ("  Acme & Sons, Ltd. ", "acme-sons-ltd"),
        ("McDonald's", "mcdonalds"),
        ("Škoda Auto", "skoda-auto"),
        ("Groß & Søn", "gross-son"),
        ("Łódź ＡＢ", "lodz-ab"),
        ("İstanbul", "istanbul"),
        ("37signals", "37signals"),
        ("1984", "company-1984"),
        ("7-11", "company-7-11"),
        ("株式会社", "company"),
        ("", "company"),
        ("../../etc/passwd", "etc-passwd"),
        ("x" * 60, "x" * 40),
    ],
)
def test_examples(company, slug):
    assert slugify(company) == slug


@given(st.text())
@example("a" * 39 + " b")
@example("9" * 80)
@example("①")
def test_a_slug_is_short_plain_and_no_number(company):
    slug = slugify(company)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
    assert len(slug) <= LONGEST
    assert not slug.isdigit()
    assert slugify(slug) == slug
