"""Stores the frozen rolls of federated votes: who has which row. Row-level security shows a row only to its person and to hat wearers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Row, Text, any_, bindparam, insert, null, or_, select, update

from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest, paginate
from libs.database.rows import row_mapper, values_of
from libs.refusals import NotFound
from services.governance.domain.vote_ballot import VoteRow
from services.governance.storage.tables import vote_group, vote_row

read_roll_row = row_mapper(VoteRow, group="voting_group")

_ADD_ROW, _ADD_GROUP = insert(vote_row), insert(vote_group)
_ROWS = select(vote_row).where(vote_row.c.vote == bindparam("vote"))
_ALL_ROWS = _ROWS.order_by(vote_row.c.pseudonym)
_ROW = _ROWS.where(vote_row.c.person == bindparam("person"))
_LOST_AT = bindparam("at", type_=vote_row.c.lost_at.type)
_MARK_BALLOTS_LOST = (
    update(vote_row)
    .where(
        vote_row.c.vote == bindparam("of"),
        vote_row.c.pseudonym == any_(bindparam("pseudonyms", type_=ARRAY(Text))),
        or_(vote_row.c.lost_at == null(), vote_row.c.lost_at < _LOST_AT),
    )
    .values(lost_at=_LOST_AT)
)


async def save_roll(work: UnitOfWork, vote: str, rows: Sequence[VoteRow], groups: Mapping[str, tuple[int, bool]]) -> None:
    """Save the rows, and for each group (rows, fewer than k)."""
    await work.connection.execute(_ADD_ROW, [values_of(row, group="voting_group") for row in rows])
    sizes = [{"vote": vote, "voting_group": name, "size": size, "small": small} for name, (size, small) in groups.items()]
    await work.connection.execute(_ADD_GROUP, sizes)


async def list_all_rows(work: UnitOfWork, vote: str) -> list[VoteRow]:
    """Return all rows that the caller may read, by pseudonym."""
    return [read_roll_row(row) for row in (await work.connection.execute(_ALL_ROWS, {"vote": vote})).all()]


async def get_row(work: UnitOfWork, vote: str, person: UUID) -> VoteRow:
    """Return one person's row, if the caller may read it. Raises NotFound NOT_ON_VOTE_ROLL."""
    row = (await work.connection.execute(_ROW, {"vote": vote, "person": person})).first()
    if row is None:
        raise NotFound("NOT_ON_VOTE_ROLL")
    return read_roll_row(row)


async def list_rows(work: UnitOfWork, vote: str, page: PageRequest) -> Page[VoteRow]:
    """Return a page of rows, by person."""
    rows = select(vote_row).where(vote_row.c.vote == vote)
    return (await paginate(work, rows, page, by=(vote_row.c.person,), name=f"vote rows {vote}")).map(read_roll_row)


async def mark_ballots_lost(work: UnitOfWork, vote: str, pseudonyms: Sequence[str], at: datetime) -> None:
    """Mark that ballots which these rows cast until `at` are no longer on our board."""
    await work.connection.execute(_MARK_BALLOTS_LOST, {"of": vote, "pseudonyms": list(pseudonyms), "at": at})


def optional_row(row: Row[Any]) -> VoteRow | None:
    """The roll row in a row of an outer join; None where there is none."""
    return None if row.person is None else read_roll_row(row)
