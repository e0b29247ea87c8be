"""What governance stores about people: what a person gets of it when they ask for their data, and what erasing them does to it."""

from collections.abc import Mapping

from libs.access.person_tables import ACTING_RIGHTS, READS, WORN_HATS, Delete, Keep, KeptFor, PersonTable
from services.governance.storage import tables

_ENTRY = ("person", "choice", "taken", "recorder", "recorded_at", "revision", "asked_for")

# Ids and choices: anybody can count again, and nobody reads a name there once identity has taken it.
_VOTES = (Keep(KeptFor.VOTES),)
# What only one of two people entered is no ballot, and after the close it never will be.
_UNCONFIRMED = (Delete(),)

PERSON_TABLES = (
    PersonTable(tables.standing, ("person",), ("person", "from_day", "to_day", "member_class", "may_vote"), erasure=_VOTES),
    PersonTable(tables.roll, ("person",), ("motion", "person", "member_class", "revision"), erasure=_VOTES),
    PersonTable(
        tables.ballot,
        ("person",),
        ("id", "motion", "person", "revision", "member_class", "choice", "taken", "recorded_at", "recorders", "asked_for"),
        erasure=_VOTES,
    ),
    PersonTable(tables.ballot_entry, ("person",), ("id", "motion", *_ENTRY), erasure=_UNCONFIRMED),
    PersonTable(
        tables.vote_row,
        ("person",),
        ("vote", "person", "pseudonym", "voting_group", "revision", "voted_at", "withdrawn", "lost_at"),
        {"salt": "on the person's voter card", "commitment": "on the board of the vote, for everybody"},
        erasure=_VOTES,
    ),
    PersonTable(
        tables.vote_ballot,
        ("person",),
        ("vote", "person", "revision", "choice", "taken", "recorded_at", "recorders", "asked_for"),
        {"leaf": "on the board of the vote, for everybody; the receipt has it"},
        erasure=_VOTES,
    ),
    PersonTable(tables.vote_ballot_entry, ("person",), ("id", "vote", *_ENTRY), erasure=_UNCONFIRMED),
    PersonTable(tables.vote_attestation, ("person",), ("vote", "person", "at"), erasure=_VOTES),
    PersonTable(tables.merged_person, ("person", "kept"), ("person", "kept"), erasure=_VOTES),
    WORN_HATS,
    ACTING_RIGHTS,
    READS,
)

_PUBLIC = "a decision of the co-op, or a step towards one, which every member sees; who took it acted in an office"

TABLES_WITHOUT_PEOPLE: Mapping[str, str] = {
    "rulebook": _PUBLIC,
    "rulebook_in_force": _PUBLIC,
    "motion": _PUBLIC,
    "class_count": _PUBLIC,
    "decision": _PUBLIC,
    "vote_draft": _PUBLIC,
    "vote": _PUBLIC,
    "vote_group": _PUBLIC,
    "vote_word": _PUBLIC,
}
