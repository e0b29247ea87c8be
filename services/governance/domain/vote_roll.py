"""The frozen roll of a vote with other co-ops: a row for each person, under a pseudonym, with a commitment that only their card opens."""

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from libs.boards import rows
from libs.boards.entries import Roll, Row
from libs.boards.terms import Terms
from libs.refusals import NotNow, invalid
from services.governance.domain.vote_ballot import VoteRow

CHUNK = 500
"""Entries in one fact."""
IDENTITY_MOST = 500


def identities(given: Iterable[tuple[UUID, str]]) -> dict[UUID, str]:
    """Member number, line feed, full name. Raises Invalid IDENTITY_MALFORMED, or PEOPLE_TWICE with how many."""
    found: dict[UUID, str] = {}
    twice = 0
    for person, identity in given:
        number, feed, name = unicodedata.normalize("NFC", identity).partition("\n")
        if not (number.strip() and feed and name.strip()) or "\n" in name or len(identity) > IDENTITY_MOST:
            raise invalid("people", "IDENTITY_MALFORMED")
        twice += person in found
        found[person] = rows.identity_of(number, name)
    if twice:
        raise invalid("people", "PEOPLE_TWICE", count=str(twice))
    return found


def groups_of(terms: Terms, co_op: str) -> dict[str, str]:
    """Our classes that vote in this -> their group."""
    excluded = terms.rule.counting.excluded
    return {name: group for (owner, name), group in terms.classes.items() if owner == co_op and group not in excluded}


def require_groups(terms: Terms, co_op: str, classes: Collection[str]) -> None:
    """`classes` are those that somebody of ours votes in.

    Raises NotNow JOIN_CLASS_WITHOUT_GROUP: whoever may vote has a group in the terms, or we take part without them. A class in which nobody
    is stands in no terms.
    """
    ours = [name for owner, name in terms.classes if owner == co_op]
    if missing := sorted(set(classes) - set(ours)):
        raise NotNow("JOIN_CLASS_WITHOUT_GROUP", classes=", ".join(missing), known=", ".join(sorted(ours)) or "-")


def freeze(terms: Terms, voters: Mapping[UUID, str], given: Mapping[UUID, str], class_of: Mapping[UUID, str]) -> list[VoteRow]:
    """Rows sorted by pseudonym; `voters` is person -> group, `given` person -> identity, `class_of` the class of whoever is no voter.

    Raises Invalid PEOPLE_MISSING or PEOPLE_UNKNOWN with how many and of which classes, never who.
    """
    if missing := voters.keys() - given.keys():
        raise invalid("people", "PEOPLE_MISSING", count=str(len(missing)))
    if unknown := given.keys() - voters.keys():
        classes = sorted({class_of.get(one, "-") for one in unknown})
        raise invalid("people", "PEOPLE_UNKNOWN", count=str(len(unknown)), classes=", ".join(classes))
    pseudonyms: set[str] = set()
    while len(pseudonyms) < len(voters):
        pseudonyms.add(rows.new_pseudonym())
    made = []
    # A set has an order of its own; sorted by person the pseudonyms are still random.
    for person, pseudonym in zip(sorted(voters), pseudonyms, strict=True):
        group, salt = voters[person], rows.new_salt()
        commitment = rows.commitment(terms.vote, pseudonym, group, given[person], salt)
        made.append(VoteRow(terms.vote, person, pseudonym, group, salt, commitment))
    return sorted(made, key=lambda row: row.pseudonym)


def require_sizes(terms: Terms, co_op: str, sizes: Mapping[str, int]) -> None:
    """Raises NotNow ROLL_EMPTY, ROLL_ABOVE_CEILING or ROLL_GROUP_TOO_SMALL, naming the group."""
    if not sizes:
        raise NotNow("ROLL_EMPTY")
    for group, number in sorted(sizes.items()):
        most = terms.ceilings.get((co_op, group), 0)
        if number > most:
            raise NotNow("ROLL_ABOVE_CEILING", group=group, rows=str(number), most=str(most))
        if number < terms.k and (co_op, group) not in terms.small:
            raise NotNow("ROLL_GROUP_TOO_SMALL", group=group, rows=str(number), k=str(terms.k))


def sizes_of(made: Iterable[VoteRow]) -> dict[str, int]:
    return dict(sorted(Counter(row.group for row in made).items()))


def entries_of(made: Sequence[VoteRow]) -> list[bytes]:
    """As the board has them: the rows by pseudonym, then the roll."""
    said = [Row(row.pseudonym, row.group, row.commitment).data() for row in made]
    return [*said, Roll(tuple(sizes_of(made).items())).data()]


def chunks(entries: Sequence[bytes]) -> list[Sequence[bytes]]:
    """What goes into one fact each; the last one ends with the roll."""
    return [entries[start : start + CHUNK] for start in range(0, len(entries), CHUNK)]


def unopened(made: Iterable[VoteRow], given: Mapping[UUID, str]) -> list[UUID]:
    """Whose commitment does not open with the identity given, or has none given."""
    return [
        row.person
        for row in made
        if row.person not in given or rows.commitment(row.vote, row.pseudonym, row.group, given[row.person], row.salt) != row.commitment
    ]
