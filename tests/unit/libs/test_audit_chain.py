"""A read audit of which any row was altered, removed or moved is found out; one of which people were erased stays whole."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.access.audit_chain import FIRST_LINK, NOBODY, AuditRow, ChainCheck, ChainHead, Damage, Finding, canonical_row, commit, link

PEOPLE = [UUID(int=number) for number in range(1, 6)]
_IDS = st.sampled_from(PEOPLE)
_ROWS = st.builds(
    AuditRow,
    id=st.uuids(version=4),
    reader=_IDS.map(str),
    hat=st.sampled_from(["", "secretary"]),
    subject=_IDS,
    record=st.sampled_from(["person", "register entry"]),
    action=st.sampled_from(["get", "list"]),
    at=st.integers(0, 10**15).map(lambda microseconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)),
    fields=st.lists(st.sampled_from(["health.risks", "home.key_safe"]), max_size=2).map(tuple),
    reason=st.text(max_size=8),
    stale=st.booleans(),
    acting_for=st.none() | _IDS,
    salt=st.binary(min_size=16, max_size=16),
)


def seal(rows: Sequence[AuditRow]) -> list[AuditRow]:
    """The rows with their places in the chain, as the leader seals them."""
    sealed, chain = [], FIRST_LINK
    for number, row in enumerate(rows, 1):
        numbered = replace(row, number=number, commitment=None, chain=None)
        commitment = commit(numbered)
        chain = link(chain, commitment)
        sealed.append(replace(numbered, commitment=commitment, chain=chain))
    return sealed


LOGS = st.lists(_ROWS, min_size=3, max_size=6, unique_by=lambda row: row.id).map(seal)


def findings(rows: Sequence[AuditRow], *heads: ChainHead) -> list[Finding]:
    check = ChainCheck(heads)
    found = [finding for row in sorted(rows, key=lambda row: row.number or 0) for finding in check.check(row)]
    return [*found, *check.finish()]


def head(rows: Sequence[AuditRow]) -> ChainHead:
    return ChainHead(rows[-1].number or 0, rows[-1].chain or b"")


def erase(row: AuditRow) -> AuditRow:
    """As the erasure of the person whose record it was leaves it."""
    return replace(row, subject=NOBODY, fields=(), reason="", acting_for=None, salt=None)


ALTERATIONS: dict[str, Callable[[AuditRow], AuditRow]] = {
    "another reader": lambda row: replace(row, reader=str(UUID(int=99))),
    "no reader": lambda row: replace(row, reader=""),
    "another hat": lambda row: replace(row, hat=row.hat + "x"),
    "another subject": lambda row: replace(row, subject=UUID(int=99)),
    "another record": lambda row: replace(row, record="standing"),
    "another action": lambda row: replace(row, action="search"),
    "another time": lambda row: replace(row, at=row.at + timedelta(microseconds=1)),
    "another field": lambda row: replace(row, fields=(*row.fields, "money.bank")),
    "another reason": lambda row: replace(row, reason=row.reason + "."),
    "not stale": lambda row: replace(row, stale=not row.stale),
    "for another": lambda row: replace(row, acting_for=UUID(int=99)),
    "another salt": lambda row: replace(row, salt=bytes(16) if row.salt != bytes(16) else bytes(15)),
    "no salt": lambda row: replace(row, salt=None),
    "another id": lambda row: replace(row, id=UUID(int=99)),
    "another commitment": lambda row: replace(row, commitment=bytes(32)),
    "another link": lambda row: replace(row, chain=bytes(32)),
}


@pytest.mark.capability("I3")
@given(LOGS, st.sampled_from(sorted(ALTERATIONS)), st.integers(0, 2))
def test_any_altered_row_is_found(rows: list[AuditRow], alteration: str, at: int) -> None:
    altered = ALTERATIONS[alteration](rows[at])
    found = findings([*rows[:at], altered, *rows[at + 1 :]])
    assert rows[at].number in {finding.number for finding in found}, alteration


@pytest.mark.capability("I3")
@given(LOGS, st.integers(0, 1))
def test_removed_moved_and_inserted_rows_are_found(rows: list[AuditRow], at: int) -> None:
    removed = [row for row in rows if row is not rows[at]]
    assert Finding(at + 1, Damage.MISSING) in findings(removed)
    closed_up = [replace(row, number=number) for number, row in enumerate(removed, 1)]
    assert findings(closed_up)
    first, second = rows[at], rows[at + 1]
    swapped = [*rows[:at], replace(second, number=first.number), replace(first, number=second.number), *rows[at + 2 :]]
    assert findings(swapped)
    inserted = [*rows[:at], *(replace(row, number=(row.number or 0) + 1) for row in rows[at:]), replace(rows[2], number=at + 1)]
    assert findings(inserted)


@pytest.mark.capability("I3")
@given(LOGS, st.integers(1, 2))
def test_a_log_cut_off_or_sealed_anew_differs_from_what_was_published(rows: list[AuditRow], cut: int) -> None:
    assert findings(rows[:-cut]) == []
    assert {finding.damage for finding in findings(rows[:-cut], head(rows))} == {Damage.MISSING}
    forged = seal([replace(rows[0], reader=str(UUID(int=99))), *rows[1:]])
    assert findings(forged) == []
    assert findings(forged, head(rows)) == [Finding(len(rows), Damage.REWRITTEN)]


@pytest.mark.capability("I3")
@given(LOGS, st.sets(st.integers(0, 2)))
def test_a_log_stays_verifiable_when_people_are_erased(rows: list[AuditRow], erased: set[int]) -> None:
    left = [erase(row) if at in erased else row for at, row in enumerate(rows)]
    check = ChainCheck([head(rows)])
    found = [finding for row in left for finding in check.check(row)]
    assert [*found, *check.finish()] == []
    assert check.erased == len(erased)
    # Without the salt, nobody can try whether what they think it said was what it said.
    assert all(commit(replace(rows[at], salt=None)) != rows[at].commitment for at in erased)


def test_the_format_is_the_documented_one() -> None:
    row = AuditRow(
        id=UUID(int=1),
        reader=str(PEOPLE[0]),
        hat="secretary",
        subject=PEOPLE[1],
        record="person",
        action="get",
        at=datetime(2026, 11, 28, 9, 2, 0, 7, UTC),
        fields=("health.risks",),
        reason="a visit",
        stale=False,
        acting_for=None,
        salt=bytes(range(16)),
        number=1,
    )
    assert canonical_row(row) == (
        b'{"acting_for":"","action":"get","at":"2026-11-28T09:02:00.000007Z","fields":["health.risks"],"hat":"secretary",'
        b'"id":"00000000-0000-0000-0000-000000000001","number":1,"reader":"00000000-0000-0000-0000-000000000001","reason":"a visit",'
        b'"record":"person","stale":false,"subject":"00000000-0000-0000-0000-000000000002"}'
    )
    assert commit(row).hex() == "c9e3aae9662fd243c41277702f802dee2fe94b2042d6275f4a7c68d44d25db31"
    assert link(FIRST_LINK, commit(row)).hex() == "421cc3d14de6b91eb24fb20cd75d3d34da8a9403dc5196bec8adc7f2825c28d7"
