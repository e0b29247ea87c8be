"""Stores motions and their rolls."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from libs.database.engine import UnitOfWork
from services.governance.domain.ballot import RollRow
from services.governance.domain.motion import Motion, MotionWording

_COLUMNS = """m.id, m.title, m.text, m.easy_title, m.easy_text, m.for_means, m.against_means, m.resolution_type, m.rulebook_hash,
m.announced_by, m.announced_at, m.opens_at, m.closes_at, m.proposed_rulebook, m.closed_at, m.passes, m.roll_day"""

_ADD = text("""
insert into motion (id, title, text, easy_title, easy_text, for_means, against_means, resolution_type, rulebook_hash, announced_by,
  announced_at, opens_at, closes_at, proposed_rulebook, roll_day, membership_number)
values (:id, :title, :text, :easy_title, :easy_text, :for_means, :against_means, :resolution_type, :rulebook_hash, :announced_by,
  :announced_at, :opens_at, :closes_at, :proposed_rulebook, :roll_day, :membership_number)""")
_FREEZE_ROLL = text("""
insert into roll (motion, person, member_class)
select :motion, person, member_class from (
  select distinct on (person) person, member_class, may_vote from standing
  where from_day <= :day and (to_day is null or to_day >= :day) order by person, from_day desc) as that_day
where may_vote and not member_class = any(:excluded)""")
_ROLL_SIZES = text("select member_class, count(*) as eligible from roll where motion = :motion group by member_class order by member_class")
_FOR_BALLOT = text(f"""
select {_COLUMNS}, r.person, r.member_class, r.revision
from motion m left join roll r on r.motion = m.id and r.person = :person where m.id = :motion for share of m""")  # noqa: S608 - column names of our own
_DUE = text(f"select {_COLUMNS} from motion m where m.closed_at is null and m.closes_at <= :now order by m.closes_at limit 20 for update")  # noqa: S608 - as above
_NEXT_CLOSE = text("select min(closes_at) from motion where closed_at is null")
_CLOSE = text("update motion set closed_at = :now, passes = :passes where id = :id and closed_at is null")
_VOTING_RIGHT = text("""
select member_class, may_vote from standing where person = :person and (to_day is null or to_day >= :day)
order by from_day > :day, case when from_day <= :day then from_day end desc, from_day limit 1""")

_FOR_CALLER = f"""
select {_COLUMNS}, (select count(*) from roll where motion = m.id and revision > 0) as ballots, r.member_class as my_class, r.revision
from motion m left join roll r on r.motion = m.id and r.person = :me"""  # noqa: S608 - as above
_GET_FOR_CALLER = text(f"{_FOR_CALLER} where m.id = :id")


class ListFilter(StrEnum):
    """Which motions or votes a list shows, and in which order."""

    ALL = "all"
    NEEDS_MY_VOICE = "needs_my_voice"
    OPEN = "open"
    CLOSED = "closed"


# Keyset paging: a page starts after the (time, id) of the last row shown.
_LISTS = {
    ListFilter.ALL: text(f"""{_FOR_CALLER}
where cast(:at as timestamptz) is null or (m.announced_at, m.id) < (:at, :id)
order by m.announced_at desc, m.id desc limit :limit"""),
    ListFilter.NEEDS_MY_VOICE: text(f"""{_FOR_CALLER}
where m.closed_at is null and m.opens_at <= :now and m.closes_at > :now and r.revision = 0
and (cast(:at as timestamptz) is null or (m.closes_at, m.id) > (:at, :id)) order by m.closes_at, m.id limit :limit"""),
    ListFilter.OPEN: text(f"""{_FOR_CALLER}
where m.closed_at is null and (cast(:at as timestamptz) is null or (m.closes_at, m.id) > (:at, :id))
and cast(:now as timestamptz) is not null order by m.closes_at, m.id limit :limit"""),
    ListFilter.CLOSED: text(f"""{_FOR_CALLER}
where m.closed_at is not null and (cast(:at as timestamptz) is null or (m.closed_at, m.id) < (:at, :id))
order by m.closed_at desc, m.id desc limit :limit"""),
}


@dataclass(frozen=True)
class MotionForCaller:
    """A motion as the caller sees it, with the number of ballots and the caller's own row on its roll (None = not on it)."""

    motion: Motion
    ballots: int
    roll_day: date
    roll_row: RollRow | None

    def key(self, list_filter: ListFilter) -> datetime:
        """Return the time by which lists of this kind are ordered."""
        if list_filter is ListFilter.ALL:
            return self.motion.announced_at
        return self.motion.closed_at or self.motion.closes_at


async def add(work: UnitOfWork, motion: Motion, roll_day: date, membership_number: int) -> None:
    wording = motion.wording
    await work.connection.execute(
        _ADD,
        {
            "id": motion.id,
            "title": wording.title,
            "text": wording.text,
            "easy_title": wording.easy_title,
            "easy_text": wording.easy_text,
            "for_means": wording.for_means,
            "against_means": wording.against_means,
            "resolution_type": motion.resolution_type,
            "rulebook_hash": motion.rulebook_hash,
            "announced_by": motion.announced_by,
            "announced_at": motion.announced_at,
            "opens_at": motion.opens_at,
            "closes_at": motion.closes_at,
            "proposed_rulebook": motion.proposed_rulebook,
            "roll_day": roll_day,
            "membership_number": membership_number,
        },
    )


async def freeze_roll(work: UnitOfWork, motion: UUID, day: date, excluded: Sequence[str]) -> dict[str, int]:
    """Copy everybody who may vote on that day to the roll, for good; return the size of each class."""
    await work.connection.execute(_FREEZE_ROLL, {"motion": motion, "day": day, "excluded": list(excluded)})
    return await roll_sizes(work, motion)


async def roll_sizes(work: UnitOfWork, motion: UUID) -> dict[str, int]:
    rows = (await work.connection.execute(_ROLL_SIZES, {"motion": motion})).all()
    return {row.member_class: row.eligible for row in rows}


async def get_for_ballot(work: UnitOfWork, motion: UUID, person: UUID) -> tuple[Motion, date, RollRow | None] | None:
    """Return the motion, locked so that it cannot close before we commit; its roll's day; and the person's row on the roll."""
    row = (await work.connection.execute(_FOR_BALLOT, {"motion": motion, "person": person})).first()
    if row is None:
        return None
    roll_row = RollRow(row.person, row.member_class, row.revision) if row.person else None
    return _motion_from_row(row), row.roll_day, roll_row


async def list_due(work: UnitOfWork) -> list[Motion]:
    """Return motions whose voting has ended and that are not counted yet, locked against late ballots."""
    return [_motion_from_row(row) for row in (await work.connection.execute(_DUE, {"now": work.now})).all()]


async def next_close(work: UnitOfWork) -> datetime | None:
    """When the voting on the next motion ends."""
    closes_at: datetime | None = (await work.connection.execute(_NEXT_CLOSE)).scalar()
    return closes_at


async def close(work: UnitOfWork, motion: UUID, *, passes: bool) -> None:
    await work.connection.execute(_CLOSE, {"id": motion, "now": work.now, "passes": passes})


async def get_voting_right(work: UnitOfWork, person: UUID, day: date) -> tuple[str, bool] | None:
    """Return a person's class and right to vote on a day, by membership's events; for a later joiner, those they joined with."""
    row = (await work.connection.execute(_VOTING_RIGHT, {"person": person, "day": day})).first()
    return (row.member_class, row.may_vote) if row else None


async def get_for_caller(work: UnitOfWork, motion: UUID) -> MotionForCaller | None:
    """Return a motion as the caller sees it."""
    row = (await work.connection.execute(_GET_FOR_CALLER, {"id": motion, "me": work.caller.person})).first()
    return _for_caller_from_row(row, work) if row else None


async def list_page(work: UnitOfWork, list_filter: ListFilter, after: tuple[datetime, UUID] | None, limit: int) -> list[MotionForCaller]:
    at, last = after or (None, None)
    parameters = {"me": work.caller.person, "now": work.now, "at": at, "id": last, "limit": limit}
    if list_filter in (ListFilter.ALL, ListFilter.CLOSED):
        del parameters["now"]
    return [_for_caller_from_row(row, work) for row in (await work.connection.execute(_LISTS[list_filter], parameters)).all()]


def _for_caller_from_row(row: Row[Any], work: UnitOfWork) -> MotionForCaller:
    me = work.caller.person
    roll_row = RollRow(me, row.my_class, row.revision) if me and row.my_class is not None else None
    return MotionForCaller(_motion_from_row(row), row.ballots, row.roll_day, roll_row)


def _motion_from_row(row: Row[Any]) -> Motion:
    return Motion(
        id=row.id,
        wording=MotionWording(row.title, row.text, row.easy_title, row.easy_text, row.for_means, row.against_means),
        resolution_type=row.resolution_type,
        rulebook_hash=row.rulebook_hash,
        announced_by=row.announced_by,
        announced_at=row.announced_at,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        proposed_rulebook=row.proposed_rulebook,
        closed_at=row.closed_at,
        passes=row.passes,
    )
