"""From a company's name to the short name that people type: lower-case ASCII letters, digits and hyphens."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 40
_FALLBACK = "company"
# Letters that Unicode does not take apart into a base and an accent.
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h", "ŋ": "n"}
)
_APOSTROPHES = re.compile("['’‘`´]")


def slugify(company: str) -> str:
    """At most 40 characters, never empty; never digits alone, since those name an application by its number."""
    slug = plain_slug(company)
    if not slug or slug.replace("-", "").isdigit():
        slug = f"{_FALLBACK}-{slug}".strip("-")
    return slug[:LONGEST].rstrip("-")


def plain_slug(text: str) -> str:
    """At most 40 characters; empty where the text has none of these letters and no digits."""
    bare = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text.casefold()).translate(_LETTERS))
    ascii_only = "".join(char for char in bare if not unicodedata.combining(char))
    return re.sub(r"[^a-z0-9]+", "-", ascii_only.lower()).strip("-")[:LONGEST].rstrip("-")
