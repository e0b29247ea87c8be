"""Who proposed to share visits takes that back, while it waits for a yes."""

from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import acting
from libs.database.engine import UnitOfWork
from services.scheduling.domain.sharing import require_version, withdraw
from services.scheduling.domain.visit import SCOPE
from services.scheduling.storage import sharings


async def withdraw_sharing(work: UnitOfWork, sharing_id: UUID, shown: int, *, zone: ZoneInfo) -> None:
    """Raises NotFound SHARING_UNKNOWN, Conflict VERSION_STALE, NotAllowed PERSON_NEEDED, ACTING_ENDED or ACTING_OUTSIDE_SCOPE, and what
    `withdraw` raises.
    """
    principal = await acting.require_principal(work, SCOPE)
    sharing = await sharings.get(work, sharing_id, lock=True)
    require_version(sharing, shown)
    await sharings.save(work, withdraw(sharing, principal, work.now.astimezone(zone).date()))
