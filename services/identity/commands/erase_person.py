"""A secretary decides that a person who asked for it is erased. The job carries it out a moment later."""

from uuid import UUID

from kith.identity.v1.enums import DataRequestKind
from libs.access import hats
from libs.access.acting_audit import CatchUp
from libs.database.engine import UnitOfWork
from libs.observe.security_events import SecurityEvent
from libs.refusals import NotFound
from services.identity.commands.caller_session import require_caller_session
from services.identity.domain.data_request import answered
from services.identity.domain.erasure import Erasure, ErasureGrounds, require_may_erase
from services.identity.domain.person_merge import require_in_use
from services.identity.storage import co_op_members, data_requests, erasures, events_out, person_holds, person_merges, persons, worn_hats


async def erase_person(work: UnitOfWork, catch_up: CatchUp, request_id: UUID, answer: str) -> UUID:
    """Answers the request and returns the id of the erasure. `catch_up` follows membership, which says who is a member.

    Raises NotAllowed HAT_NEEDED, NotSignedIn SESSION_ENDED, Unavailable SOURCE_AWAY, NotFound DATA_REQUEST_UNKNOWN, FailedPrecondition
    PERSON_MERGED, and what `domain.erasure.require_may_erase` and `domain.data_request.answered` refuse.
    """
    await hats.require(work, hats.SECRETARY)
    await require_caller_session(work)
    # They may have been admitted a moment ago; and a copy that was restored may not know its members yet.
    await catch_up()
    request = await data_requests.lock(work, request_id)
    if request is None or request.kind is not DataRequestKind.ERASURE:
        raise NotFound("DATA_REQUEST_UNKNOWN")
    answer_to_it = answered(request, work.caller.id, work.now, answer)
    person = request.person
    entries = await persons.lock_entries(work, person)
    require_in_use(await person_merges.merged_into(work, person))
    secretaries = await worn_hats.lock_wearers(work, hats.SECRETARY)
    require_may_erase(
        ErasureGrounds(
            is_decided=bool(await erasures.decided_of(work, entries)),
            is_caller=work.caller.person in entries,
            is_member=await co_op_members.any_member(work, entries),
            is_held=await person_holds.any_in_force(work, entries),
            is_last_secretary=bool(secretaries) and set(secretaries) <= set(entries),
        )
    )
    await data_requests.save_answer(work, answer_to_it)
    erasure = Erasure(work.new_id(), person, tuple(entries), work.caller.id, work.now)
    await erasures.add(work, erasure)
    await events_out.data_request_answered(work, answer_to_it)
    work.report(SecurityEvent.PERSON_ERASED, person=str(person))
    return erasure.id
