"""The other one of the two says yes or no to sharing visits. A no is theirs alone: nobody is told, and nothing that others see changes."""

from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1.enums import SeriesState, SharingState
from libs.access import acting
from libs.database.all_rows import all_rows
from libs.database.engine import UnitOfWork
from libs.refusals import AlreadyExists, FailedPrecondition, NotAllowed
from services.scheduling.commands.share_visits import share_visits
from services.scheduling.commands.tell import Notice, tell_together
from services.scheduling.domain.sharing import Sharing, agree, require_version, require_waiting
from services.scheduling.domain.visit import SCOPE
from services.scheduling.storage import events_out, series, sharings


async def answer_sharing(work: UnitOfWork, sharing_id: UUID, shown: int, agrees: bool, *, zone: ZoneInfo) -> int:  # noqa: FBT001 - a field
    """How many visits are shared with that.

    Raises NotFound SHARING_UNKNOWN, Conflict VERSION_STALE, NotAllowed PERSON_NEEDED, SHARING_OTHER_ANSWERS, ACTING_ENDED or
    ACTING_OUTSIDE_SCOPE, AlreadyExists SHARING_EXISTS, FailedPrecondition SHARING_OVER, and what `agree` and `share_visits` raise.
    """
    principal = await acting.require_principal(work, SCOPE)
    # What it is about never changes, so that the series can be locked before it, as everybody does.
    unlocked = await sharings.get(work, sharing_id)
    if agrees and unlocked.series is not None:
        await _lock_series(work, unlocked.series)
    sharing = await sharings.get(work, sharing_id, lock=True)
    # Nobody says both yeses, also not who acts for both.
    if principal != sharing.asked or work.caller.person in (sharing.proposed_by, sharing.written_by):
        raise NotAllowed("SHARING_OTHER_ANSWERS")
    require_version(sharing, shown)
    today = work.now.astimezone(zone).date()
    if not agrees:
        require_waiting(sharing, today)
        await sharings.say_no(work, sharing.id, principal)
        return 0
    agreed = agree(sharing, work.caller.person or principal, today, work.now)
    if agreed.series is not None:
        await _require_alone(work, agreed, agreed.series)
    await sharings.take_no_back(work, sharing.id)
    await sharings.save(work, agreed)
    shared = await share_visits(work, agreed)
    await events_out.sharing_agreed(work, agreed)
    await tell_together(work, Notice.SHARING_AGREED, agreed.id, {agreed.person, agreed.sharer})
    return shared


async def _lock_series(work: UnitOfWork, series_id: UUID) -> None:
    """Two yeses about one series follow each other. Who shares it does not see the series itself."""
    async with all_rows(work):
        if (await series.get(work, series_id, lock=True)).state is not SeriesState.AGREED:
            raise FailedPrecondition("SHARING_OVER")


async def _require_alone(work: UnitOfWork, agreed: Sharing, series_id: UUID) -> None:
    """Of what two others agreed nothing is told but that there is something."""
    async with all_rows(work):
        others = await sharings.lock_of_series(work, series_id)
    if any(other.state is SharingState.AGREED and other.id != agreed.id and other.overlaps(agreed) for other in others):
        raise AlreadyExists("SHARING_EXISTS")
