"""What a service stores about people, table by table: the columns that a person gets when they ask for their data, and why not the others.

Every service declares all its tables in `storage/person_tables.py`, either as a `PersonTable` or as holding nothing about a person; a test
refuses a table that is neither. Somebody else in a person's record (who entered it, who looked) is shown by their id alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ARRAY, Column, ColumnElement, LargeBinary, Select, Table, literal_column, or_, select

from libs.access.access_tables import acting_right
from libs.access.hats import worn_hat
from libs.database.shared_tables import read_audit


@dataclass(frozen=True)
class SealedColumn:
    """Words that are stored sealed with a person's key (`libs/sealing`), and that this person gets opened.

    `place` makes the place that they were sealed for from the row, `owner` is the column with the person whose key it is; anybody else whom
    the row is about does not get them. `is_json`: an object with the words by name, instead of a text.
    """

    place: Callable[[Mapping[str, Any]], str]
    owner: str = "person"
    is_json: bool = False


@dataclass(frozen=True)
class PersonTable:
    """A table with rows about people.

    `of` names the columns that say whom a row is about, `shown` those that the person gets, `withheld` the others, each with the reason;
    `sealed` those of the shown ones that are opened for them. Raises ValueError where a column is in neither or in both, or where one that
    is shown holds bytes and is not opened: those are secrets and hashes.
    """

    table: Table
    of: tuple[str, ...]
    shown: tuple[str, ...]
    withheld: Mapping[str, str] = field(default_factory=dict)
    sealed: Mapping[str, SealedColumn] = field(default_factory=dict)
    through: Mapping[str, Column[Any]] = field(default_factory=dict)
    """For rows that name nobody themselves: the column that holds the `id` of another table, and that table's column with the person."""

    def __post_init__(self) -> None:
        if sorted((*self.shown, *self.withheld)) != sorted(self.table.columns.keys()):
            message = f"{self.table.name}: each column is either shown or withheld"
            raise ValueError(message)
        if secret := [name for name in self.shown if isinstance(self.table.c[name].type, LargeBinary) and name not in self.sealed]:
            message = f"{self.table.name}: {', '.join(secret)} cannot be shown"
            raise ValueError(message)

    @property
    def kind(self) -> str:
        """The name of such a record in the export."""
        return self.table.name

    @property
    def order(self) -> tuple[ColumnElement[Any], ...]:
        """The primary key, which the pages of the export go along."""
        return tuple(self.table.primary_key.columns)

    def rows_of(self, person: object) -> Select[Any]:
        """The rows about this person: what is shown, and the primary key."""
        names = dict.fromkeys((*self.shown, *(column.name for column in self.table.primary_key.columns)))
        about = [
            self.table.c[name].any(person) if isinstance(self.table.c[name].type, ARRAY) else self.table.c[name] == person
            for name in self.of
        ]
        about += [self.table.c[name].in_(select(whom.table.c.id).where(whom == person)) for name, whom in self.through.items()]
        return select(*(self.table.c[name] for name in names)).where(or_(literal_column("false"), *about))


WORN_HATS = PersonTable(worn_hat, ("person",), ("person", "hat", "since"))
ACTING_RIGHTS = PersonTable(
    acting_right,
    ("holder", "subject"),
    ("relationship", "scope", "holder", "subject", "valid_from", "valid_until", "ended_at"),
)
READS = PersonTable(
    read_audit,
    ("subject",),
    ("id", "reader", "hat", "subject", "record", "action", "stale", "at", "fields", "reason", "acting_for"),
    {
        "salt": "what hides a read in the chain until the person is erased",
        "number": "a place in the chain of all reads, which tells how often others were read",
        "commitment": "part of the chain",
        "chain": "part of the chain",
    },
)
"""Who looked at the person's record in this service."""

SHARED_TABLES_WITHOUT_PEOPLE: Mapping[str, str] = {
    "outbox": "events: ids, kinds and dates of what the other tables say in full",
    "outbox_state": "how far events have been published",
    "position": "how far events have been consumed",
    "position_skip": "events that an operator ordered to be skipped",
    "answer": "what the person was answered, once more, for 30 days: a repeated request gets it again",
}
"""The other tables that all services have, and why a person gets nothing from them."""
