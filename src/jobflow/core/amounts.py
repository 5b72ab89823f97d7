"""Numbers and amounts of money as people write them. What two countries read differently is not read at all."""

from __future__ import annotations

import re

CURRENCIES = frozenset(
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF "
    "CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG "
    "HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA "
    "MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD "
    "RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX "
    "USD UYU UZS VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG".split()
)
"""ISO 4217, those in use."""

_BIGGEST = 10**15  # Beyond it a JSON number is no longer exact everywhere.
_PLAIN = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,9})?")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{1,9})?")
_MONEY = re.compile(r"(?P<before>[A-Za-z]{3}|€|£)? ?(?P<amount>[0-9][0-9.,]*) ?(?P<after>[A-Za-z]{3}|€|£)?")
_SYMBOLS = {"€": "EUR", "£": "GBP"}
_SEVERAL = {"$": "USD", "¥": "JPY", "₹": "INR", "kr": "SEK"}


def plain_number(value: object) -> int | float | None:
    """The value itself where it is a number that JSON keeps exactly; None otherwise (a truth value is no number)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if abs(value) < _BIGGEST else None


def parse_number(text: str) -> int | float:
    """`52000`, `52,000`, `-3.5`. ValueError, with what to write instead, where it could be read in two ways."""
    words = text.strip().replace("−", "-")  # As word processors write it.
    if not (_PLAIN.fullmatch(words) or _GROUPED.fullmatch(words)):
        raise ValueError(_instead(words))
    digits = words.replace(",", "")
    number = float(digits) if "." in digits else int(digits)
    if plain_number(number) is None:
        raise ValueError("at most 15 digits")
    return number


def parse_money(text: str) -> tuple[int | float, str | None]:
    """`52,000 USD`, `USD 52000`, `52000`: the amount and its currency, None where none is named.

    ValueError, with what to write instead, for `52.000,00`, `$52k` and whatever else could be read in two ways.
    """
    words = " ".join(text.split())
    sign = next((sign for sign in _SEVERAL if sign in words), None)
    if sign:
        raise ValueError(f"{sign} stands for several currencies: write the code, such as {_SEVERAL[sign]}")
    match = _MONEY.fullmatch(words)
    if not match:
        raise ValueError(_instead(words))
    if match["before"] and match["after"]:
        raise ValueError("name the currency once")
    return _amount(match["amount"]), _currency(match["before"] or match["after"])


def _amount(text: str) -> int | float:
    if re.search(r"\.[0-9]{3,}$", text):  # Thousands in half of the world, thousandths in the other.
        raise ValueError("digits only, with at most two decimals after a point")
    return parse_number(text)


def _currency(name: str | None) -> str | None:
    if name is None:
        return None
    code = _SYMBOLS.get(name, name.upper())
    if code not in CURRENCIES:
        raise ValueError(f"'{name}' is no currency's code (ISO 4217)")
    return code


def _instead(words: str) -> str:
    if re.fullmatch(r"[^,]*[0-9],[0-9]{1,2}(?:[^0-9,].*)?|.*[0-9]\.[0-9]{3},.*", words):
        return "decimals come after a point, and nothing but commas between thousands"
    if re.search(r"[0-9] ?[kKmM]\b", words):
        return "write the number out"
    return "digits, with a point before decimals"
