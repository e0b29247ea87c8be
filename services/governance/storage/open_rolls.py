"""What is voted on, or will be, with a person on its roll."""

from uuid import UUID

from sqlalchemy import Uuid, bindparam, null, select

from libs.database.columns import MOMENT
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper
from services.governance.domain.person_merge import OpenRoll
from services.governance.storage.tables import motion, roll, vote, vote_row

_NOW, _PERSON = bindparam("now", type_=MOMENT), bindparam("person", type_=Uuid)
_MOTIONS = (
    select(motion.c.title, motion.c.closes_at)
    .join(roll, roll.c.motion == motion.c.id)
    .where(roll.c.person == _PERSON, motion.c.closed_at == null(), motion.c.closes_at > _NOW)
)
_VOTES = (
    select(vote.c.question.label("title"), vote.c.closes_at)
    .join(vote_row, vote_row.c.vote == vote.c.id)
    .where(vote_row.c.person == _PERSON, vote.c.ended_at == null(), vote.c.closes_at > _NOW)
)

_to_open_roll = row_mapper(OpenRoll)


async def list_of_person(work: UnitOfWork, person: UUID) -> list[OpenRoll]:
    """Motions and federated votes that take ballots now or later, with this person on their roll."""
    values = {"now": work.now, "person": person}
    return [_to_open_roll(row) for statement in (_MOTIONS, _VOTES) for row in await work.connection.execute(statement, values)]
