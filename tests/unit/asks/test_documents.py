"""Letters about asks are read strictly: nothing but closed words, numbers and random bits."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.asks.area import COLUMNS, ROWS, Area, area_of
from libs.asks.documents import Ask, AskReply, agreed_payload, count_payload, read_agreed, read_ask, read_count, read_ended, read_reply
from libs.asks.vocabulary import BLOCKS, LANGUAGES
from libs.boards.document_fields import DocumentError

pytestmark = pytest.mark.capability("L12")
ID, OTHER_ID = "0a" * 16, "1b" * 16
_ASKS = st.builds(
    Ask,
    st.just(ID),
    st.sets(st.from_regex(r"[a-z][a-z0-9_]{0,39}", fullmatch=True), max_size=5).map(lambda some: tuple(sorted(some))),
    st.sets(st.sampled_from(sorted(LANGUAGES)), max_size=5).map(lambda some: tuple(sorted(some))),
    st.sets(st.sampled_from(BLOCKS), min_size=1).map(lambda some: tuple(sorted(some))),
    st.builds(Area, st.integers(0, ROWS - 1), st.integers(0, COLUMNS - 1)),
    st.integers(1, 2**40),
)


@given(_ASKS)
def test_an_ask_is_read_as_it_was_written(ask: Ask) -> None:
    assert read_ask(ask.payload()) == ask


@given(_ASKS, st.integers(1, 2**40))
def test_who_asks_and_until_when_are_no_part_of_the_question(ask: Ask, until: int) -> None:
    again = Ask(OTHER_ID, ask.skills, ask.languages, ask.blocks, ask.area, until)
    assert again.question == ask.question
    assert Ask(ID, ask.skills, ask.languages, ask.blocks, Area(ask.area.north ^ 1, ask.area.east), until).question != ask.question


@pytest.mark.parametrize(
    "changed",
    [
        {"ask": "Ottoline"}, {"ask": "0A" * 16}, {"ask": "0a" * 15}, {"skills": ["Ottoline F"]}, {"skills": ["b", "a"]},
        {"skills": ["a", "a"]},
        {"skills": [f"s{number}" for number in range(6)]}, {"skills": "dbs"}, {"languages": ["xx"]}, {"languages": ["en-gb"]},
        {"blocks": []}, {"blocks": ["tue_noon"]}, {"blocks": [7]}, {"area": [1]}, {"area": [ROWS, 0]}, {"area": [0, COLUMNS]},
        {"area": [0, "0"]}, {"area": [-1, 0]}, {"until": 0}, {"until": "soon"}, {"note": "for Ottoline"}, {"person": ID},
    ],
)  # fmt: skip
def test_anything_else_is_refused(changed: dict[str, Any]) -> None:
    good = Ask(ID, ("dbs",), ("bsl",), ("tue_morning",), Area(1415, 1799), 1).payload()
    with pytest.raises(DocumentError):
        read_ask(good | changed)


def test_the_other_letters_are_read_as_strictly() -> None:
    reply = AskReply(ID, OTHER_ID)
    assert read_count(count_payload(ID, 5)) == (ID, 5)
    assert read_reply(reply.payload()) == reply
    assert read_agreed(agreed_payload(reply, "K7QF-2M9D")) == (reply, "K7QF-2M9D")
    wrong: list[tuple[Callable[[Any], object], dict[str, Any]]] = [
        (read_count, {"ask": ID, "at_least": -1}),
        (read_count, {"ask": ID, "at_least": 1 << 21}),
        (read_ended, {"ask": ID, "why": "Ottoline"}),
        (read_reply, {"ask": ID, "reply": "Ottoline would"}),
        (read_agreed, {"ask": ID, "reply": OTHER_ID, "reference": "OTTO-LINE"}),
    ]
    for read, payload in wrong:
        with pytest.raises(DocumentError):
            read(payload)


@given(st.integers(-90_000_000, 90_000_000), st.integers(-180_000_000, 180_000_000))
def test_a_point_lies_in_its_square(latitude: int, longitude: int) -> None:
    area = area_of(latitude, longitude)
    middle_latitude, middle_longitude = area.middle
    assert 0 <= area.north < ROWS
    assert 0 <= area.east < COLUMNS
    assert abs(middle_latitude - latitude) <= 50_000
    assert abs(middle_longitude - longitude) <= 50_000
