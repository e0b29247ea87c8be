"""Motions and their rolls."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from libs.database.engine import Work
from services.governance.domain.ballot import RollRow
from services.governance.domain.motion import Motion, Wording

_COLUMNS = """m.id, m.title, m.text, m.easy_title, m.easy_text, m.for_means, m.against_means, m.resolution_type, m.rulebook_hash,
m.announced_by, m.announced_at, m.opens_at, m.closes_at, m.proposed_rulebook, m.closed_at, m.passes, m.roll_day"""

_ADD = text("""
insert into motion (id, title, text, easy_title, easy_text, for_means, against_means, resolution_type, rulebook_hash, announced_by,
  announced_at, opens_at, closes_at, proposed_rulebook, roll_day, membership_number)
values (:id, :title, :text, :easy_title, :easy_text, :for_means, :against_means, :resolution_type, :rulebook_hash, :announced_by,
  :announced_at, :opens_at, :closes_at, :proposed_rulebook, :roll_day, :membership_number)""")
_FREEZE = text("""
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
_STANDING = text("""
select member_class, may_vote from standing where person = :person and (to_day is null or to_day >= :day)
order by from_day > :day, case when from_day <= :day then from_day end desc, from_day limit 1""")

_SEEN = f"""
select {_COLUMNS}, (select count(*) from roll where motion = m.id and revision > 0) as ballots, r.member_class as my_class, r.revision
from motion m left join roll r on r.motion = m.id and r.person = :me"""  # noqa: S608 - as above
_ONE = text(f"{_SEEN} where m.id = :id")


class Filter(StrEnum):
    """Which motions a list shows, and in which order."""

    ALL = "all"
    NEEDS_MY_VOICE = "needs_my_voice"
    OPEN = "open"
    CLOSED = "closed"


# Keyset pages: a list goes on after the (time, id) of the last row shown.
_LISTS = {
    Filter.ALL: text(f"""{_SEEN} where cast(:at as timestamptz) is null or (m.announced_at, m.id) < (:at, :id)
order by m.announced_at desc, m.id desc limit :limit"""),
    Filter.NEEDS_MY_VOICE: text(f"""{_SEEN} where m.closed_at is null and m.opens_at <= :now and m.closes_at > :now and r.revision = 0
and (cast(:at as timestamptz) is null or (m.closes_at, m.id) > (:at, :id)) order by m.closes_at, m.id limit :limit"""),
    Filter.OPEN: text(f"""{_SEEN} where m.closed_at is null and (cast(:at as timestamptz) is null or (m.closes_at, m.id) > (:at, :id))
and cast(:now as timestamptz) is not null order by m.closes_at, m.id limit :limit"""),
    Filter.CLOSED: text(f"""{_SEEN} where m.closed_at is not null and (cast(:at as timestamptz) is null or (m.closed_at, m.id) < (:at, :id))
order by m.closed_at desc, m.id desc limit :limit"""),
}


@dataclass(frozen=True)
class Seen:
    """A motion as one person sees it: with how many ballots there are, and their own place on its roll (None = not on it)."""

    motion: Motion
    ballots: int
    roll_day: date
    mine: RollRow | None

    def key(self, by: Filter) -> datetime:
        """What lists of this kind are ordered by."""
        if by is Filter.ALL:
            return self.motion.announced_at
        return self.motion.closed_at or self.motion.closes_at


async def add(work: Work, motion: Motion, roll_day: date, membership_number: int) -> None:
    words = motion.wording
    await work.connection.execute(
        _ADD,
        {
            "id": motion.id,
            "title": words.title,
            "text": words.text,
            "easy_title": words.easy_title,
            "easy_text": words.easy_text,
            "for_means": words.for_means,
            "against_means": words.against_means,
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


async def freeze_roll(work: Work, motion: UUID, day: date, excluded: Sequence[str]) -> dict[str, int]:
    """Everybody who may vote on that day, once and for all; gives the size of each class."""
    await work.connection.execute(_FREEZE, {"motion": motion, "day": day, "excluded": list(excluded)})
    return await roll_sizes(work, motion)


async def roll_sizes(work: Work, motion: UUID) -> dict[str, int]:
    rows = (await work.connection.execute(_ROLL_SIZES, {"motion": motion})).all()
    return {row.member_class: row.eligible for row in rows}


async def for_ballot(work: Work, motion: UUID, person: UUID) -> tuple[Motion, date, RollRow | None] | None:
    """The motion, held against its close until we commit; its roll's day; and the person's place on the roll."""
    row = (await work.connection.execute(_FOR_BALLOT, {"motion": motion, "person": person})).first()
    if row is None:
        return None
    place = RollRow(row.person, row.member_class, row.revision) if row.person else None
    return _motion(row), row.roll_day, place


async def due(work: Work) -> list[Motion]:
    """Motions whose time is over and that nobody has counted, locked against late ballots."""
    return [_motion(row) for row in (await work.connection.execute(_DUE, {"now": work.now})).all()]


async def next_close(work: Work) -> datetime | None:
    """When the next motion is over."""
    close: datetime | None = (await work.connection.execute(_NEXT_CLOSE)).scalar()
    return close


async def close(work: Work, motion: UUID, *, passes: bool) -> None:
    await work.connection.execute(_CLOSE, {"id": motion, "now": work.now, "passes": passes})


async def standing(work: Work, person: UUID, day: date) -> tuple[str, bool] | None:
    """Class and vote right of a person on a day, by membership's facts; of one who joined later, those they joined with."""
    row = (await work.connection.execute(_STANDING, {"person": person, "day": day})).first()
    return (row.member_class, row.may_vote) if row else None


async def seen(work: Work, motion: UUID) -> Seen | None:
    """As the caller sees it."""
    row = (await work.connection.execute(_ONE, {"id": motion, "me": work.caller.person})).first()
    return _seen(row, work) if row else None


async def page(work: Work, by: Filter, after: tuple[datetime, UUID] | None, limit: int) -> list[Seen]:
    at, last = after or (None, None)
    asked = {"me": work.caller.person, "now": work.now, "at": at, "id": last, "limit": limit}
    if by in (Filter.ALL, Filter.CLOSED):
        del asked["now"]
    return [_seen(row, work) for row in (await work.connection.execute(_LISTS[by], asked)).all()]


def _seen(row: Row[Any], work: Work) -> Seen:
    me = work.caller.person
    mine = RollRow(me, row.my_class, row.revision) if me and row.my_class is not None else None
    return Seen(_motion(row), row.ballots, row.roll_day, mine)


def _motion(row: Row[Any]) -> Motion:
    return Motion(
        id=row.id,
        wording=Wording(row.title, row.text, row.easy_title, row.easy_text, row.for_means, row.against_means),
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
