"""Rows of concerns between two of a team. Row-level security shows them to the two, who acts for the person, and who is beside them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from kith.matching.v1.enums import ConcernStep
from libs.access import acting
from libs.database.columns import MOMENT, NOW
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from libs.refusals import NotFound
from services.matching.domain.concern import BETWEEN_TWO, Concern
from services.matching.domain.support_profile import SCOPE
from services.matching.storage.tables import concern, concern_rule

_FIND = select(concern).where(concern.c.id == bindparam("of"))
_LOCKED = _FIND.with_for_update()
_OPEN = concern.c.due.is_not(None)
_BETWEEN_TWO = concern.c.step.in_(sorted(step.value for step in BETWEEN_TWO))
_ADD = insert(concern).on_conflict_do_nothing()
_SAVE = update(concern).where(concern.c.id == bindparam("saved"))
_OF = or_(concern.c.first == bindparam("of"), concern.c.second == bindparam("of"))
_OF_PERSON = (
    select(concern).where(or_(_OF, concern.c.facilitator == bindparam("of"))).order_by(concern.c.since.desc(), concern.c.id).limit(200)
)
_IN_TEAM = select(concern).where(concern.c.team == bindparam("in_team"), _OF, _BETWEEN_TWO).order_by(concern.c.id).with_for_update()
_FACILITATED = select(concern).where(concern.c.facilitator == bindparam("of")).order_by(concern.c.id).with_for_update()
_COVERED = (
    select(concern)
    .where(concern.c.owner == bindparam("of_owner"), concern.c.leaver == bindparam("of_leaver"), _OPEN)
    .where(concern.c.since <= bindparam("left_at", type_=MOMENT))
    .order_by(concern.c.id)
    .with_for_update()
)
_SET_ASIDE_AT = select(func.max(concern.c.since)).where(
    concern.c.first == bindparam("one"), concern.c.second == bindparam("two"), concern.c.set_aside_by == bindparam("by")
)
_DUE = (
    select(concern)
    .where(concern.c.due <= NOW, concern.c.overdue_told_at.is_(None))
    .order_by(concern.c.due, concern.c.id)
    .limit(200)
    .with_for_update()
)
_NEXT_DUE = select(func.min(concern.c.due)).where(concern.c.overdue_told_at.is_(None))
_KEPT_SINCE = NOW - func.make_interval(0, 0, 0, func.coalesce(select(concern_rule.c.kept_days).scalar_subquery(), bindparam("usual")))
_FORGET = delete(concern).where(
    or_(
        concern.c.due.is_(None) & (concern.c.since <= _KEPT_SINCE),
        # The two have parted, and nobody says any more whether the visits are covered.
        (concern.c.step == ConcernStep.COVER.value) & (concern.c.due <= _KEPT_SINCE),
    )
)

_to_concern = row_mapper(Concern)


async def find(work: UnitOfWork, of: UUID) -> Concern:
    """Raises NotFound CONCERN_UNKNOWN, also for one that the caller may not see."""
    return await _get(work, of, lock=False)


async def get(work: UnitOfWork, of: UUID) -> Concern:
    """Locked. Raises NotFound CONCERN_UNKNOWN."""
    return await _get(work, of, lock=True)


async def _get(work: UnitOfWork, of: UUID, *, lock: bool) -> Concern:
    row = (await work.connection.execute(_LOCKED if lock else _FIND, {"of": of})).first()
    if row is None:
        raise NotFound("CONCERN_UNKNOWN")
    return _to_concern(row)


async def add(work: UnitOfWork, new: Concern) -> bool:
    """False if the two have one that is not over."""
    return (await work.connection.execute(_ADD, values_of(new))).rowcount > 0


async def save(work: UnitOfWork, changed: Concern) -> None:
    await work.connection.execute(_SAVE, values_of(changed, "id") | {"saved": changed.id})


async def list_of(work: UnitOfWork, person: UUID) -> list[Concern]:
    """Their own, and those that they are asked to be, or are, beside; the newest first, at most 200."""
    return list(map(_to_concern, await work.connection.execute(_OF_PERSON, {"of": person})))


async def list_in_team(work: UnitOfWork, team: UUID, person: UUID) -> list[Concern]:
    """Those of somebody in a team at which the two still have something to say; locked. For decisions of matching itself."""
    return list(map(_to_concern, await work.connection.execute(_IN_TEAM, {"in_team": team, "of": person})))


async def list_facilitated(work: UnitOfWork, person: UUID) -> list[Concern]:
    """Those that somebody is asked to be, or is, beside; locked. For decisions of matching itself."""
    return list(map(_to_concern, await work.connection.execute(_FACILITATED, {"of": person})))


async def list_waiting_for_cover(work: UnitOfWork, owner: UUID, leaver: UUID, left_at: datetime) -> list[Concern]:
    """Those that wait until what this one left in the owner's team, then or before, is covered; locked."""
    rows = await work.connection.execute(_COVERED, {"of_owner": owner, "of_leaver": leaver, "left_at": left_at})
    return list(map(_to_concern, rows))


async def last_set_aside(work: UnitOfWork, by: UUID, other: UUID) -> datetime | None:
    """When this one last set something between the two aside."""
    first, second = sorted((by, other))
    at: datetime | None = (await work.connection.execute(_SET_ASIDE_AT, {"one": first, "two": second, "by": by})).scalar()
    return at


async def is_on_a_side(work: UnitOfWork, between: Concern, person: UUID) -> bool:
    """One of the two, or who acts for the one whose team it is: nobody to be beside both."""
    acts = between.owner in between.two and SCOPE in await acting.live_scopes(work, person, between.owner)
    return acts or person in between.two


async def list_due(work: UnitOfWork) -> Sequence[Concern]:
    """At most 200 whose step is due and that nobody was told of, the oldest first; locked."""
    return list(map(_to_concern, await work.connection.execute(_DUE, {"now": work.now})))


async def next_due(work: UnitOfWork) -> datetime | None:
    """When the next step is due."""
    at: datetime | None = (await work.connection.execute(_NEXT_DUE)).scalar()
    return at


async def forget_over(work: UnitOfWork, usual_days: int) -> int:
    """What has been over, or was to be covered, for as long as the rulebook keeps it, or so many days. Returns how many."""
    return (await work.connection.execute(_FORGET, {"now": work.now, "usual": usual_days})).rowcount
