"""The other one of the two says yes or no to sharing visits. A no is theirs alone: nobody is told, and nothing that others see changes."""

from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import acting
from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed
from services.scheduling.commands.share_visits import share_visits
from services.scheduling.commands.tell import Notice, tell_together
from services.scheduling.domain.sharing import agree, require_version, require_waiting
from services.scheduling.domain.visit import SCOPE
from services.scheduling.storage import events_out, sharings


async def answer_sharing(work: UnitOfWork, sharing_id: UUID, shown: int, agrees: bool, *, zone: ZoneInfo) -> int:  # noqa: FBT001 - a field
    """How many visits are shared with that.

    Raises NotFound SHARING_UNKNOWN, Conflict VERSION_STALE, NotAllowed PERSON_NEEDED, SHARING_OTHER_ANSWERS, ACTING_ENDED or
    ACTING_OUTSIDE_SCOPE, and what `agree` and `share_visits` raise.
    """
    principal = await acting.require_principal(work, SCOPE)
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
    await sharings.save(work, agreed)
    shared = await share_visits(work, agreed)
    await events_out.sharing_agreed(work, agreed)
    await tell_together(work, Notice.SHARING_AGREED, agreed.id, {agreed.person, agreed.sharer})
    return shared
