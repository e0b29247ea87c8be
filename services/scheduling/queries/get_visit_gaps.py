"""Which of a person's visits keep apart, for the person and their team: what is proposed and what is agreed."""

from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import acting, audit
from libs.database.engine import UnitOfWork
from services.scheduling.domain.visit import SCOPE
from services.scheduling.queries.get_visit_gap import WholeGap
from services.scheduling.storage import visit_gaps
from services.scheduling.storage.gap_parts import parts_of


async def get_visit_gaps(work: UnitOfWork, person: UUID, *, zone: ZoneInfo) -> list[WholeGap]:
    """Those that the caller may see, the latest first; none of which a part is over.

    Raises NotAllowed PERSON_NEEDED, ACTING_ENDED or ACTING_OUTSIDE_SCOPE.
    """
    await acting.require_principal(work, SCOPE)
    today = work.now.astimezone(zone).date()
    found = [WholeGap(gap, await parts_of(work, gap)) for gap in await visit_gaps.list_of(work, person)]
    live = [whole for whole in found if not any(part.is_over(today, work.now) for part in whole.parts)]
    await audit.record_read(work, "visit", "list", *{whole.gap.person for whole in live})
    return live
