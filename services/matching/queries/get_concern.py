"""Concerns, as the two, who acts for the person, and who is beside the two see them."""

from dataclasses import dataclass, replace
from uuid import UUID

from kith.matching.v1.enums import ConcernStep
from libs.access import acting, audit
from libs.database.engine import UnitOfWork
from services.matching.domain.concern import Concern
from services.matching.domain.support_profile import SCOPE
from services.matching.storage import concern_notes, concerns, links
from services.matching.storage.concern_notes import ConcernNote


@dataclass(frozen=True)
class SeenConcern:
    """As `reader` sees it, who is one of the two, or is beside them. `links` are whom the two may name."""

    concern: Concern
    reader: UUID
    notes: list[ConcernNote]
    links: list[UUID]


async def get_concern(work: UnitOfWork, concern_id: UUID) -> SeenConcern:
    """Raises NotFound CONCERN_UNKNOWN, NotAllowed PERSON_NEEDED, ACTING_ENDED or ACTING_OUTSIDE_SCOPE."""
    reader = await acting.require_principal(work, SCOPE)
    concern = await concerns.find(work, concern_id)
    await audit.record_read(work, "concern", "view", *concern.two)
    named: list[UUID] = []
    if concern.step is ConcernStep.FACILITATED and reader in concern.two:
        named = [link for link in await links.list_links(work) if not await concerns.is_on_a_side(work, concern, link)]
    return SeenConcern(_seen(concern, reader), reader, await concern_notes.list_of(work, concern.id), named)


async def get_concerns(work: UnitOfWork, person: UUID) -> list[SeenConcern]:
    """Without what was written. Raises NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE."""
    await acting.require_self_or_acting(work, person, SCOPE)
    found = await concerns.list_of(work, person)
    await audit.record_read(work, "concern", "list", *{one for concern in found for one in concern.two})
    return [SeenConcern(_seen(concern, person), person, [], []) for concern in found]


def _seen(concern: Concern, reader: UUID) -> Concern:
    """Who is asked to be beside the two reads nothing of what they wrote until they have said yes."""
    if reader in concern.two or concern.facilitates_since is not None:
        return concern
    return replace(concern, words="", look_back_on=None, proposed_by=None)
