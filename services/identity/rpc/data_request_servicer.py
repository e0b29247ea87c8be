"""The RPCs of requests for data and for erasure, of erasures and of holds."""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.identity.v1 import data_requests_pb2 as pb
from kith.identity.v1.enums import HoldKind
from libs.access.acting_audit import CatchUp, while_acting
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from libs.rpc.binding import BoundService, bind, command, query
from libs.rpc.enums import from_wire, to_wire
from libs.rpc.fields import parse_id, timestamp
from libs.rpc.transactions import Transactions
from services.identity.commands.answer_data_request import answer_data_request
from services.identity.commands.ask_for_data import ask_for_data
from services.identity.commands.ask_for_erasure import ask_for_erasure
from services.identity.commands.erase_person import erase_person
from services.identity.commands.place_hold import place_hold
from services.identity.commands.release_hold import release_hold
from services.identity.commands.review_hold import review_hold
from services.identity.domain.data_request import DataRequest
from services.identity.domain.erasure import Erasure, ErasurePart
from services.identity.domain.person_hold import HoldTerms, PersonHold
from services.identity.queries.list_data_requests import list_data_requests
from services.identity.queries.list_erasures import list_erasures
from services.identity.queries.list_holds import list_holds


def data_request_service(transactions: Transactions, zone: ZoneInfo, follow_members: CatchUp) -> BoundService:
    """`zone` decides which day it is; `follow_members` catches up with membership."""

    def today(work: UnitOfWork) -> date:
        return work.now.astimezone(zone).date()

    async def ask(work: UnitOfWork, person: UUID) -> DataRequest:
        return await ask_for_data(work, today(work), person)

    async def ask_to_be_erased(work: UnitOfWork, person: UUID) -> DataRequest:
        return await ask_for_erasure(work, today(work), person)

    async def erase(work: UnitOfWork, data_request: UUID, answer: str) -> UUID:
        return await erase_person(work, follow_members, data_request, answer)

    async def hold(work: UnitOfWork, person: UUID, terms: HoldTerms) -> PersonHold:
        return await place_hold(work, today(work), person, terms)

    async def review(work: UnitOfWork, hold_id: UUID, typed_day: str) -> None:
        await review_hold(work, today(work), hold_id, typed_day)

    return bind(
        pb,
        "DataRequestService",
        transactions,
        {
            "AskForData": while_acting("data request", command(_person_id, ask, _ask_for_data_response)),
            "AnswerDataRequest": command(_answer, answer_data_request, lambda _: pb.AnswerDataRequestResponse()),
            "ListDataRequests": query(_page, list_data_requests, _list_data_requests_response),
            "AskForErasure": while_acting("data request", command(_person_id, ask_to_be_erased, _ask_for_erasure_response)),
            "ErasePerson": command(_answer, erase, lambda erasure: pb.ErasePersonResponse(erasure_id=str(erasure))),
            "ListErasures": query(_page, list_erasures, _list_erasures_response),
            "PlaceHold": command(_hold_terms, hold, lambda hold: pb.PlaceHoldResponse(hold_id=str(hold.id), shown=hold.shown)),
            "ReviewHold": command(_review, review, lambda _: pb.ReviewHoldResponse()),
            "ReleaseHold": command(_hold_id, release_hold, lambda _: pb.ReleaseHoldResponse()),
            "ListHolds": while_acting("hold", query(_holds_of, list_holds, _list_holds_response)),
        },
    )


def _person_id(request: pb.AskForDataRequest | pb.AskForErasureRequest) -> tuple[UUID]:
    return (parse_id("person_id", request.person_id),)


def _ask_for_data_response(request: DataRequest) -> pb.AskForDataResponse:
    return pb.AskForDataResponse(data_request_id=str(request.id), due_day=request.due_day.isoformat())


def _answer(request: pb.AnswerDataRequestRequest | pb.ErasePersonRequest) -> tuple[UUID, str]:
    return parse_id("data_request_id", request.data_request_id), request.answer


def _page(request: pb.ListDataRequestsRequest | pb.ListErasuresRequest) -> tuple[PageRequest]:
    return (PageRequest(request.page_size, request.page_token),)


def _list_data_requests_response(page: Page[DataRequest]) -> pb.ListDataRequestsResponse:
    messages = [
        pb.DataRequest(
            data_request_id=str(request.id),
            person_id=str(request.person),
            asked_by=request.asked_by,
            asked_at=timestamp(request.asked_at),
            due_day=request.due_day.isoformat(),
            kind=to_wire(pb.DataRequestKind, request.kind),
        )
        for request in page.items
    ]
    return pb.ListDataRequestsResponse(data_requests=messages, next_page_token=page.next_token)


def _ask_for_erasure_response(request: DataRequest) -> pb.AskForErasureResponse:
    return pb.AskForErasureResponse(data_request_id=str(request.id), due_day=request.due_day.isoformat())


def _list_erasures_response(page: Page[tuple[Erasure, list[ErasurePart]]]) -> pb.ListErasuresResponse:
    return pb.ListErasuresResponse(erasures=[_erasure(*item) for item in page.items], next_page_token=page.next_token)


def _erasure(erasure: Erasure, parts: list[ErasurePart]) -> pb.Erasure:
    return pb.Erasure(
        erasure_id=str(erasure.id),
        person_id=str(erasure.person),
        decided_at=timestamp(erasure.decided_at),
        finished_at=timestamp(erasure.finished_at) if erasure.finished_at else None,
        parts=[
            pb.ErasedPart(
                service=part.service,
                confirmed_at=timestamp(part.confirmed_at),
                deleted_kinds=part.deleted,
                blanked_kinds=part.blanked,
                kept_kinds=part.kept,
            )
            for part in parts
        ],
    )


def _hold_terms(request: pb.PlaceHoldRequest) -> tuple[UUID, HoldTerms]:
    kind = from_wire(pb.HoldKind, HoldKind, request.kind, "kind", "HOLD_KIND_MISSING")
    return parse_id("person_id", request.person_id), HoldTerms(kind, request.reason, request.review_day)


def _hold_id(request: pb.ReleaseHoldRequest) -> tuple[UUID]:
    return (parse_id("hold_id", request.hold_id),)


def _review(request: pb.ReviewHoldRequest) -> tuple[UUID, str]:
    return parse_id("hold_id", request.hold_id), request.review_day


def _holds_of(request: pb.ListHoldsRequest) -> tuple[UUID | None, PageRequest]:
    person = parse_id("person_id", request.person_id) if request.person_id else None
    return person, PageRequest(request.page_size, request.page_token)


def _list_holds_response(page: Page[PersonHold]) -> pb.ListHoldsResponse:
    holds = [
        pb.Hold(
            hold_id=str(hold.id),
            person_id=str(hold.person),
            kind=to_wire(pb.HoldKind, hold.kind),
            reason=hold.reason,
            review_day=hold.review_on.isoformat(),
            placed_by=hold.placed_by,
            placed_at=timestamp(hold.placed_at),
            shown=hold.shown,
        )
        for hold in page.items
    ]
    return pb.ListHoldsResponse(holds=holds, next_page_token=page.next_token)
