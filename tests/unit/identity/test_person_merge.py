"""Which two entries can be merged, and what moves from one to the other."""

from dataclasses import replace
from uuid import UUID

import pytest

from libs.refusals import FailedPrecondition, Invalid, Refusal
from services.identity.domain.person_merge import (
    MAX_REASON_LENGTH,
    MergeCandidate,
    merge_texts,
    moved_contacts,
    parse_reason,
    require_may_merge,
)

KEPT, OTHER = (MergeCandidate(UUID(int=number), None, "", "") for number in (1, 2))


@pytest.mark.parametrize(
    ("kept", "other", "caller", "kind", "reason"),
    [
        (KEPT, KEPT, None, Invalid, "SAME_ENTRY"),
        (replace(KEPT, merged_into=UUID(int=3)), OTHER, None, FailedPrecondition, "PERSON_MERGED"),
        (KEPT, replace(OTHER, merged_into=KEPT.id), None, FailedPrecondition, "PERSON_MERGED"),
        (KEPT, OTHER, OTHER.id, FailedPrecondition, "OWN_ENTRY"),
    ],
)
def test_these_are_not_merged(kept: MergeCandidate, other: MergeCandidate, caller: UUID | None, kind: type[Refusal], reason: str) -> None:
    with pytest.raises(kind, match=reason):
        require_may_merge(kept, other, caller)


def test_a_secretary_keeps_their_own_entry_or_merges_two_of_others() -> None:
    require_may_merge(KEPT, OTHER, KEPT.id)
    require_may_merge(KEPT, OTHER, None)


@pytest.mark.parametrize(
    ("kept", "other", "moved"),
    [
        (("", ""), ("a@b.example", "01632 960777"), {"email", "phone"}),
        (("a@b.example", ""), ("c@d.example", "01632 960777"), {"phone"}),
        (("a@b.example", "01632 960777"), ("c@d.example", "01632 960778"), set()),
        (("", ""), ("", ""), set()),
    ],
)
def test_only_what_the_kept_entry_lacks_moves(kept: tuple[str, str], other: tuple[str, str], moved: set[str]) -> None:
    candidates = (replace(entry, email=email, phone=phone) for entry, (email, phone) in ((KEPT, kept), (OTHER, other)))
    assert moved_contacts(*candidates) == moved


def test_words_are_joined_and_what_a_reader_was_not_shown_is_named() -> None:
    merged = merge_texts({"a": "one", "b": "same", "c": "mine"}, {"a": "two", "b": "same", "d": "theirs"})
    assert merged.changed == {"a": "one\n\ntwo", "d": "theirs"}
    assert set(merged.not_shown) == {"a", "c"}


def test_a_reason_is_some_words_and_not_a_book() -> None:
    assert parse_reason("  I rang them up. ") == "I rang them up."
    assert parse_reason("x" * MAX_REASON_LENGTH)
    for typed, reason in ((" \n", "MERGE_REASON_MISSING"), ("x" * (MAX_REASON_LENGTH + 1), "REASON_TOO_LONG")):
        with pytest.raises(Invalid, match=reason):
            parse_reason(typed)
