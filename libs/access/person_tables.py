"""What a service stores about people, table by table: the columns that a person gets when they ask for their data, and why not the others.

Every service declares all its tables in `storage/person_tables.py`, either as a `PersonTable` or as holding nothing about a person; a test
refuses a table that is neither. Somebody else in a person's record (who entered it, who looked) is shown by their id alone.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Column, ColumnElement, LargeBinary, Select, Table, literal_column, or_, select

from libs.access.access_tables import acting_right
from libs.access.audit_chain import NOBODY
from libs.access.hats import worn_hat
from libs.database.shared_tables import read_audit


class KeptFor(StrEnum):
    """Why something stays when a person is erased. The pages have a sentence for each, with the law."""

    REGISTER = "register"
    """The co-op must keep a register of its members: Co-operative and Community Benefit Societies Act 2014, section 30."""
    VOTES = "votes"
    """A decision must stay countable by everybody: UK GDPR, article 17(3)(e)."""
    AUDIT = "audit"
    """Others must see who looked at their records, and that nobody altered the log: UK GDPR, articles 5(1)(f) and 32."""
    ACCOUNTABILITY = "accountability"
    """The co-op must show that it answered, and who was allowed what: UK GDPR, article 5(2)."""
    CONSENT = "consent"
    """The co-op must show that somebody agreed: UK GDPR, article 7(1). What was said went with the key."""
    ACCOUNTS = "accounts"
    """The co-op must keep proper accounts: Co-operative and Community Benefit Societies Act 2014, part 7."""
    OTHERS = "others"
    """It is in somebody else's record, who may keep it; the name is gone."""


@dataclass(frozen=True)
class Delete:
    """Erasing deletes the rows that are about the person in these columns; where none is named, in any of the table's."""

    of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Blank:
    """Erasing puts these values in place of what the columns say; the row stays, for this reason."""

    values: Mapping[str, object]
    why: KeptFor
    of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Keep:
    """Erasing leaves the rows as they are, for this reason. What is sealed in them goes with the person's key."""

    why: KeptFor
    of: tuple[str, ...] = ()


ErasureStep = Delete | Blank | Keep


@dataclass(frozen=True)
class Retention:
    """How long the rows are kept: as long as the rulebook says for records of this kind, from the day of `since`; while that is null, on.

    `person` is the column with whom they are about: nothing of somebody under a hold goes.
    """

    kind: str
    since: ColumnElement[Any]
    person: str = "person"


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
    erasure: tuple[ErasureStep, ...] = field(kw_only=True)
    """What erasing a person does to the rows about them, step by step. There is no default: every table says it."""
    retention: Retention | None = field(default=None, kw_only=True)
    own_alone: bool = field(default=False, kw_only=True)
    """The person alone gets these rows; who acts for them does not, and may be named in them."""
    own_alone_by: tuple[str, ...] = field(default=(), kw_only=True)
    """The person alone gets the rows that are about them in these columns; who acts for them gets those by the others."""

    def __post_init__(self) -> None:
        if sorted((*self.shown, *self.withheld)) != sorted(self.table.columns.keys()):
            message = f"{self.table.name}: each column is either shown or withheld"
            raise ValueError(message)
        if secret := [name for name in self.shown if isinstance(self.table.c[name].type, LargeBinary) and name not in self.sealed]:
            message = f"{self.table.name}: {', '.join(secret)} cannot be shown"
            raise ValueError(message)
        named = {name for step in self.erasure for name in (*step.of, *(step.values if isinstance(step, Blank) else ()))}
        if not self.erasure or named - set(self.table.columns.keys()):
            message = f"{self.table.name}: it must say what erasing a person does to it, by its own columns"
            raise ValueError(message)
        if self.retention is not None and self.retention.person not in self.table.columns:
            message = f"{self.table.name}: it has no column {self.retention.person}, by which a hold would keep its rows"
            raise ValueError(message)

    @property
    def kind(self) -> str:
        """The name of such a record in the export."""
        return self.table.name

    @property
    def order(self) -> tuple[ColumnElement[Any], ...]:
        """The primary key, which the pages of the export go along."""
        return tuple(self.table.primary_key.columns)

    def rows_of(self, person: object, without: tuple[str, ...] = ()) -> Select[Any]:
        """The rows about this person, but for those by the columns `without`: what is shown, and the primary key."""
        names = dict.fromkeys((*self.shown, *(column.name for column in self.table.primary_key.columns)))
        about = [
            self.table.c[name].any(person) if isinstance(self.table.c[name].type, ARRAY) else self.table.c[name] == person
            for name in self.of
            if name not in without
        ]
        about += [self.table.c[name].in_(select(whom.table.c.id).where(whom == person)) for name, whom in self.through.items()]
        return select(*(self.table.c[name] for name in names)).where(or_(literal_column("false"), *about))

    def about(self, persons: Collection[UUID], of: tuple[str, ...] = ()) -> ColumnElement[bool]:
        """Whether a row is about one of these persons, in these columns or in any."""
        about = [self.table.c[name].in_(persons) for name in of or self.of]
        if not of:
            about += [self.table.c[name].in_(select(whom.table.c.id).where(whom.in_(persons))) for name, whom in self.through.items()]
        return or_(literal_column("false"), *about)


WORN_HATS = PersonTable(worn_hat, ("person",), ("person", "hat", "since"), erasure=(Delete(),))
ACTING_RIGHTS = PersonTable(
    acting_right,
    ("holder", "subject"),
    ("relationship", "scope", "holder", "subject", "valid_from", "valid_until", "ended_at"),
    erasure=(Keep(KeptFor.ACCOUNTABILITY),),
)
READS = PersonTable(
    read_audit,
    ("subject",),
    ("id", "reader", "hat", "subject", "record", "action", "stale", "at", "fields", "reason", "acting_for", "helped_by"),
    {
        "salt": "what hides a read in the chain until the person is erased",
        "number": "a place in the chain of all reads, which tells how often others were read",
        "commitment": "part of the chain",
        "chain": "part of the chain",
    },
    erasure=(Blank({"subject": NOBODY, "fields": [], "reason": "", "acting_for": None, "helped_by": None, "salt": None}, KeptFor.AUDIT),),
)
"""Who looked at the person's record in this service. Where the person looked themself, the row is about somebody else, and stays."""

SHARED_TABLES_WITHOUT_PEOPLE: Mapping[str, str] = {
    "outbox": "events: ids, kinds and dates of what the other tables say in full",
    "outbox_state": "how far events have been published",
    "position": "how far events have been consumed",
    "position_skip": "events that an operator ordered to be skipped",
    "answer": "what the person was answered, once more, for 30 days: a repeated request gets it again",
    "erased_person": "ids of those who were erased, so that they stay erased",
}
"""The other tables that all services have, and why a person gets nothing from them."""

RETENTION_TABLES_WITHOUT_PEOPLE: Mapping[str, str] = {
    "held_person": "who must not be erased; identity shows the person the hold itself",
    "retention_rule": "how long the rulebook has records kept",
    "disposal": "how many records were disposed of; they name nobody",
}
"""Those of services with records whose time can be over."""
