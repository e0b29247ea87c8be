"""Codes that are read out, typed badly and still understood."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.domain.seal import Seal
from services.identity.domain.sign_in_code import ALPHABET, Code, Kind, draw, read

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def a_code(kind: Kind = Kind.LINK, *, used: bool = False, revoked: bool = False) -> Code:
    nobody = UUID(int=0)
    return Code(nobody, nobody, kind, NOW + timedelta(hours=1), NOW if used else None, NOW if revoked else None)


def test_a_drawn_code_has_sixteen_characters_of_thirty_two() -> None:
    drawn = {draw() for _ in range(200)}
    assert len(drawn) == 200
    assert {len(one) for one in drawn} == {16}
    assert set("".join(drawn)) == set(ALPHABET)


def test_a_code_is_understood_in_small_letters_with_hyphens_and_mistaken_letters() -> None:
    assert read(" abcd-efgh Jkm0-111\u20119 ") == read("ABCDEFGHJKMO1IL9") == "ABCDEFGHJKM01119"


@pytest.mark.parametrize("typed", ["", "ABCDEFGHJKMNPQR", "ABCDEFGHJKMNPQRST", "ABCDEFGHJKMNPQRU", "\u00df" * 16, "0" * 500])
def test_what_can_be_no_code_is_none(typed: str) -> None:
    assert read(typed) is None


@given(st.text(alphabet=ALPHABET, min_size=16, max_size=16), st.integers(1, 8))
def test_every_way_to_write_a_code_reads_back(code: str, group: int) -> None:
    grouped = "-".join(code[at : at + group] for at in range(0, 16, group))
    assert read(grouped.lower()) == code


@given(st.text(max_size=80))
def test_reading_never_fails_on_whatever_is_typed(typed: str) -> None:
    meant = read(typed)
    assert meant is None or set(meant) <= set(ALPHABET)


def test_a_link_is_good_once_and_a_card_until_it_is_revoked() -> None:
    assert a_code(Kind.LINK).good(NOW)
    assert not a_code(Kind.LINK, used=True).good(NOW)
    assert a_code(Kind.CARD, used=True).good(NOW)
    assert not a_code(Kind.CARD, revoked=True).good(NOW)
    assert not a_code(Kind.CARD).good(NOW + timedelta(hours=1))


def test_a_mark_fits_its_own_secret_of_its_own_kind_under_its_own_key() -> None:
    seal = Seal(b"k" * 32)
    mark = seal.mark("code", "SECRET")
    assert seal.fits("code", "SECRET", mark)
    assert not seal.fits("code", "OTHER", mark)
    assert not seal.fits("session", "SECRET", mark)
    assert not Seal(b"l" * 32).fits("code", "SECRET", mark)
    assert b"SECRET" not in mark
    assert "kkk" not in repr(seal)
