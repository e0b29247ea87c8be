"""Which kinds of things may wait for somebody: one statement, which Home asks each time. What may wait is looked up then, all else is not.

A yes may be one too many, a no never is.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Label, Uuid, bindparam, exists, or_, select

from libs.database.columns import NOW
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper
from services.matching.storage.referrals import IS_WAITING
from services.matching.storage.tables import concern, matching_day, team_member
from services.matching.storage.team_questions import WAITING


@dataclass(frozen=True)
class MayWait:
    """The names are those of the parts of `Waiting`; `referrals` are of every kind."""

    concerns: bool
    referrals: bool
    invitations: bool
    matching_day: bool
    team_questions: bool


_WHO = bindparam("who", type_=Uuid)


def _any(name: str, *conditions: ColumnElement[bool]) -> Label[bool]:
    return exists().where(*conditions).label(name)


_to_may_wait = row_mapper(MayWait)
_MAY_WAIT = select(
    _any("concerns", or_(concern.c.first == _WHO, concern.c.second == _WHO, concern.c.facilitator == _WHO), concern.c.due.is_not(None)),
    _any("referrals", IS_WAITING),
    _any("invitations", team_member.c.person == _WHO, team_member.c.joined_at.is_(None)),
    _any("matching_day", matching_day.c.cancelled_at.is_(None), matching_day.c.run_at.is_(None), matching_day.c.closes_at > NOW),
    WAITING.exists().label("team_questions"),
)


async def get(work: UnitOfWork, person: UUID, today: date) -> MayWait:
    """`today` is the day where the co-op is."""
    return _to_may_wait((await work.connection.execute(_MAY_WAIT, {"who": person, "now": work.now, "today": today})).one())
