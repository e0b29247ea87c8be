"""The carrier of ballots on motions of this co-op."""

from uuid import UUID

from sqlalchemy import and_, bindparam, func, select

from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper
from libs.refusals import NotFound
from services.governance.domain.motion_ballot import MotionPoll, MotionRow
from services.governance.storage import events_out, membership_projection, motions, rulebooks
from services.governance.storage.ballots import BallotCarrier, BallotStore
from services.governance.storage.tables import ballot, ballot_entry, motion, roll

_read_row = row_mapper(MotionRow)
_POLL = (
    select(motion, roll)
    .outerjoin(roll, and_(roll.c.motion == motion.c.id, roll.c.person == bindparam("person")))
    .where(motion.c.id == bindparam("motion"))
    .with_for_update(read=True, of=motion)
)


_LATEST = (
    select(ballot.c.member_class, ballot.c.choice)
    .distinct(ballot.c.person)
    .where(ballot.c.motion == bindparam("motion"))
    .order_by(ballot.c.person, ballot.c.revision.desc())
    .subquery("latest")
)
_COUNT = select(_LATEST, func.count().label("ballots")).group_by(_LATEST.c.member_class, _LATEST.c.choice)


async def count_latest(work: UnitOfWork, motion_id: UUID) -> dict[str, dict[str, int]]:
    """Count everybody's latest ballot: class -> choice -> number. Row-level security lets only the closing job see them all."""
    votes: dict[str, dict[str, int]] = {}
    for row in (await work.connection.execute(_COUNT, {"motion": motion_id})).all():
        votes.setdefault(row.member_class, {})[row.choice] = row.ballots
    return votes


async def _load_poll(work: UnitOfWork, motion_id: UUID, person: UUID) -> MotionPoll:
    row = (await work.connection.execute(_POLL, {"motion": motion_id, "person": person})).first()
    if row is None:
        raise NotFound("MOTION_UNKNOWN")
    loaded = motions.motion_from_row(row)
    resolution_type = await rulebooks.load_resolution_type(work, loaded.rulebook_hash, loaded.resolution_type)
    if row.person is not None:
        return MotionPoll(loaded, resolution_type, _read_row(row))
    return MotionPoll(loaded, resolution_type, None, await membership_projection.get_voting_right(work, person, row.roll_day))


MOTIONS: BallotCarrier[UUID, MotionRow, str, str] = BallotCarrier(
    load_poll=_load_poll,
    ballots=BallotStore(
        "motion",
        roll,
        ballot,
        ballot_entry,
        read_row=_read_row,
        encode=str,
        decode=str,
        own_values=lambda cast: {"motion": cast.row.motion, "member_class": cast.row.member_class, "id": cast.id},
    ),
    publish=events_out.ballot_cast,
)
