"""A secretary orders that nothing about a person is erased or disposed of, with a reason and a day to look again."""

from datetime import date
from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.observe.security_events import SecurityEvent
from libs.refusals import AlreadyExists, NotFound
from services.identity.commands.caller_session import require_caller_session
from services.identity.domain.person_hold import HoldTerms, PersonHold, parse_terms
from services.identity.domain.person_merge import require_in_use
from services.identity.storage import erasures, events_out, person_holds, person_merges, persons


async def place_hold(work: UnitOfWork, today: date, person: UUID, terms: HoldTerms) -> PersonHold:
    """The person hears of it, unless the rulebook has holds of this kind not shown.

    Raises NotAllowed HAT_NEEDED, NotSignedIn SESSION_ENDED, NotFound PERSON_UNKNOWN, AlreadyExists ERASED_BEFORE, FailedPrecondition
    PERSON_MERGED, and what `domain.person_hold.parse_terms` refuses.
    """
    await hats.require(work, hats.SECRETARY)
    await require_caller_session(work)
    reason, review_on = parse_terms(terms, today)
    # An erasure that is decided at the same moment comes before this, or waits and then finds it.
    if not await persons.lock(work, person):
        raise NotFound("PERSON_UNKNOWN")
    entries = await persons.lock_entries(work, person)
    if await erasures.decided_of(work, entries):
        raise AlreadyExists("ERASED_BEFORE")
    require_in_use(await person_merges.merged_into(work, person))
    shown = await person_holds.is_shown(work, terms.kind)
    hold = PersonHold(work.new_id(), person, terms.kind, reason, review_on, shown, work.caller.id, work.now)
    await person_holds.add(work, hold, entries)
    await events_out.hold_placed(work, hold, entries)
    work.report(SecurityEvent.PERSON_HELD, person=str(person), changed=terms.kind.value)
    return hold
