"""Relationships: the caller's own in both directions; for a secretary or scrutineer a person's or everybody's, which is audited."""

from dataclasses import dataclass
from uuid import UUID

from libs.access import audit, hats
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from libs.sealing import PersonSealer
from services.identity.domain.relationship import EVIDENCE_PLACE, Relationship
from services.identity.storage import relationships
from services.identity.storage.relationships import Listed


@dataclass(frozen=True)
class ShownRelationship:
    """A relationship and the reference of its document, as far as the caller may see it."""

    relationship: Relationship
    reference: str


async def list_relationships(
    work: UnitOfWork,
    page: PageRequest,
    person: UUID | None,
    listed: Listed,
    *,
    sealer: PersonSealer,
) -> Page[ShownRelationship]:
    """The latest first. Raises NotAllowed HAT_NEEDED, PERSON_NEEDED; Invalid for the page."""
    caller = await hats.require_person(work)
    has_office = await hats.wears(work, hats.SECRETARY) or await hats.wears(work, hats.SCRUTINEER)
    if person not in {None, caller} and not has_office:
        await hats.require(work, hats.SECRETARY)
    rows = await relationships.list_page(work, person if has_office else caller, page, listed)
    ciphers = await sealer.ciphers(work, {row.subject for row in rows.items if row.evidence_sealed})

    def show(row: Relationship) -> ShownRelationship:
        is_open = row.evidence_sealed is not None and row.subject in ciphers and (has_office or row.subject == caller)
        reference = ciphers[row.subject].open(row.evidence_sealed or b"", EVIDENCE_PLACE).decode() if is_open else ""
        return ShownRelationship(row, reference)

    if has_office:
        subjects = sorted({row.subject for row in rows.items})
        await audit.record_read(work, "relationship", "list", *subjects, fields=("relationship", "evidence"))
    return rows.map(show)
