"""What membership stores about people: what they get of it when they ask, what erasing them does to it, how long it is kept."""

from collections.abc import Mapping

from libs.access.person_tables import (
    ACTING_RIGHTS,
    READS,
    RETENTION_TABLES_WITHOUT_PEOPLE,
    WORN_HATS,
    Delete,
    Keep,
    KeptFor,
    PersonTable,
    Retention,
)
from services.membership.storage import tables

# The register, with the entry that inspectors see: the law requires it, also of who has left.
_REGISTER = (Keep(KeptFor.REGISTER),)

PERSON_TABLES = (
    PersonTable(
        tables.member,
        ("person",),
        ("person", "number", "version"),
        {"number_order": "the number once more, to sort by"},
        erasure=_REGISTER,
    ),
    PersonTable(
        tables.standing_change,
        ("person",),
        ("person", "from_day", "member_class", "may_vote", "reason", "entered_by", "entered_at"),
        erasure=_REGISTER,
    ),
    PersonTable(tables.register_entry, ("person",), ("person", "name", "address", "entered_at"), erasure=_REGISTER),
    PersonTable(
        tables.application,
        ("person",),
        ("id", "person", "member_class", "why", "applied_at", "admitted_at"),
        erasure=(Delete(),),
        retention=Retention("enquiries", tables.application.c.applied_at),
    ),
    PersonTable(tables.known_person, ("person",), ("person",), erasure=_REGISTER),
    PersonTable(
        tables.merged_person,
        ("person", "kept"),
        ("person", "kept", "merged_at"),
        {"fact": "which event said so"},
        erasure=_REGISTER,
    ),
    WORN_HATS,
    ACTING_RIGHTS,
    READS,
)

TABLES_WITHOUT_PEOPLE: Mapping[str, str] = {
    **RETENTION_TABLES_WITHOUT_PEOPLE,
    "next_number": "the next member's number",
    "rulebook_followed": "which rulebook counts",
    "member_class": "the classes of the rulebook",
}
