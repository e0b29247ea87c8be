"""Rows become records and records become rows, by field name."""

from dataclasses import dataclass, field
from enum import StrEnum
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from libs.database.rows import row_mapper, values_of


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class ExampleRecord:
    id: UUID
    colour: Colour
    tail: tuple[Colour, ...]
    owners: tuple[UUID, ...] = ()
    seal: bytes = b""
    spare: Colour | None = None
    length: int | None = None
    derived: int = field(default=0, init=False)


ID = UUID(int=7)


def make_row(**values: object) -> Any:
    return SimpleNamespace(_mapping=values)


def test_arrays_become_tuples_and_words_become_enums() -> None:
    kite = row_mapper(ExampleRecord)(
        make_row(id=ID, colour="red", tail=["blue", "red"], owners=[ID], seal=memoryview(b"x"), spare="blue", length=None)
    )

    assert kite == ExampleRecord(ID, Colour.RED, (Colour.BLUE, Colour.RED), (ID,), b"x", Colour.BLUE, None)
    assert isinstance(kite.seal, bytes)


def test_a_field_without_a_column_keeps_its_default_and_null_stays_none() -> None:
    assert row_mapper(ExampleRecord)(make_row(id=ID, colour="blue", tail=[], spare=None)).spare is None


def test_a_missing_column_without_a_default_is_an_error() -> None:
    with pytest.raises(TypeError, match="colour"):
        row_mapper(ExampleRecord)(make_row(id=ID, tail=[]))


def test_a_word_the_code_does_not_know_is_an_error() -> None:
    with pytest.raises(ValueError, match="green"):
        row_mapper(ExampleRecord)(make_row(id=ID, colour="green", tail=[]))


def test_columns_may_be_called_otherwise_in_both_directions() -> None:
    kite = row_mapper(ExampleRecord, colour="paint")(make_row(id=ID, paint="red", tail=[]))

    assert kite.colour is Colour.RED
    assert values_of(kite, "seal", "spare", "length", "derived", colour="paint") == {"id": ID, "paint": "red", "tail": [], "owners": []}


def test_what_is_no_column_is_given_as_a_value() -> None:
    row = make_row(id=ID, colour="red", tail=[], length=3)

    assert row_mapper(ExampleRecord)(row, tail=(Colour.BLUE,), length=4) == ExampleRecord(ID, Colour.RED, (Colour.BLUE,), length=4)


def test_only_dataclasses_are_records() -> None:
    with pytest.raises(TypeError, match="no dataclass"):
        row_mapper(int)
