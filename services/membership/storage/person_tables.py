"""What membership stores about people: what a person gets of it when they ask for their data."""

from collections.abc import Mapping

from libs.access.person_tables import ACTING_RIGHTS, READS, WORN_HATS, PersonTable
from services.membership.storage import tables

PERSON_TABLES = (
    PersonTable(tables.member, ("person",), ("person", "number", "version"), {"number_order": "the number once more, to sort by"}),
    PersonTable(
        tables.standing_change,
        ("person",),
        ("person", "from_day", "member_class", "may_vote", "reason", "entered_by", "entered_at"),
    ),
    PersonTable(tables.register_entry, ("person",), ("person", "name", "address", "entered_at")),
    PersonTable(tables.application, ("person",), ("id", "person", "member_class", "why", "applied_at", "admitted_at")),
    PersonTable(tables.known_person, ("person",), ("person",)),
    PersonTable(tables.merged_person, ("person", "kept"), ("person", "kept", "merged_at"), {"fact": "which event said so"}),
    WORN_HATS,
    ACTING_RIGHTS,
    READS,
)

TABLES_WITHOUT_PEOPLE: Mapping[str, str] = {
    "next_number": "the next member's number",
    "rulebook_followed": "which rulebook counts",
    "member_class": "the classes of the rulebook",
}
