"""Merging two entries of one person: which of them stays in use, and what moves to it.

One entry is kept, the other is merged into it. Nothing is deleted: both rows stay, with what each of them did.

| of the other entry                  | becomes                                                                  |
|-------------------------------------|--------------------------------------------------------------------------|
| sessions, links, cards, password, passkeys | ended and revoked: the person signs in with the kept entry               |
| who vouches for it, for whom it vouches | ended: people name each other again                                  |
| that it acts for the kept entry, or the kept one for it | ended as a mistake: nobody acts for themselves                   |
| hats, holds, places in teams        | the kept entry's                                                         |
| words of its record                 | the kept entry's where it has none; where both say something, one below the other |
| who sees a part of its record       | sees it of the kept entry, unless they would see more than before        |
| who sees a part of the kept entry's | sees it no more where its words come from the other entry, or both say   |
|                                     | something: nobody was shown them, until the person shares them again     |
| what an entry shares with its team  | ends if the other entry of the two had a team: it would see more than before |
| what others let it see, whom it helps | the kept entry's                                                       |
| relationships with others           | ended as replaced; one with the kept entry says the same, unless it has one of this kind: |
|                                     | that one stays, but gives way if it only waits and the other was in force; |
|                                     | ended as a mistake if both parties are this person by now                |
| its membership                      | ended, and nothing else ends with it: nobody has left                    |
| qualifications and their files      | the kept entry's                                                         |
| how it wants to be told             | the kept entry's where it has not chosen                                 |
| consents, records of capacity       | stay as they were said; they are read and counted together               |
| who looked at its record            | stays in the chained log of that entry                                   |
| e-mail address, telephone number    | the kept entry's where it has none; elsewhere they stay where they are   |
| the names and contacts it is recognised by | recognise the kept entry from now on                              |
| entries merged into it before       | point to the kept entry; `person_merge` still says how they came there   |

What is said of the other entry from then on is refused with PERSON_MERGED. A job moves what only the services themselves may read, one
merge at a time; one that it cannot move, as where a file is damaged, is tried again later and keeps no other waiting.

| refused with   | when                                                                                             |
|----------------|--------------------------------------------------------------------------------------------------|
| SAME_ENTRY     | both are one entry                                                                               |
| PERSON_MERGED  | one of them was merged before, perhaps a moment ago and the other way round                      |
| ERASED_BEFORE  | it was decided that one of them is erased                                                        |
| OWN_ENTRY      | the other entry is the caller's: nobody takes their own sign-in away; keep it, or ask a colleague |
| MERGE_REASON_MISSING, REASON_TOO_LONG | why they are one person is written down, in 1 to 500 characters                 |
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from libs.refusals import FailedPrecondition, invalid

MAX_REASON_LENGTH = 500


@dataclass(frozen=True)
class MergeCandidate:
    """One of the two entries."""

    id: UUID
    merged_into: UUID | None
    email: str
    phone: str


def parse_reason(typed: str) -> str:
    """Raises Invalid MERGE_REASON_MISSING or REASON_TOO_LONG."""
    reason = typed.strip()
    if not reason:
        raise invalid("reason", "MERGE_REASON_MISSING")
    if len(reason) > MAX_REASON_LENGTH:
        raise invalid("reason", "REASON_TOO_LONG", at_most=str(MAX_REASON_LENGTH))
    return reason


def require_may_merge(kept: MergeCandidate, other: MergeCandidate, caller: UUID | None) -> None:
    """Raises Invalid SAME_ENTRY, FailedPrecondition PERSON_MERGED or OWN_ENTRY."""
    if kept.id == other.id:
        raise invalid("other_person_id", "SAME_ENTRY")
    for candidate in (kept, other):
        require_in_use(candidate.merged_into)
    if other.id == caller:
        raise FailedPrecondition("OWN_ENTRY")


def require_in_use(merged_into: UUID | None) -> None:
    """Raises FailedPrecondition PERSON_MERGED, which names the entry to use."""
    if merged_into is not None:
        raise FailedPrecondition("PERSON_MERGED", person=str(merged_into))


def moved_contacts(kept: MergeCandidate, other: MergeCandidate) -> frozenset[str]:
    """Which of `email` and `phone` the kept entry gets from the other."""
    return frozenset(field for field in ("email", "phone") if not getattr(kept, field) and getattr(other, field))


@dataclass(frozen=True)
class TextsMerge:
    """What becomes of the words of two records, by field."""

    changed: Mapping[str, str]
    """The kept entry's new words. Who saw its old ones, or was to see what it would write, was not shown them."""
    not_shown: frozenset[str]
    """The kept entry says something that who saw the other's words was not shown."""


def merge_texts(kept: Mapping[str, str], other: Mapping[str, str]) -> TextsMerge:
    """Nothing that was said is lost, and nobody sees what they were not shown. The joined words may be longer than what can be written."""
    joined = frozenset(field for field in kept.keys() & other.keys() if kept[field] != other[field])
    moved = other.keys() - kept.keys()
    changed = {field: other[field] for field in sorted(moved)} | {field: f"{kept[field]}\n\n{other[field]}" for field in sorted(joined)}
    return TextsMerge(changed, joined | (kept.keys() - other.keys()))
