"""Page sizes and the tokens for the next page."""

import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.database import paging
from libs.database.paging import Page, PageRequest
from libs.refusals import Invalid


@pytest.mark.parametrize(("requested", "rows"), [(0, 50), (1, 1), (200, 200), (201, 200), (2**31 - 1, 200)])
def test_a_page_has_the_requested_size_up_to_200(requested: int, rows: int) -> None:
    assert PageRequest(requested).rows() == rows


def test_a_page_of_less_than_nothing_is_a_mistake() -> None:
    with pytest.raises(Invalid, match="PAGE_SIZE_NEGATIVE"):
        PageRequest(-1).rows()


@given(st.text(max_size=20), st.lists(st.text(max_size=20), min_size=1, max_size=3))
def test_a_token_goes_on_after_the_key_it_was_made_from(name: str, key: list[str]) -> None:
    assert paging.read_token(name, paging.token_of(name, *key), [str] * len(key)) == tuple(key)


def test_the_first_page_has_no_key() -> None:
    assert paging.read_token("motions", "", [str, str]) is None


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
    with pytest.raises(Invalid, match="PAGE_TOKEN_FOREIGN"):
        paging.read_token("motions", token, [str])


@pytest.mark.parametrize(
    ("reader", "part"),
    [
        (paging.number, "-1"),
        (paging.number, str(2**63)),
        (paging.number, "two"),
        (paging.moment, "2026-03-01T12:00:00"),
        (paging.moment, "noon"),
        (paging.plain, "a\0b"),
        (paging.plain, "\ud800"),
    ],
)
def test_a_part_that_no_row_can_have_is_refused(reader: object, part: str) -> None:
    with pytest.raises(Invalid, match="PAGE_TOKEN_FOREIGN"):
        paging.read_token("motions", paging.token_of("motions", part), [reader])  # type: ignore[list-item]  # readers of several types


def test_a_moment_comes_back_to_the_microsecond() -> None:
    noon = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
    assert paging.read_token("motions", paging.token_of("motions", noon.isoformat(), "7"), [paging.moment, paging.number]) == (noon, 7)


@given(st.text(max_size=100))
def test_any_text_is_a_key_or_refused(token: str) -> None:
    try:
        key = paging.read_token("motions", token, [str])
    except Invalid as refusal:
        assert refusal.reason == "PAGE_TOKEN_FOREIGN"
    else:
        assert (key, token) == (None, "")


def test_a_page_of_something_else_keeps_its_token() -> None:
    assert Page([1, 2], "next").map(str) == Page(["1", "2"], "next")
