"""Pages of every list (AIP-158): keyset, opaque token, at most 200 rows.

    page = await paginate(work, statement, PageRequest(size, token), by=(motion.c.closes_at, motion.c.id), name="list_motions")

What pages ask each time has its statement made once (`PagedStatement`).

A token holds the sort key of the last row of its page and the query it belongs to; with another query it is refused.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Row, Select, bindparam, tuple_

from libs.database.engine import UnitOfWork
from libs.refusals import invalid

DEFAULT_SIZE = 50
MAX_SIZE = 200
_MAX_TOKEN = 1024
_MAX_BIGINT = 2**63
_ROWS, _AFTER = "page_rows", "page_after_{}"

Item = TypeVar("Item")
Made = TypeVar("Made")


@dataclass(frozen=True)
class PageRequest:
    """What the caller asks for: how many rows at most (0 = the default), and the token of the page before."""

    size: int = 0
    token: str = ""

    def rows(self) -> int:
        """More than the most is the most. Raises Invalid PAGE_SIZE_NEGATIVE."""
        if self.size < 0:
            raise invalid("page_size", "PAGE_SIZE_NEGATIVE")
        return min(self.size or DEFAULT_SIZE, MAX_SIZE)


@dataclass(frozen=True)
class Page(Generic[Item]):
    """One page, and the token of the next; the last page's token is empty."""

    items: list[Item]
    next_token: str = ""

    def map(self, make: Callable[[Item], Made]) -> "Page[Made]":
        return Page([make(item) for item in self.items], self.next_token)


class PagedStatement:
    """A list whose statement is made once: SQLAlchemy needs longer to put a statement together than PostgreSQL to run it.

    The rows are in the order of `by`, which must be unique together and among the selected columns.
    """

    def __init__(self, statement: Select[Any], *, by: Sequence[ColumnElement[Any]], descending: bool = False) -> None:
        self._by = by
        self._descending = descending
        self._first = statement.order_by(*(column.desc() if descending else column for column in by)).limit(bindparam(_ROWS, type_=Integer))

    @cached_property
    def _later(self) -> Select[Any]:
        key, bound = tuple_(*self._by), tuple_(*(bindparam(_AFTER.format(at), type_=column.type) for at, column in enumerate(self._by)))
        return self._first.where(key < bound if self._descending else key > bound)

    async def page(self, work: UnitOfWork, page: PageRequest, name: str, values: Mapping[str, object] | None = None) -> Page[Row[Any]]:
        """One page; `values` are those of the statement.

        `name` and whatever filters the statement has belong together: put the filter into the name when one list has several. Raises
        Invalid PAGE_SIZE_NEGATIVE, PAGE_TOKEN_FOREIGN.
        """
        size, after = page.rows(), read_token(name, page.token, [_reader(column) for column in self._by])
        statement, bound = self._first, dict(values or {}) | {_ROWS: size + 1}
        if after is not None:
            statement = self._later
            bound |= {_AFTER.format(at): value for at, value in enumerate(after)}
        rows = list((await work.connection.execute(statement, bound)).all())
        if len(rows) <= size:
            return Page(rows)
        last = rows[size - 1]._mapping  # noqa: SLF001 - SQLAlchemy's public way to columns by name
        return Page(rows[:size], token_of(name, *(_written(last[column]) for column in self._by)))


async def paginate(
    work: UnitOfWork,
    statement: Select[Any],
    page: PageRequest,
    *,
    by: Sequence[ColumnElement[Any]],
    name: str,
    descending: bool = False,
) -> Page[Row[Any]]:
    """A page of a statement that is made for this list alone: as `PagedStatement`."""
    return await PagedStatement(statement, by=by, descending=descending).page(work, page, name)


def token_of(name: str, *key: str) -> str:
    """The token that goes on after `key`."""
    return base64.urlsafe_b64encode(json.dumps([_fingerprint(name), *key]).encode()).decode()


def read_token(name: str, token: str, readers: Sequence[Callable[[str], Any]]) -> tuple[Any, ...] | None:
    """The key to go on after, each part read by its reader; None for the first page. Raises Invalid PAGE_TOKEN_FOREIGN."""
    if not token:
        return None
    try:
        if len(token) > _MAX_TOKEN:
            raise ValueError(len(token))
        parts = json.loads(base64.b64decode(token, altchars=b"-_", validate=True))
        if not (isinstance(parts, list) and len(parts) == len(readers) + 1 and all(isinstance(part, str) for part in parts)):
            raise ValueError(len(readers))
        if parts[0] != _fingerprint(name):
            raise ValueError(name)
        return tuple(read(part) for read, part in zip(readers, parts[1:], strict=True))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise invalid("page_token", "PAGE_TOKEN_FOREIGN") from error


def number(text: str) -> int:
    """At most what a bigint holds. Raises ValueError."""
    value = int(text)
    if not 0 <= value < _MAX_BIGINT:
        raise ValueError(text)
    return value


def moment(text: str) -> datetime:
    """With its zone. Raises ValueError."""
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError(text)
    return value


def plain(text: str) -> str:
    """Text that PostgreSQL can compare. Raises ValueError."""
    if "\0" in text:
        raise ValueError(text)
    text.encode()
    return text


def flag(text: str) -> bool:
    """Raises ValueError."""
    if text not in {"True", "False"}:
        raise ValueError(text)
    return text == "True"


_READERS: dict[type, Callable[[str], Any]] = {
    UUID: UUID,
    datetime: moment,
    date: date.fromisoformat,
    bool: flag,
    int: number,
    str: plain,
    bytes: bytes.fromhex,
}


def _reader(column: ColumnElement[Any]) -> Callable[[str], Any]:
    return _READERS[column.type.python_type]


def _written(value: Any) -> str:
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _fingerprint(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:12]
