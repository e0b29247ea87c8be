"""Who was erased, and what every service did; for a secretary, audited."""

from libs.access import audit, hats
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from services.identity.domain.erasure import Erasure, ErasurePart
from services.identity.storage import erasures


async def list_erasures(work: UnitOfWork, page: PageRequest) -> Page[tuple[Erasure, list[ErasurePart]]]:
    """The latest first. Raises NotAllowed HAT_NEEDED."""
    await hats.require(work, hats.SECRETARY)
    found = await erasures.list_page(work, page)
    parts = await erasures.parts_of(work, [erasure.id for erasure in found.items])
    # Of a person whose name is gone nothing is shown any more that a read could be of.
    await audit.record_read(work, "erasure", "list", *(erasure.person for erasure in found.items if erasure.finished_at is None))
    return found.map(lambda erasure: (erasure, [part for part in parts if part.erasure == erasure.id]))
