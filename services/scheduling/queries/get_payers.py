"""The organisations that pay for visits."""

from libs.database.engine import UnitOfWork
from services.scheduling.domain.funding import Payer
from services.scheduling.storage import funding
from services.scheduling.storage.money_access import require_secretary


async def get_payers(work: UnitOfWork) -> list[Payer]:
    """Raises NotAllowed HAT_NEEDED."""
    await require_secretary(work)
    return await funding.list_payers(work)
