"""Stores ballots of every kind as append-only revisions, and the first entries of paper and phone votes that wait for a second person.

A `BallotCarrier` says what is voted on: `motion_ballots.py` for motions of this co-op, `vote_ballots.py` for federated votes.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Column, Row, Select, Table, and_, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql

from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest, paginate
from libs.database.rows import row_mapper, values_of
from libs.refusals import Conflict, NotFound
from services.governance.domain.ballot import Ballot, BallotChannel, BallotEntry, Poll, RollRow

RollRecord = TypeVar("RollRecord", bound=RollRow)
Subject = TypeVar("Subject")
Request = TypeVar("Request")
Choice = TypeVar("Choice")


class BallotStore(Generic[Subject, RollRecord, Choice]):
    """The ballots on one kind of subject, in a roll table, a ballot table and a table of first entries.

    `subject` is the column that names what is voted on, in all three. `read_row` makes a roll row of a result row; `encode` and `decode`
    translate a choice for its column. `own_values` are those of the columns that only these ballots have, and of the `on_row` columns of
    the roll, which change with each ballot.
    """

    def __init__(
        self,
        subject: str,
        roll: Table,
        ballot: Table,
        entry: Table,
        *,
        read_row: Callable[[Row[Any]], RollRecord],
        encode: Callable[[Choice], str | None],
        decode: Callable[[Any], Choice],
        own_values: Callable[[Ballot[RollRecord, Choice]], Mapping[str, object]],
        on_row: tuple[str, ...] = (),
    ) -> None:
        self._subject, self._entry, self._read_row = subject, entry, read_row
        self._encode, self._decode, self._own_values = encode, decode, own_values
        self._read_entry = row_mapper(BallotEntry, subject=subject)
        self._add = _add_statement(subject, roll, ballot, on_row)
        self._latest = _latest_statement(subject, roll, ballot)
        add_entry = postgresql.insert(entry)
        self._save_entry = add_entry.on_conflict_do_update(
            index_elements=(entry.c[subject], entry.c.person),
            set_={column.name: add_entry.excluded[column.name] for column in entry.c if column.name not in (subject, "person")},
        )
        self._locked_entry = select(entry).where(entry.c.id == bindparam("id")).with_for_update()
        self._delete_entry = delete(entry).where(entry.c.id == bindparam("entry"))

    async def add(self, work: UnitOfWork, ballot: Ballot[RollRecord, Choice]) -> None:
        """Add a ballot. Raises Conflict BALLOT_STALE when the person's ballot has changed in between."""
        values = values_of(ballot, "row", "choice", "id") | {
            "person": ballot.row.person,
            "choice": self._encode(ballot.choice),
            **self._own_values(ballot),
        }
        if (await work.connection.execute(self._add, {f"new_{name}": value for name, value in values.items()})).rowcount != 1:
            raise Conflict("BALLOT_STALE")

    async def get_latest(self, work: UnitOfWork, subject: Subject, person: UUID) -> Ballot[RollRecord, Choice] | None:
        """Return the ballot that counts, if the caller may see it."""
        row = (await work.connection.execute(self._latest, {"subject": subject, "person": person})).first()
        if row is None:
            return None
        return Ballot(
            row=self._read_row(row),
            choice=self._decode(row.choice),
            revision=row.ballot_revision,
            taken=BallotChannel(row.taken),
            recorded_at=row.recorded_at,
            recorders=tuple(row.recorders),
            asked_for=row.asked_for,
            id=getattr(row, "id", None),
        )

    async def save_entry(self, work: UnitOfWork, entry: BallotEntry[Subject, Choice]) -> None:
        """Save a first entry; a new entry for the same person replaces it."""
        values = values_of(entry, "choice", subject=self._subject) | {"choice": self._encode(entry.choice)}
        await work.connection.execute(self._save_entry, values)

    async def get_locked_entry(self, work: UnitOfWork, entry_id: UUID) -> BallotEntry[Subject, Choice]:
        """Raises NotFound ENTRY_UNKNOWN."""
        row = (await work.connection.execute(self._locked_entry, {"id": entry_id})).first()
        if row is None:
            raise NotFound("ENTRY_UNKNOWN")
        return self._entry_from_row(row)

    async def delete_entry(self, work: UnitOfWork, entry_id: UUID) -> None:
        await work.connection.execute(self._delete_entry, {"entry": entry_id})

    async def list_entries(self, work: UnitOfWork, subject: Subject | None, page: PageRequest) -> Page[BallotEntry[Subject, Choice]]:
        """Return a page of entries, oldest first; all of them without a subject."""
        entry = self._entry
        statement = select(entry) if subject is None else select(entry).where(entry.c[self._subject] == subject)
        return (await paginate(work, statement, page, by=(entry.c.id,), name=f"{entry.name} {subject}")).map(self._entry_from_row)

    def _entry_from_row(self, row: Row[Any]) -> BallotEntry[Subject, Choice]:
        entry = self._read_entry(row)
        return replace(entry, choice=self._decode(entry.choice))


@dataclass(frozen=True)
class BallotCarrier(Generic[Subject, RollRecord, Request, Choice]):
    """Something that ballots are cast on: what it is for one voter, where its ballots are stored, and what is published of each."""

    load_poll: Callable[[UnitOfWork, Subject, UUID], Awaitable[Poll[RollRecord, Request, Choice]]]
    """Lock the subject, so that it cannot close before we commit, and load what a person votes on. Raises NotFound."""
    ballots: BallotStore[Subject, RollRecord, Choice]
    publish: Callable[[UnitOfWork, Ballot[RollRecord, Choice]], Awaitable[None]]

    async def add_ballot(self, work: UnitOfWork, ballot: Ballot[RollRecord, Choice]) -> None:
        """Store and publish a ballot. Raises Conflict BALLOT_STALE."""
        await self.ballots.add(work, ballot)
        await self.publish(work, ballot)


def _add_statement(subject: str, roll: Table, ballot: Table, on_row: tuple[str, ...]) -> Any:
    """One statement raises the roll row's revision and adds the ballot: no ballot without its revision, no revision twice."""

    def new(column: Column[Any]) -> Any:
        return bindparam(f"new_{column.name}", type_=column.type)

    moved = (
        update(roll)
        .where(
            roll.c[subject] == new(roll.c[subject]),
            roll.c.person == new(roll.c.person),
            roll.c.revision == new(roll.c.revision) - 1,
        )
        .values({name: new(roll.c[name]) for name in ("revision", *on_row)})
        .returning(roll.c.person)
        .cte("moved")
    )
    return insert(ballot).from_select(ballot.c.keys(), select(*map(new, ballot.c)).select_from(moved))


def _latest_statement(subject: str, roll: Table, ballot: Table) -> Select[Any]:
    of_ballot = [column for column in ballot.c if column.name not in roll.c]
    return (
        select(roll, *of_ballot, ballot.c.revision.label("ballot_revision"))
        .join(ballot, and_(ballot.c[subject] == roll.c[subject], ballot.c.person == roll.c.person))
        .where(roll.c[subject] == bindparam("subject"), roll.c.person == bindparam("person"))
        .order_by(ballot.c.revision.desc())
        .limit(1)
    )
