"""A secretary records an attorney or deputy, whose document they have seen. It takes effect once a second person has confirmed that."""

from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.identity.v1.enums import RelationshipState
from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed
from libs.sealing import PersonSealer
from services.identity.commands.caller_session import require_caller_session
from services.identity.commands.find_holder import find_holder
from services.identity.commands.propose_relationship import WantedRelationship
from services.identity.commands.relationship_effects import find_same
from services.identity.domain.relationship import EVIDENCE_PLACE, Evidence, Relationship, check_evidence, check_terms
from services.identity.storage import events_out, relationships


@dataclass(frozen=True)
class SeenAuthority:
    """An authority that a secretary has seen the document of."""

    subject: UUID
    wanted: WantedRelationship
    evidence: Evidence


async def record_relationship(work: UnitOfWork, seen: SeenAuthority, *, zone: ZoneInfo, sealer: PersonSealer) -> UUID:
    """Returns the new relationship, or the one that says the same already.

    Raises NotAllowed HAT_NEEDED, SECOND_PERSON_NEEDED for a secretary who would act themselves; and as proposing one, and `check_evidence`.
    """
    secretary = await hats.require_person(work, hats.SECRETARY)
    await require_caller_session(work)
    today = work.now.astimezone(zone).date()
    check_evidence(seen.wanted.kind, seen.evidence, today)
    terms = seen.wanted.terms(seen.subject, await find_holder(work, seen.wanted.holder), today)
    check_terms(terms, today)
    if secretary == terms.holder:
        raise NotAllowed("SECOND_PERSON_NEEDED")
    if same := await find_same(work, terms):
        return same.id
    recorded = Relationship(
        work.new_id(),
        terms.subject,
        terms.holder,
        terms.kind,
        RelationshipState.RECORDED,
        terms.scopes,
        terms.from_day,
        terms.until_day,
        recorded_by=secretary,
        recorded_at=work.now,
        evidence_kind=seen.evidence.kind,
        evidence_sealed=await sealer.seal(work, terms.subject, seen.evidence.reference.encode(), EVIDENCE_PLACE),
        evidence_seen_on=seen.evidence.seen_on,
    )
    await relationships.add(work, recorded)
    await events_out.relationship_recorded(work, recorded)
    return recorded.id
