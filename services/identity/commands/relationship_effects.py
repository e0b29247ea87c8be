"""What follows when a relationship comes into force or ends: the rights to act, and the event, in the same transaction."""

from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.observe.security_events import SecurityEvent
from libs.refusals import AlreadyExists, FailedPrecondition, NotFound
from services.identity.commands.caller_session import require_caller_session
from services.identity.domain.person_merge import require_in_use
from services.identity.domain.relationship import Relationship, RelationshipTerms, valid_from, valid_until
from services.identity.storage import acting_rights, co_op_members, events_out, person_merges, persons, relationships


async def require_office(work: UnitOfWork) -> UUID:
    """The secretary or scrutineer who calls. Raises NotAllowed HAT_NEEDED, NotSignedIn SESSION_ENDED."""
    if not await hats.wears(work, hats.SCRUTINEER):
        await hats.require(work, hats.SECRETARY)
    await require_caller_session(work)
    return await hats.require_person(work)


async def find_same(work: UnitOfWork, terms: RelationshipTerms) -> Relationship | None:
    """The one that says the same already. Locks the person until the transaction ends, so that two cannot be made at once.

    Raises NotFound PERSON_UNKNOWN; FailedPrecondition PERSON_MERGED or HOLDER_LEFT; AlreadyExists RELATIONSHIP_KNOWN where one of this kind
    says otherwise.
    """
    if not await persons.exists(work, terms.holder) or not await persons.lock(work, terms.subject):
        raise NotFound("PERSON_UNKNOWN")
    await _require_parties(work, terms.subject, terms.holder)
    known = await relationships.find_live(work, terms.subject, terms.holder, terms.kind)
    if known is not None and not known.says(terms):
        raise AlreadyExists("RELATIONSHIP_KNOWN")
    return known


async def require(work: UnitOfWork, relationship: UUID) -> Relationship:
    """Raises NotFound RELATIONSHIP_UNKNOWN, also for one that the caller may not see."""
    known = await relationships.lock(work, relationship)
    if known is None:
        raise NotFound("RELATIONSHIP_UNKNOWN")
    return known


async def start(work: UnitOfWork, in_force: Relationship, zone: ZoneInfo) -> None:
    """`in_force` has just been accepted or confirmed. Raises FailedPrecondition PERSON_MERGED or HOLDER_LEFT."""
    await _require_parties(work, in_force.subject, in_force.holder)
    await begin(work, in_force, zone)


async def begin(work: UnitOfWork, in_force: Relationship, zone: ZoneInfo) -> None:
    """As `start`, of parties that were looked at."""
    begins, ends = max(valid_from(in_force, zone), work.now), valid_until(in_force, zone)
    await relationships.save(work, in_force)
    await acting_rights.add(work, in_force, begins, ends)
    await events_out.relationship_started(work, in_force, begins, ends)
    work.report(SecurityEvent.ACTING_ALLOWED, person=str(in_force.subject), changed=in_force.kind.value)


async def finish(work: UnitOfWork, ended: Relationship) -> None:
    """`ended` has just ended."""
    await relationships.save(work, ended)
    await acting_rights.end(work, ended.id)
    await events_out.relationship_ended(work, ended)


async def _require_parties(work: UnitOfWork, subject: UUID, holder: UUID) -> None:
    """Both are entries in use, for nobody signs in with a merged one; and the holder has not left the co-op."""
    for party in (subject, holder):
        require_in_use(await person_merges.merged_into(work, party))
    if await co_op_members.has_left(work, holder):
        raise FailedPrecondition("HOLDER_LEFT")
