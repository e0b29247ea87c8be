"""The words of table metadata that SQLAlchemy spells out at length: columns are NOT NULL unless they are `optional`."""

from typing import Any

from sqlalchemy import Column, DateTime
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine

MOMENT = DateTime(timezone=True)
"""A point in time, in UTC; what Python calls an aware datetime."""


def required(name: str, kind: "TypeEngine[Any] | type[TypeEngine[Any]]", *items: SchemaItem, server_default: Any = None) -> Column[Any]:
    """A NOT NULL column."""
    return Column(name, kind, *items, nullable=False, server_default=server_default)


def optional(name: str, kind: "TypeEngine[Any] | type[TypeEngine[Any]]", *items: SchemaItem) -> Column[Any]:
    """A column that may be NULL."""
    return Column(name, kind, *items)


def key(name: str, kind: "TypeEngine[Any] | type[TypeEngine[Any]]", *items: SchemaItem) -> Column[Any]:
    """A column of the primary key."""
    return Column(name, kind, *items, primary_key=True, autoincrement=False)
