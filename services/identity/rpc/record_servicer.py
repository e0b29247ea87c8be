"""The RPCs of people's records."""

from functools import partial

from kith.identity.v1 import record_pb2 as pb
from libs.access.acting_audit import while_acting
from libs.rpc.binding import BoundService, bind, command, query
from libs.rpc.transactions import Transactions
from libs.sealing import PersonSealer
from services.identity.commands.end_access import end_access
from services.identity.commands.give_access import give_access
from services.identity.commands.set_fields import set_fields
from services.identity.queries.get_record import get_record
from services.identity.queries.list_access import list_access
from services.identity.queries.list_records import list_records
from services.identity.queries.list_shared_with_me import list_shared_with_me
from services.identity.queries.search_members import search_members
from services.identity.rpc import record_translate as translate


def record_service(transactions: Transactions, sealer: PersonSealer) -> BoundService:
    return bind(
        pb,
        "RecordService",
        transactions,
        {
            "GetRecord": while_acting(
                "record", query(translate.record_request, partial(get_record, sealer=sealer), translate.get_record_response)
            ),
            "ListRecords": query(translate.field_request, partial(list_records, sealer=sealer), translate.list_records_response),
            "SetFields": while_acting(
                "record", command(translate.field_changes, partial(set_fields, sealer=sealer), translate.set_fields_response)
            ),
            "GiveAccess": command(translate.access_terms, give_access, translate.give_access_response),
            "EndAccess": command(translate.grant_id, end_access, lambda _: pb.EndAccessResponse()),
            "ListAccess": query(translate.access_list_request, list_access, translate.list_access_response),
            "ListSharedWithMe": query(translate.page, list_shared_with_me, translate.list_shared_with_me_response),
            "SearchMembers": while_acting("person", query(translate.name_search, search_members, translate.search_members_response)),
        },
    )
