"""A person's name and contact details: which values are accepted, and when two rows mean the same person.

| field     | accepted                                                                      |
|-----------|-----------------------------------------------------------------------------|
| full_name | 1 to 200 characters after trimming, NFC, no control or direction characters |
| called    | the same; empty means the first word of the full name                       |
| email     | empty, or something@somewhere.tld, at most 254 characters (RFC 5321 4.5.3)  |
| phone     | empty, or 3 to 20 digits with spaces, hyphens, dots, brackets, a leading +  |

Two rows mean one person when the full names agree, and the e-mail or the phone agrees too, each by its key (`identity_keys.py`). A shared
address alone does not: couples and care homes share them.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.identity.domain.identity_keys import fold_email, fold_name, fold_phone, without_unseen

MAX_NAME_LENGTH = 200
_MAX_EMAIL_LENGTH = 254
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")
_PHONE = re.compile(r"\+?[0-9 ()./-]+")
# Control, unassigned, private, lone surrogates, line and paragraph ends. Joiners (in Cf) belong to names in many scripts.
_REFUSED_CATEGORIES = frozenset({"Cc", "Cn", "Co", "Cs", "Zl", "Zp"})
_DIRECTION_CHARACTERS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True)
class PersonInput:
    """One row as somebody typed it in."""

    full_name: str
    called: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True)
class RejectedPerson:
    """Why a row, or one field of it, is rejected."""

    field: str
    reason: str
    person: UUID | None = None
    """Who it is, when the person is registered already."""


@dataclass(frozen=True)
class PersonDetails:
    """One validated row, as it is stored."""

    full_name: str
    called: str
    email: str
    phone: str
    country: str = ""
    """Of the co-op (ISO 3166): a phone number without a country code is one of this country's."""

    @property
    def name_key(self) -> str:
        return fold_name(self.full_name)

    @property
    def email_key(self) -> str:
        return fold_email(self.email)

    @property
    def phone_key(self) -> str:
        return fold_phone(self.phone, self.country) if self.phone else ""

    @property
    def identifying_keys(self) -> tuple[tuple[str, str], ...]:
        """The keys that recognise the person: the name with each contact detail."""
        return tuple((self.name_key, contact) for contact in (self.email_key, self.phone_key) if contact)


def parse_details(row: PersonInput, country: str = "") -> PersonDetails | RejectedPerson:
    """Returns the validated row, or the first error in it."""
    full_name = _parse_name("full_name", row.full_name)
    if isinstance(full_name, RejectedPerson):
        return full_name
    if not full_name:
        return RejectedPerson("full_name", "NAME_MISSING")
    called = _parse_name("called", row.called)
    if isinstance(called, RejectedPerson):
        return called
    email, phone = without_unseen(unicodedata.normalize("NFC", row.email), joiners="").strip(), row.phone.strip()
    if email and not (len(email) <= _MAX_EMAIL_LENGTH and _EMAIL.fullmatch(email) and _has_allowed_characters(email)):
        return RejectedPerson("email", "EMAIL_MALFORMED")
    if phone and not (_PHONE.fullmatch(phone) and 3 <= sum(map(str.isdigit, phone)) <= 20):
        return RejectedPerson("phone", "PHONE_MALFORMED")
    return PersonDetails(full_name, called or full_name.split()[0], email, phone, country)


def decide_registrations(
    rows: Sequence[PersonDetails | RejectedPerson], known: Mapping[tuple[str, str], UUID], ids: Sequence[UUID]
) -> list[tuple[UUID, PersonDetails] | RejectedPerson]:
    """Decides each row by itself, in order: it is registered under the id at its index, or rejected. A row may repeat an earlier one."""
    registered, decisions = dict(known), list[tuple[UUID, PersonDetails] | RejectedPerson]()
    for details, person_id in zip(rows, ids, strict=True):
        if isinstance(details, RejectedPerson):
            decisions.append(details)
            continue
        existing = next((registered[key] for key in details.identifying_keys if key in registered), None)
        if existing is not None:
            decisions.append(RejectedPerson("full_name", "PERSON_KNOWN", existing))
            continue
        registered |= dict.fromkeys(details.identifying_keys, person_id)
        decisions.append((person_id, details))
    return decisions


def _parse_name(field: str, typed: str) -> str | RejectedPerson:
    name = unicodedata.normalize("NFC", typed).strip()
    if len(name) > MAX_NAME_LENGTH:
        return RejectedPerson(field, "NAME_TOO_LONG")
    return name if _has_allowed_characters(name) else RejectedPerson(field, "NAME_MALFORMED")


def _has_allowed_characters(text: str) -> bool:
    return not any(unicodedata.category(character) in _REFUSED_CATEGORIES or character in _DIRECTION_CHARACTERS for character in text)
