"""The RPCs about relationships: who may act for whom."""

from functools import partial
from zoneinfo import ZoneInfo

from kith.identity.v1 import relationships_pb2 as pb
from libs.access.acting_audit import while_acting
from libs.rpc.binding import BoundService, bind, command, query
from libs.rpc.transactions import Transactions
from libs.sealing import PersonSealer
from services.identity.commands.accept_relationship import accept_relationship
from services.identity.commands.confirm_relationship import confirm_relationship
from services.identity.commands.end_relationship import end_relationship
from services.identity.commands.propose_relationship import propose_relationship
from services.identity.commands.record_relationship import record_relationship
from services.identity.queries.get_acting_rights import get_acting_rights
from services.identity.queries.list_relationships import list_relationships
from services.identity.rpc import translate_relationships as translate


def relationship_service(transactions: Transactions, zone: ZoneInfo, sealer: PersonSealer) -> BoundService:
    """`zone` decides when a day begins."""
    propose, accept = partial(propose_relationship, zone=zone), partial(accept_relationship, zone=zone)
    record, confirm = partial(record_relationship, zone=zone, sealer=sealer), partial(confirm_relationship, zone=zone)
    listing = partial(list_relationships, sealer=sealer)
    return bind(
        pb,
        "RelationshipService",
        transactions,
        {
            "ProposeRelationship": command(
                translate.proposal, propose, lambda made: pb.ProposeRelationshipResponse(relationship_id=str(made))
            ),
            "AcceptRelationship": command(translate.relationship_id, accept, lambda _: pb.AcceptRelationshipResponse()),
            "RecordRelationship": command(
                translate.seen_authority, record, lambda made: pb.RecordRelationshipResponse(relationship_id=str(made))
            ),
            "ConfirmRelationship": command(translate.relationship_id, confirm, lambda _: pb.ConfirmRelationshipResponse()),
            "EndRelationship": command(translate.ending, end_relationship, lambda _: pb.EndRelationshipResponse()),
            "ListRelationships": query(translate.listing, listing, translate.list_relationships_response),
            "GetActingRights": while_acting("acting right", query(lambda _: (), get_acting_rights, translate.get_acting_rights_response)),
        },
    )
