"""Which visits to a person need somebody since one of their team has left."""

from dataclasses import dataclass
from uuid import UUID

from libs.access import acting, audit
from libs.database.engine import UnitOfWork
from services.scheduling.domain.cover import Cover
from services.scheduling.domain.visit import SCOPE
from services.scheduling.storage import covers, visits
from services.scheduling.storage.visits import ListedVisit


@dataclass(frozen=True)
class OpenCover:
    """`visits` are those that need somebody, by their start."""

    cover: Cover
    visits: list[ListedVisit]


async def get_covers(work: UnitOfWork, person: UUID) -> list[OpenCover]:
    """Those that are not settled, the newest first. Raises NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE."""
    await acting.require_self_or_acting(work, person, SCOPE)
    await audit.record_read(work, "visit", "list", person)
    return [OpenCover(cover, await visits.list_uncovered(work, cover.visits)) for cover in await covers.list_open(work, person)]
