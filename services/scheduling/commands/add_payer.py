"""A secretary adds an organisation that pays for visits."""

from uuid import UUID

from kith.scheduling.v1.enums import PayerKind
from libs.database.engine import UnitOfWork
from services.scheduling.domain.funding import check_payer
from services.scheduling.storage import funding
from services.scheduling.storage.money_access import require_secretary


async def add_payer(work: UnitOfWork, kind: PayerKind, organisation: str, address: str) -> UUID:
    """Raises NotAllowed HAT_NEEDED, and what `check_payer` raises."""
    await require_secretary(work)
    payer = check_payer(work.new_id(), kind, organisation, address)
    await funding.add_payer(work, payer)
    return payer.id
