"""Entries are read as they were written; rows are opened by their cards and by nothing else."""

import hashlib
import unicodedata

import pytest

from libs.boards import entries as kinds
from libs.boards import pseudonyms
from libs.boards.entries import Entry, read_entry
from libs.signing import canonical
from tests.support.vote_boards import identity_text, make_pseudonym, make_roll_row, make_salt, make_terms, signed_join, signed_outcome

TERMS = make_terms()
HASH = hashlib.sha256(b"").digest()


@pytest.mark.parametrize(
    "entry",
    [
        signed_join(TERMS, "ash"),
        make_roll_row(TERMS, "ash", 3),
        kinds.RollEntry((("member", 3), ("worker", 1))),
        kinds.ReadyEntry((("ash", 6, HASH), ("birch", 7, HASH))),
        kinds.OpenEntry((("ash", HASH), ("birch", HASH))),
        kinds.BallotEntry(make_pseudonym("ash", 0), "for"),
        kinds.BallotEntry(make_pseudonym("ash", 0), ("a", "b")),
        kinds.BallotEntry(make_pseudonym("ash", 0), {"a": 3, "b": 0}),
        kinds.BallotEntry(make_pseudonym("ash", 0), None),
        kinds.ClosedEntry((("ash", 9, HASH, 5), ("birch", 0, HASH, 0))),
        signed_outcome(TERMS, "ash", b"it passed"),
        kinds.NoticeEntry(kinds.SUSPEND, HASH),
        kinds.NoticeEntry(kinds.SCRUTINY, HASH, rows=30, scrutineers=2),
    ],
    ids=lambda one: type(one).__name__,
)
def test_an_entry_is_read_as_it_was_written(entry: Entry) -> None:
    assert not isinstance(entry, kinds.BadBallot)
    data = entry.data()

    assert read_entry(data) == entry
    assert canonical.encode(canonical.decode(data)) == data


@pytest.mark.parametrize(
    "data",
    [
        b'{"groups":[["member",3],["member",4]],"kind":"roll"}',
        b'{"groups":[["member",0]],"kind":"roll"}',
        b'{"groups":[["worker",1],["member",3]],"kind":"roll"}',
        b'{"about":"suspend","hash":"%b","kind":"notice","rows":3}' % (b"0" * 64),
        b'{"about":"scrutiny","hash":"%b","kind":"notice"}' % (b"0" * 64),
        b'{"about":"gossip","hash":"%b","kind":"notice"}' % (b"0" * 64),
        b'{"boards":[["ash",1,"%b",1],["ash",2,"%b",1]],"kind":"closed"}' % (b"0" * 64, b"0" * 64),
        b'{"kind":"ready","rolls":[["ash",1]]}',
        b'{"kind":"open","ready":[["ash","%b"]]}' % (b"A" * 64),
        b'{"body":{},"kind":"join","sig":"%b"}' % (b"0" * 128),
    ],
    ids=range(10),
)
def test_an_entry_of_another_form_is_none(data: bytes) -> None:
    assert read_entry(data) is None


def test_a_date_has_digits_and_is_not_judged_further() -> None:
    join = signed_join(TERMS, "ash").data()

    assert read_entry(join.replace(b"2026-01-01", b"2026-13-99")) is not None
    assert read_entry(join.replace(b"2026-01-01", b"2026-1-001")) is None


def test_a_pseudonym_is_80_bits_the_most_significant_first() -> None:
    assert pseudonyms.format_pseudonym(0) == "0" * 16
    assert pseudonyms.format_pseudonym(2**80 - 1) == "Z" * 16
    assert pseudonyms.format_pseudonym(1) == "0" * 15 + "1"
    assert pseudonyms.format_pseudonym(1 << 75) == "1" + "0" * 15
    made = {pseudonyms.new_pseudonym() for _ in range(100)}
    assert len(made) == 100
    assert all(pseudonyms.is_pseudonym(item) for item in made)


def test_somebody_who_types_a_pseudonym_may_take_a_letter_for_a_digit() -> None:
    assert pseudonyms.parse_typed_pseudonym(" 0il-o abcd ef12 3456 ") == "0110ABCDEF123456"
    assert pseudonyms.parse_typed_pseudonym("0110abcdef12345u") is None
    assert pseudonyms.parse_typed_pseudonym("0110abcdef1234567") is None


def test_a_commitment_opens_only_with_its_own_inputs() -> None:
    made = pseudonyms.row_commitment(TERMS.vote, make_pseudonym("ash", 1), "member", identity_text("ash", 1), make_salt("ash", 1))
    prefixed = [TERMS.vote, make_pseudonym("ash", 1), "member", identity_text("ash", 1)]
    hashed = b"kith/row/1" + b"".join(len(one.encode()).to_bytes(4, "big") + one.encode() for one in prefixed) + make_salt("ash", 1)

    assert made == hashlib.sha256(hashed).digest() == make_roll_row(TERMS, "ash", 1).commitment
    assert made != pseudonyms.row_commitment(TERMS.vote, make_pseudonym("ash", 1), "member", identity_text("ash", 2), make_salt("ash", 1))
    assert made != pseudonyms.row_commitment(TERMS.vote, make_pseudonym("ash", 1), "member", identity_text("ash", 1), make_salt("ash", 2))


def test_a_name_is_the_same_however_its_marks_are_typed() -> None:
    typed = unicodedata.normalize("NFD", "Zo\u00eb Made-up")

    assert pseudonyms.commitment_identity("7", typed) == pseudonyms.commitment_identity("7", "Zo\u00eb Made-up") == "7\nZo\u00eb Made-up"
    assert len({pseudonyms.row_commitment("v", "p", "g", one, bytes(32)) for one in (typed, "Zo\u00eb Made-up")}) == 1
