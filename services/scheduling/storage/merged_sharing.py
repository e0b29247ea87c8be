"""Follows a merge of two entries of one person through what they share and what they do together."""

from uuid import UUID

from sqlalchemy import ColumnElement, Table, and_, delete, exists, or_, update

from libs.database.engine import UnitOfWork
from services.scheduling.storage.sharing_tables import (
    group_activity,
    group_activity_place,
    neighbour_pair,
    sharing,
    sharing_no,
    visit_sharer,
)

_NAMED = (
    *(sharing.c.person, sharing.c.sharer, sharing.c.proposed_by, sharing.c.written_by, sharing.c.answered_by),
    *(sharing_no.c.person, visit_sharer.c.person, visit_sharer.c.sharer, neighbour_pair.c.one, neighbour_pair.c.other),
    *(group_activity.c.organiser, group_activity_place.c.person),
)


async def move(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """Nobody shares with themselves: what the two entries shared with one another is over, and the visits are one person's."""
    for table, sides in ((visit_sharer, ("person", "sharer")), (sharing, ("person", "sharer")), (neighbour_pair, ("one", "other"))):
        await work.connection.execute(delete(table).where(_between(table, sides, kept, other)))
    double = group_activity_place.alias("double")
    both = exists().where(double.c.activity == group_activity_place.c.activity, double.c.person == kept)
    await work.connection.execute(delete(group_activity_place).where(group_activity_place.c.person == other, both))
    for column in _NAMED:
        await work.connection.execute(update(column.table).where(column == other).values({column.name: kept}))


def _between(table: Table, sides: tuple[str, str], kept: UUID, other: UUID) -> ColumnElement[bool]:
    one, two = (table.c[side] for side in sides)
    return or_(and_(one == kept, two == other), and_(one == other, two == kept))
