"""Short forms for table metadata and statements: a column is NOT NULL unless it is `optional`."""

from typing import Any

from sqlalchemy import ARRAY, Column, ColumnElement, DateTime, and_, any_, bindparam, literal, or_
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine

MOMENT = DateTime(timezone=True)
"""A point in time, in UTC; what Python calls an aware datetime."""
NOW = bindparam("now", type_=MOMENT)
"""The time of the unit of work, as statements take it."""


def required(name: str, kind: "TypeEngine[Any] | type[TypeEngine[Any]]", *items: SchemaItem, server_default: Any = None) -> Column[Any]:
    """A NOT NULL column."""
    return Column(name, kind, *items, nullable=False, server_default=server_default)


def optional(name: str, kind: "TypeEngine[Any] | type[TypeEngine[Any]]", *items: SchemaItem) -> Column[Any]:
    """A column that may be NULL."""
    return Column(name, kind, *items)


def key(name: str, kind: "TypeEngine[Any] | type[TypeEngine[Any]]", *items: SchemaItem) -> Column[Any]:
    """A column of the primary key."""
    return Column(name, kind, *items, primary_key=True, autoincrement=False)


def in_force(
    begins: ColumnElement[Any],
    ends: ColumnElement[Any],
    ended: ColumnElement[Any],
    now: ColumnElement[Any] = NOW,
) -> ColumnElement[bool]:
    """Whether what holds from `begins` until just before `ends`, if there is an end, holds now, and was not `ended` before its time."""
    return and_(begins <= now, or_(ends.is_(None), ends > now), or_(ended.is_(None), ended > now))


def constant(value: str) -> ColumnElement[str]:
    """A value that is part of the statement's text. Plans are made without the values of parameters: only by such a constant does one see
    that a partial index holds the rows.
    """
    return literal(value, literal_execute=True)


def among(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """`column = any(:name)`: unlike `in`, it is the same prepared statement however many values the list has."""
    return column == any_(bindparam(name, type_=ARRAY(column.type)))
