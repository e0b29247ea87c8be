"""Page sizes and the tokens for the next page."""

import base64
import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.refusals import Invalid
from libs.rpc import paging


@pytest.mark.parametrize(("asked", "given_"), [(0, 50), (1, 1), (200, 200), (201, 200), (2**31 - 1, 200)])
def test_a_page_has_the_requested_size_up_to_200(asked: int, given_: int) -> None:
    assert paging.page_size_of(asked) == given_


def test_a_page_of_less_than_nothing_is_a_mistake() -> None:
    with pytest.raises(Invalid) as refused:
        paging.page_size_of(-1)
    assert refused.value.reason == "PAGE_SIZE_NEGATIVE"


@given(st.text(max_size=20), st.lists(st.text(max_size=20), min_size=1, max_size=3))
def test_a_token_goes_on_after_the_key_it_was_made_from(query: str, key: list[str]) -> None:
    assert paging.key_of(query, paging.token_of(query, *key), len(key)) == tuple(key)


def test_the_first_page_has_no_key() -> None:
    assert paging.key_of("motions", "", 2) is None


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "é",
        "A" * 2000,
        base64.b64encode(b"\xff").decode(),
        base64.b64encode(b"{}").decode(),
        base64.b64encode(json.dumps(["wrong", "key"]).encode()).decode(),
        base64.b64encode(b"[" * 700).decode(),
        paging.token_of("members", "key"),
        paging.token_of("motions", "one", "two"),
        paging.token_of("motions"),
    ],
)
def test_a_token_of_another_list_or_of_none_is_refused(token: str) -> None:
    with pytest.raises(Invalid) as refused:
        paging.key_of("motions", token, 1)
    assert refused.value.reason == "PAGE_TOKEN_FOREIGN"


@given(st.text(max_size=100))
def test_any_text_is_a_key_or_refused(token: str) -> None:
    try:
        key = paging.key_of("motions", token, 1)
    except Invalid as refusal:
        assert refusal.reason == "PAGE_TOKEN_FOREIGN"
    else:
        assert key is None
        assert not token


def test_the_parts_of_a_key_come_back_as_what_they_were() -> None:
    noon = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
    assert paging.parse_key_part(paging.parse_datetime, noon.isoformat()) == noon
    assert paging.parse_key_part(UUID, str(UUID(int=7))) == UUID(int=7)
    assert paging.parse_key_part(paging.parse_number, "9223372036854775807") == 2**63 - 1


@pytest.mark.parametrize("strange", ["", "seven", "-1", "9223372036854775808", "1.5"])
def test_a_part_that_is_no_number_a_table_can_hold_is_refused(strange: str) -> None:
    with pytest.raises(Invalid):
        paging.parse_key_part(paging.parse_number, strange)


@pytest.mark.parametrize("strange", ["", "noon", "2026-03-01T12:00:00", "2026-13-01T12:00:00+00:00"])
def test_a_part_that_is_no_moment_is_refused(strange: str) -> None:
    with pytest.raises(Invalid):
        paging.parse_key_part(paging.parse_datetime, strange)
