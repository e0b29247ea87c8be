"""A person's name and how to reach them: what is taken, and when two rows mean the same person.

| field     | taken                                                                       |
|-----------|-----------------------------------------------------------------------------|
| full_name | 1 to 200 characters after trimming, NFC, no control or direction characters |
| called    | the same; empty means the first word of the full name                       |
| email     | empty, or something@somewhere.tld, at most 254 characters (RFC 5321 4.5.3)  |
| phone     | empty, or 3 to 20 digits with spaces, hyphens, dots, brackets, a leading +  |

Two rows mean one person when the full names agree but for case, width and spacing, and the e-mail or the phone agrees too. A shared
address alone does not: couples and care homes share them.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

LONGEST_NAME = 200
_LONGEST_EMAIL = 254
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")
_PHONE = re.compile(r"\+?[0-9 ()./-]+")
# Control, unassigned, private, lone surrogates, line and paragraph ends. Joiners (in Cf) belong to names in many scripts.
_REFUSED_CATEGORIES = frozenset({"Cc", "Cn", "Co", "Cs", "Zl", "Zp"})
_DIRECTIONS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True)
class Told:
    """One row as somebody typed it."""

    full_name: str
    called: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Problem:
    """Why a row, or one field of it, is not taken."""

    field: str
    reason: str
    person: UUID | None = None
    """Who it is, when the person is known already."""


@dataclass(frozen=True)
class Particulars:
    """One row as it is kept."""

    full_name: str
    called: str
    email: str
    phone: str

    @property
    def name_key(self) -> str:
        """Equal for names that differ only in case, width and spacing."""
        return " ".join(unicodedata.normalize("NFKC", self.full_name).casefold().split())

    @property
    def email_key(self) -> str:
        return email_key(self.email)

    @property
    def phone_key(self) -> str:
        return "".join(filter(str.isdigit, self.phone))

    @property
    def marks(self) -> tuple[tuple[str, str], ...]:
        """What recognises the person: the name with each way to reach them."""
        return tuple((self.name_key, way) for way in (self.email_key, self.phone_key) if way)


def email_key(email: str) -> str:
    """Equal for addresses that differ only in case and form."""
    return unicodedata.normalize("NFKC", email).strip().casefold()


def read(told: Told) -> Particulars | Problem:
    """The row as it will be kept, or the first thing wrong with it."""
    full_name = _name("full_name", told.full_name)
    if isinstance(full_name, Problem):
        return full_name
    if not full_name:
        return Problem("full_name", "NAME_MISSING")
    called = _name("called", told.called)
    if isinstance(called, Problem):
        return called
    email, phone = unicodedata.normalize("NFC", told.email).strip(), told.phone.strip()
    if email and not (len(email) <= _LONGEST_EMAIL and _EMAIL.fullmatch(email) and _plain(email)):
        return Problem("email", "EMAIL_MALFORMED")
    if phone and not (_PHONE.fullmatch(phone) and 3 <= sum(map(str.isdigit, phone)) <= 20):
        return Problem("phone", "PHONE_MALFORMED")
    return Particulars(full_name, called or full_name.split()[0], email, phone)


def decide(rows: Sequence[Told], known: Mapping[tuple[str, str], UUID], ids: Sequence[UUID]) -> list[tuple[UUID, Particulars] | Problem]:
    """Each row alone, in order: registered under the id at its place, or why not. A row may repeat an earlier one of the same batch."""
    marks, decided = dict(known), list[tuple[UUID, Particulars] | Problem]()
    for row, new_id in zip(rows, ids, strict=True):
        read_row = read(row)
        if isinstance(read_row, Problem):
            decided.append(read_row)
            continue
        there = next((marks[mark] for mark in read_row.marks if mark in marks), None)
        if there is not None:
            decided.append(Problem("full_name", "PERSON_KNOWN", there))
            continue
        marks |= dict.fromkeys(read_row.marks, new_id)
        decided.append((new_id, read_row))
    return decided


def _name(field: str, typed: str) -> str | Problem:
    name = unicodedata.normalize("NFC", typed).strip()
    if len(name) > LONGEST_NAME:
        return Problem(field, "NAME_TOO_LONG")
    return name if _plain(name) else Problem(field, "NAME_MALFORMED")


def _plain(text: str) -> bool:
    return not any(unicodedata.category(one) in _REFUSED_CATEGORIES or one in _DIRECTIONS for one in text)
