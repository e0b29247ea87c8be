"""Builds the frozen roll of a federated vote: a row for each person, under a pseudonym, with a commitment that only their card opens."""

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from libs.boards import pseudonyms
from libs.boards.entries import RollEntry, RowEntry
from libs.boards.vote_terms import VoteTerms
from libs.refusals import FailedPrecondition, invalid
from services.governance.domain.vote_ballot import VoteRow

ENTRIES_PER_EVENT = 500
"""Board entries in one event."""
IDENTITY_MAX_LENGTH = 500


def parse_identities(people: Iterable[tuple[UUID, str]]) -> dict[UUID, str]:
    """Parse identities: member number, line feed, full name. Raises Invalid IDENTITY_MALFORMED, or PEOPLE_TWICE with how many."""
    identities: dict[UUID, str] = {}
    duplicates = 0
    for person, identity in people:
        number, separator, name = unicodedata.normalize("NFC", identity).partition("\n")
        if not (number.strip() and separator and name.strip()) or "\n" in name or len(identity) > IDENTITY_MAX_LENGTH:
            raise invalid("people", "IDENTITY_MALFORMED")
        duplicates += person in identities
        identities[person] = pseudonyms.commitment_identity(number, name)
    if duplicates:
        raise invalid("people", "PEOPLE_TWICE", count=str(duplicates))
    return identities


def voting_groups(terms: VoteTerms, co_op: str) -> dict[str, str]:
    """Return our classes that vote in this -> their group."""
    excluded = terms.rule.counting.excluded
    return {name: group for (owner, name), group in terms.classes.items() if owner == co_op and group not in excluded}


def require_group_for_each_class(terms: VoteTerms, co_op: str, classes: Collection[str]) -> None:
    """Check that each of `classes`, those with voting members in our co-op, has a group in the terms.

    Otherwise we would take part without these members. Classes without members need no group. Raises FailedPrecondition
    JOIN_CLASS_WITHOUT_GROUP.
    """
    own_classes = [name for owner, name in terms.classes if owner == co_op]
    if missing := sorted(set(classes) - set(own_classes)):
        raise FailedPrecondition("JOIN_CLASS_WITHOUT_GROUP", classes=", ".join(missing), known=", ".join(sorted(own_classes)) or "-")


def make_roll_rows(
    terms: VoteTerms, voters: Mapping[UUID, str], identities: Mapping[UUID, str], class_of: Mapping[UUID, str]
) -> list[VoteRow]:
    """Make the rows, sorted by pseudonym.

    `voters` is person -> group, `identities` person -> identity, `class_of` the class of each person who is no voter. Raises Invalid
    PEOPLE_MISSING or PEOPLE_UNKNOWN with how many and of which classes, never who.
    """
    if missing := voters.keys() - identities.keys():
        raise invalid("people", "PEOPLE_MISSING", count=str(len(missing)))
    if unknown := identities.keys() - voters.keys():
        classes = sorted({class_of.get(person, "-") for person in unknown})
        raise invalid("people", "PEOPLE_UNKNOWN", count=str(len(unknown)), classes=", ".join(classes))
    drawn: set[str] = set()
    while len(drawn) < len(voters):
        drawn.add(pseudonyms.new_pseudonym())
    roll_rows = []
    # Sorting the voters is safe: the pseudonyms assigned to them are random.
    for person, pseudonym in zip(sorted(voters), drawn, strict=True):
        group, salt = voters[person], pseudonyms.new_salt()
        commitment = pseudonyms.row_commitment(terms.vote, pseudonym, group, identities[person], salt)
        roll_rows.append(VoteRow(terms.vote, person, pseudonym, group, salt, commitment))
    return sorted(roll_rows, key=lambda row: row.pseudonym)


def check_group_sizes(terms: VoteTerms, co_op: str, sizes: Mapping[str, int]) -> None:
    """Check the groups against the terms.

    Raises FailedPrecondition ROLL_EMPTY, ROLL_ABOVE_CEILING or ROLL_GROUP_TOO_SMALL, naming the group.
    """
    if not sizes:
        raise FailedPrecondition("ROLL_EMPTY")
    for group, number in sorted(sizes.items()):
        ceiling = terms.ceilings.get((co_op, group), 0)
        if number > ceiling:
            raise FailedPrecondition("ROLL_ABOVE_CEILING", group=group, rows=str(number), most=str(ceiling))
        if number < terms.k and (co_op, group) not in terms.small:
            raise FailedPrecondition("ROLL_GROUP_TOO_SMALL", group=group, rows=str(number), k=str(terms.k))


def group_sizes(roll_rows: Iterable[VoteRow]) -> dict[str, int]:
    return dict(sorted(Counter(row.group for row in roll_rows).items()))


def board_entries(roll_rows: Sequence[VoteRow]) -> list[bytes]:
    """Return the bytes of the board entries: the rows by pseudonym, then the roll."""
    row_entries = [RowEntry(row.pseudonym, row.group, row.commitment).data() for row in roll_rows]
    return [*row_entries, RollEntry(tuple(group_sizes(roll_rows).items())).data()]


def split_for_events(entries: Sequence[bytes]) -> list[Sequence[bytes]]:
    """Split the entries into one chunk for each event; the last chunk ends with the roll."""
    return [entries[start : start + ENTRIES_PER_EVENT] for start in range(0, len(entries), ENTRIES_PER_EVENT)]


def people_with_wrong_identity(roll_rows: Iterable[VoteRow], identities: Mapping[UUID, str]) -> list[UUID]:
    """Return the people whose commitment does not open with their identity, or whose identity is missing."""
    return [
        row.person
        for row in roll_rows
        if row.person not in identities
        or pseudonyms.row_commitment(row.vote, row.pseudonym, row.group, identities[row.person], row.salt) != row.commitment
    ]
