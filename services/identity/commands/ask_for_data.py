"""A person asks for all that is held about them, or to be erased; from now on a clock runs."""

from datetime import date
from uuid import UUID

from kith.identity.v1.enums import DataRequestKind
from libs.access import acting, hats
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from services.identity.domain.data_request import DataRequest, due_day, require_none_open
from services.identity.storage import data_requests, events_out, persons

SCOPE = "data_rights"


async def ask_for_data(work: UnitOfWork, today: date, person: UUID, kind: DataRequestKind = DataRequestKind.DATA) -> DataRequest:
    """For the person, for somebody who acts for them, and for a secretary who writes down what came by letter or phone. They hear of it.

    Raises NotAllowed NOT_YOURS, ACTING_OUTSIDE_SCOPE, ACTING_ENDED; NotFound PERSON_UNKNOWN; AlreadyExists DATA_ASKED_BEFORE,
    ERASURE_ASKED_BEFORE.
    """
    if work.caller.acting_for is not None or not await hats.wears(work, hats.SECRETARY):
        await acting.require_self_or_acting(work, person, SCOPE)
    # Locks the person, so that two requests at the same time become one.
    if not await persons.lock(work, person):
        raise NotFound("PERSON_UNKNOWN")
    require_none_open(await data_requests.find_open(work, person, kind))
    request = DataRequest(work.new_id(), person, work.caller.id, work.now, due_day(today), kind=kind)
    await data_requests.add(work, request)
    await events_out.data_asked(work, request)
    await events_out.data_request_waits(work, request)
    return request
