"""A person lets somebody act for them, as soon as the other accepts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.identity.v1.enums import ActingScope, RelationshipKind, RelationshipState
from libs.access import hats
from libs.database.engine import UnitOfWork
from services.identity.commands.caller_session import require_caller_session
from services.identity.commands.find_holder import HolderQuestion, find_holder
from services.identity.commands.relationship_effects import find_same
from services.identity.domain.relationship import Relationship, RelationshipTerms, check_chosen, check_terms, sort_scopes
from services.identity.storage import events_out, relationships


@dataclass(frozen=True)
class WantedRelationship:
    """What somebody asks for. `from_day` None is today, `until_day` None has no last day."""

    holder: HolderQuestion
    kind: RelationshipKind
    scopes: Sequence[ActingScope]
    from_day: date | None
    until_day: date | None

    def terms(self, subject: UUID, holder: UUID, today: date) -> RelationshipTerms:
        return RelationshipTerms(subject, holder, self.kind, sort_scopes(self.scopes), self.from_day or today, self.until_day)


async def propose_relationship(work: UnitOfWork, wanted: WantedRelationship, *, zone: ZoneInfo) -> UUID:
    """Returns the new relationship, or the one that says the same already. `zone` decides when a day begins.

    Raises Invalid for a field (`check_terms`), KIND_NEEDS_EVIDENCE, HOLDER_AMBIGUOUS; NotFound PERSON_UNKNOWN; FailedPrecondition
    PERSON_MERGED, HOLDER_LEFT; AlreadyExists RELATIONSHIP_KNOWN; NotAllowed PERSON_NEEDED.
    """
    person = await hats.require_person(work)
    await require_caller_session(work)
    check_chosen(wanted.kind)
    today = work.now.astimezone(zone).date()
    terms = wanted.terms(person, await find_holder(work, wanted.holder), today)
    check_terms(terms, today)
    if same := await find_same(work, terms):
        return same.id
    proposed = Relationship(
        work.new_id(),
        terms.subject,
        terms.holder,
        terms.kind,
        RelationshipState.PROPOSED,
        terms.scopes,
        terms.from_day,
        terms.until_day,
        recorded_by=person,
        recorded_at=work.now,
    )
    await relationships.add(work, proposed)
    await events_out.relationship_proposed(work, proposed)
    return proposed.id
