"""Public holidays from the `holidays` library, which takes long to import: only to fill the store's table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from jobflow.core.errors import Refused, suggest


def find_holidays(country: str, subdivision: str | None, year: int) -> Mapping[date, str]:
    """The holidays of a year by date. Raises `Refused` for a country or subdivision that nobody knows."""
    import holidays

    known = holidays.list_supported_countries()
    if country not in known:
        raise Refused(f"unknown country '{country}' in config.yaml.", hint=_near(country, known, "such as US or DE"))
    if subdivision is not None and subdivision not in known[country]:
        parts = known[country]
        hint = _near(subdivision, parts, f"one of: {', '.join(parts)}" if parts else "leave it out: subdivision: null")
        raise Refused(f"unknown subdivision '{subdivision}' of {country} in config.yaml.", hint=hint)
    found = holidays.country_holidays(country, subdiv=subdivision, years=year)
    return {day: name for day, name in sorted(found.items()) if day.year == year}


def _near(name: str, known: object, otherwise: str) -> str:
    near = suggest(name, [str(item) for item in known]) if isinstance(known, list | dict) else None
    return f"did you mean '{near}'?" if near else otherwise
