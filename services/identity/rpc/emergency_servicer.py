"""The RPCs of opening a record in an emergency."""

from functools import partial
from uuid import UUID

from kith.identity.v1 import emergency_pb2 as pb
from libs.access.acting_audit import while_acting
from libs.database.paging import Page, PageRequest
from libs.rpc.binding import BoundService, bind, command, query
from libs.rpc.fields import parse_id, timestamp
from libs.rpc.transactions import Transactions
from libs.sealing import PersonSealer
from services.identity.commands.open_record import open_record
from services.identity.commands.review_emergency_access import review_emergency_access
from services.identity.domain.emergency_access import EmergencyAccess
from services.identity.queries.list_emergency_access import list_emergency_access
from services.identity.storage.emergency_accesses import ExplainedAccess


def emergency_service(transactions: Transactions, sealer: PersonSealer) -> BoundService:
    return bind(
        pb,
        "EmergencyService",
        transactions,
        {
            "OpenRecord": command(_person_and_reason, partial(open_record, sealer=sealer), _open_record_response),
            "ListEmergencyAccess": while_acting(
                "emergency access", query(_person_and_page, partial(list_emergency_access, sealer=sealer), _list_response)
            ),
            "ReviewEmergencyAccess": command(_access, review_emergency_access, lambda _: pb.ReviewEmergencyAccessResponse()),
        },
    )


def _person_and_reason(request: pb.OpenRecordRequest) -> tuple[UUID, str]:
    return parse_id("person_id", request.person_id), request.reason


def _open_record_response(access: EmergencyAccess) -> pb.OpenRecordResponse:
    return pb.OpenRecordResponse(access_id=str(access.id), ends_at=timestamp(access.ends_at))


def _person_and_page(request: pb.ListEmergencyAccessRequest) -> tuple[UUID | None, PageRequest]:
    person = parse_id("person_id", request.person_id) if request.person_id else None
    return person, PageRequest(request.page_size, request.page_token)


def _list_response(page: Page[ExplainedAccess]) -> pb.ListEmergencyAccessResponse:
    return pb.ListEmergencyAccessResponse(accesses=map(_access_message, page.items), next_page_token=page.next_token)


def _access_message(explained: ExplainedAccess) -> pb.EmergencyAccess:
    access = explained.access
    return pb.EmergencyAccess(
        access_id=str(access.id),
        reader_id=str(access.reader),
        person_id=str(access.subject),
        reason=explained.reason,
        opened_at=timestamp(access.opened_at),
        ends_at=timestamp(access.ends_at),
        reviewed_by=str(access.reviewed_by or ""),
        reviewed_at=timestamp(access.reviewed_at) if access.reviewed_at else None,
    )


def _access(request: pb.ReviewEmergencyAccessRequest) -> tuple[UUID]:
    return (parse_id("access_id", request.access_id),)
