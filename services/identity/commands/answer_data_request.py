"""A secretary writes down how a person got their data, or why they did not. The person hears that they were answered."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from services.identity.domain.data_request import answered
from services.identity.storage import data_requests, events_out


async def answer_data_request(work: UnitOfWork, request_id: UUID, answer: str) -> None:
    """Raises NotAllowed HAT_NEEDED, NotFound DATA_REQUEST_UNKNOWN, and what `domain.data_request.answered` refuses."""
    await hats.require(work, hats.SECRETARY)
    request = await data_requests.lock(work, request_id)
    if request is None:
        raise NotFound("DATA_REQUEST_UNKNOWN")
    await data_requests.save_answer(work, answered(request, work.caller.id, work.now, answer))
    await events_out.data_request_answered(work, request)
