"""Sign-in codes: read out loud, typed with mistakes and still recognised."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.identity.v1.enums import CodeKind
from services.identity.domain.keyed_hasher import KeyedHasher
from services.identity.domain.sign_in_code import ALPHABET, SignInCode, generate_code, parse_code

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def make_code(kind: CodeKind = CodeKind.LINK, *, used: bool = False, revoked: bool = False) -> SignInCode:
    nobody = UUID(int=0)
    return SignInCode(nobody, nobody, kind, NOW + timedelta(hours=1), NOW if used else None, NOW if revoked else None)


def test_a_drawn_code_has_sixteen_characters_of_thirty_two() -> None:
    codes = {generate_code() for _ in range(200)}
    assert len(codes) == 200
    assert {len(code) for code in codes} == {16}
    assert set("".join(codes)) == set(ALPHABET)


def test_a_code_is_understood_in_small_letters_with_hyphens_and_mistaken_letters() -> None:
    assert parse_code(" abcd-efgh Jkm0-111\u20119 ") == parse_code("ABCDEFGHJKMO1IL9") == "ABCDEFGHJKM01119"


@pytest.mark.parametrize("typed", ["", "ABCDEFGHJKMNPQR", "ABCDEFGHJKMNPQRST", "ABCDEFGHJKMNPQRU", "\u00df" * 16, "0" * 500])
def test_invalid_text_is_not_a_code(typed: str) -> None:
    assert parse_code(typed) is None


@given(st.text(alphabet=ALPHABET, min_size=16, max_size=16), st.integers(1, 8))
def test_every_way_to_write_a_code_reads_back(code: str, group: int) -> None:
    grouped = "-".join(code[at : at + group] for at in range(0, 16, group))
    assert parse_code(grouped.lower()) == code


@given(st.text(max_size=80))
def test_reading_never_fails_on_whatever_is_typed(typed: str) -> None:
    code = parse_code(typed)
    assert code is None or set(code) <= set(ALPHABET)


def test_a_link_is_good_once_and_a_card_until_it_is_revoked() -> None:
    assert make_code(CodeKind.LINK).is_valid(NOW)
    assert not make_code(CodeKind.LINK, used=True).is_valid(NOW)
    assert make_code(CodeKind.CARD, used=True).is_valid(NOW)
    assert not make_code(CodeKind.CARD, revoked=True).is_valid(NOW)
    assert not make_code(CodeKind.CARD).is_valid(NOW + timedelta(hours=1))


def test_a_mark_fits_its_own_secret_of_its_own_kind_under_its_own_key() -> None:
    keyed_hasher = KeyedHasher(b"k" * 32)
    mark = keyed_hasher.digest("code", "SECRET")
    assert keyed_hasher.matches("code", "SECRET", mark)
    assert not keyed_hasher.matches("code", "OTHER", mark)
    assert not keyed_hasher.matches("session", "SECRET", mark)
    assert not KeyedHasher(b"l" * 32).matches("code", "SECRET", mark)
    assert b"SECRET" not in mark
    assert "kkk" not in repr(keyed_hasher)
