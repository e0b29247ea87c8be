"""PersonDataService, bound for any service that has records of people."""

from uuid import UUID

from kith.person.v1 import person_data_pb2 as pb
from libs.access import emergency
from libs.access.acting_audit import CatchUp, while_acting
from libs.access.audit_chain import AuditRow
from libs.access.reads import list_reads, token_after
from libs.database.paging import Page, PageRequest
from libs.rpc.binding import BoundService, bind, query
from libs.rpc.fields import parse_id, timestamp
from libs.rpc.transactions import Transactions


def person_data_service(transactions: Transactions, catch_up: CatchUp | None = None) -> BoundService:
    """`catch_up` as in `while_acting`: of every service but identity, which decides the rights to act itself."""
    methods = {"ListReads": while_acting("reads", query(_person_and_page, list_reads, _list_reads_response), catch_up)}
    return bind(pb, "PersonDataService", transactions, methods)


def _person_and_page(request: pb.ListReadsRequest) -> tuple[UUID, PageRequest]:
    return parse_id("person_id", request.person_id), PageRequest(request.page_size, request.page_token)


def _list_reads_response(page: Page[AuditRow]) -> pb.ListReadsResponse:
    return pb.ListReadsResponse(reads=map(_read, page.items), next_page_token=page.next_token)


def _read(row: AuditRow) -> pb.Read:
    access = emergency.access_of(row.reason)
    return pb.Read(
        read_id=str(row.id),
        reader_id=row.reader,
        hat=row.hat,
        acting_for_person_id=str(row.acting_for or ""),
        record=row.record,
        action=row.action,
        fields=row.fields,
        reason="" if access else row.reason,
        emergency_access_id=str(access or ""),
        stale=row.stale,
        read_at=timestamp(row.at),
        page_token=token_after(row),
        helped_by_person_id=str(row.helped_by or ""),
    )
