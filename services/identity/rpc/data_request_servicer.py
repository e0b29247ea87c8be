"""The RPCs of requests for data."""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.identity.v1 import data_requests_pb2 as pb
from libs.access.acting_audit import while_acting
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from libs.rpc.binding import BoundService, bind, command, query
from libs.rpc.fields import parse_id, timestamp
from libs.rpc.transactions import Transactions
from services.identity.commands.answer_data_request import answer_data_request
from services.identity.commands.ask_for_data import ask_for_data
from services.identity.domain.data_request import DataRequest
from services.identity.queries.list_data_requests import list_data_requests


def data_request_service(transactions: Transactions, zone: ZoneInfo) -> BoundService:
    """`zone` decides which day it is."""

    async def ask(work: UnitOfWork, person: UUID) -> DataRequest:
        today: date = work.now.astimezone(zone).date()
        return await ask_for_data(work, today, person)

    return bind(
        pb,
        "DataRequestService",
        transactions,
        {
            "AskForData": while_acting("data request", command(_person_id, ask, _ask_for_data_response)),
            "AnswerDataRequest": command(_answer, answer_data_request, lambda _: pb.AnswerDataRequestResponse()),
            "ListDataRequests": query(_page, list_data_requests, _list_data_requests_response),
        },
    )


def _person_id(request: pb.AskForDataRequest) -> tuple[UUID]:
    return (parse_id("person_id", request.person_id),)


def _ask_for_data_response(request: DataRequest) -> pb.AskForDataResponse:
    return pb.AskForDataResponse(data_request_id=str(request.id), due_day=request.due_day.isoformat())


def _answer(request: pb.AnswerDataRequestRequest) -> tuple[UUID, str]:
    return parse_id("data_request_id", request.data_request_id), request.answer


def _page(request: pb.ListDataRequestsRequest) -> tuple[PageRequest]:
    return (PageRequest(request.page_size, request.page_token),)


def _list_data_requests_response(page: Page[DataRequest]) -> pb.ListDataRequestsResponse:
    messages = [
        pb.DataRequest(
            data_request_id=str(request.id),
            person_id=str(request.person),
            asked_by=request.asked_by,
            asked_at=timestamp(request.asked_at),
            due_day=request.due_day.isoformat(),
        )
        for request in page.items
    ]
    return pb.ListDataRequestsResponse(data_requests=messages, next_page_token=page.next_token)
