"""Turns rows into frozen dataclasses and back, by field name.

    find = reader(Ballot)                 # once, at module level
    ballot = find(row)                    # every field is a column of that name
    await work.connection.execute(insert(tables.ballot).values(values_of(ballot)))

What differs between the two worlds is differing everywhere in the same way: PostgreSQL's arrays are tuples here, an enum is kept by its
value, and bytes come as bytes whatever the driver gives.
"""

import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, Protocol, TypeVar, Union, get_args, get_origin, get_type_hints

from sqlalchemy import Row

Record = TypeVar("Record")
Convert = Callable[[Any], Any]


Read = TypeVar("Read", covariant=True)


class RowMapper(Protocol[Read]):
    """Makes a record of a row; `values` are fields that do not come from columns."""

    def __call__(self, row: Row[Any], /, **values: Any) -> Read: ...


def row_mapper(kind: type[Record], **renamed: str) -> RowMapper[Record]:
    """A function that makes a `kind` of a row. `renamed` names the column of a field that is not called like it.

    A field without a column and without a value keeps its default; without a default that is a TypeError at the first row.
    """
    converts = _converts(kind)
    columns = {name: renamed.get(name, name) for name in converts}

    def read(row: Row[Any], /, **values: Any) -> Record:
        mapping = row._mapping  # noqa: SLF001 - SQLAlchemy's public way to columns by name, whatever it looks like
        return kind(
            **{
                name: convert(mapping[columns[name]]) if convert else mapping[columns[name]]
                for name, convert in converts.items()
                if columns[name] in mapping and name not in values
            },
            **values,
        )

    return read


def values_of(record: Any, *left_out: str, **renamed: str) -> dict[str, Any]:  # any dataclass
    """The record's fields as column values; `left_out` fields are no columns, `renamed` names the column of a field."""
    return {
        renamed.get(field.name, field.name): _plain(getattr(record, field.name)) for field in fields(record) if field.name not in left_out
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return [_plain(item) for item in value] if isinstance(value, tuple | frozenset) else value


def _converts(kind: type[Any]) -> Mapping[str, Convert | None]:
    if not is_dataclass(kind):
        message = f"{kind.__name__} is no dataclass"
        raise TypeError(message)
    hints = get_type_hints(kind)
    return {field.name: _convert(hints[field.name]) for field in fields(kind) if field.init}


def _convert(hint: Any) -> Convert | None:
    """How a column's value becomes a field's; None where it already is one."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        inner = [_convert(argument) for argument in arguments if argument is not type(None)]
        convert = inner[0] if len(inner) == 1 else None
        return None if convert is None else lambda value: None if value is None else convert(value)
    if origin is tuple:
        item = _convert(arguments[0])
        return (lambda values: tuple(map(item, values))) if item else tuple
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    if hint is bytes:
        return bytes
    return None
