"""Whose mail it is: the applications whose contacts, or whose contacts' colleagues, write from an address."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import jobflow

SHARED = frozenset(
    """
    gmail.com googlemail.com outlook.com hotmail.com hotmail.co.uk hotmail.de hotmail.fr live.com live.co.uk msn.com
    yahoo.com yahoo.co.uk yahoo.co.in yahoo.de yahoo.fr ymail.com rocketmail.com aol.com icloud.com me.com mac.com
    proton.me protonmail.com pm.me tutanota.com tuta.io tuta.com fastmail.com fastmail.fm hey.com zoho.com zohomail.com
    gmx.de gmx.net gmx.at gmx.ch gmx.com web.de t-online.de freenet.de arcor.de posteo.de posteo.net mailbox.org
    mail.com email.com yandex.ru yandex.com mail.ru bk.ru inbox.ru list.ru rambler.ru qq.com foxmail.com 163.com 126.com
    sina.com naver.com daum.net hanmail.net orange.fr wanadoo.fr free.fr laposte.net sfr.fr libero.it virgilio.it
    tiscali.it alice.it terra.com.br uol.com.br bol.com.br seznam.cz wp.pl o2.pl interia.pl onet.pl btinternet.com
    sky.com virginmedia.com ntlworld.com comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net
    shaw.ca rogers.com sympatico.ca bigpond.com optusnet.com.au bluewin.ch duck.com simplelogin.com relay.firefox.com
    linkedin.com indeed.com indeedemail.com glassdoor.com xing.com stepstone.de monster.com ziprecruiter.com
    greenhouse.io greenhouse-mail.io lever.co ashbyhq.com workable.com workablemail.com smartrecruiters.com
    myworkday.com workday.com icims.com jobvite.com bamboohr.com breezy.hr recruitee.com teamtailor.com
    teamtailor-mail.com personio.de personio.com successfactors.com successfactors.eu taleo.net calendly.com
    """.split()
)
"""Domains that are many employers' or anybody's: of these, a contact's own address counts, a colleague's does not."""


@dataclass(frozen=True, slots=True)
class Match:
    """An application that a sender belongs to. `exact`: it is a contact's own address, not a colleague's."""

    application: jobflow.Application
    exact: bool


class People:
    """The contacts of applications, by address and by domain."""

    def __init__(self, applications: Sequence[jobflow.Application], shared: Collection[str] = ()) -> None:
        """`shared`: domains to be taken like those of `SHARED`."""
        self._shared = SHARED | {domain.lower() for domain in shared}
        self._applications = applications
        self._addresses = [
            {address for contact in each.contacts if (address := normal(contact.email or ""))} for each in applications
        ]

    def needles(self) -> list[str]:
        """What to ask the server for: a domain, or where that is shared an address. Plain letters without quotes."""
        return sorted({self._domain(address) or address for each in self._addresses for address in each})

    def digest(self) -> str:
        """The same for the same people: when it changes, earlier mail is looked at anew."""
        known = sorted((app.id, sorted(each)) for app, each in zip(self._applications, self._addresses, strict=True))
        return hashlib.sha256(json.dumps([known, sorted(self._shared)]).encode()).hexdigest()[:16]

    def matches(self, sender: str) -> list[Match]:
        """The applications of a sender's address; those of a contact's own address alone, where there are any."""
        address = normal(sender)
        if address is None:
            return []
        pairs = list(zip(self._applications, self._addresses, strict=True))
        exact = [Match(app, exact=True) for app, each in pairs if address in each]
        domain = address.rpartition("@")[2]
        return exact or [Match(app, exact=False) for app, each in pairs if any(self._is_of(domain, a) for a in each)]

    def _is_of(self, domain: str, address: str) -> bool:
        known = self._domain(address)
        if known is None or self._is_shared(domain):
            return False
        return domain == known or domain.endswith(f".{known}")

    def _domain(self, address: str) -> str | None:
        domain = address.rpartition("@")[2]
        return None if self._is_shared(domain) or "." not in domain else domain

    def _is_shared(self, domain: str) -> bool:
        parts = domain.split(".")
        return any(".".join(parts[at:]) in self._shared for at in range(len(parts)))


def normal(address: str) -> str | None:
    """The address in small letters, its domain in ASCII; None where it is none that a search can name."""
    local, at, domain = address.strip().lower().rpartition("@")
    try:
        plain = f"{local}{at}{domain.encode('idna').decode()}"
    except UnicodeError:
        return None
    fits = local and domain and plain.isascii() and plain.isprintable() and len(plain) <= 254
    return plain if fits and not set(plain) & set(' "\\<>(),;:[]') else None
