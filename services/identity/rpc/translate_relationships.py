"""Translates between the messages about relationships and identity's own types."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from kith.identity.v1 import relationships_pb2 as pb
from kith.identity.v1.enums import ActingScope, EndReason, EvidenceKind, RelationshipKind
from libs.database.paging import Page, PageRequest
from libs.refusals import invalid
from libs.rpc import enums
from libs.rpc.fields import parse_day, parse_id, timestamp
from services.identity.commands.find_holder import HolderQuestion
from services.identity.commands.propose_relationship import WantedRelationship
from services.identity.commands.record_relationship import SeenAuthority
from services.identity.domain.relationship import Evidence
from services.identity.queries.list_relationships import ShownRelationship
from services.identity.storage.acting_rights import LiveRight
from services.identity.storage.relationships import Listed


def proposal(request: pb.ProposeRelationshipRequest) -> tuple[WantedRelationship]:
    return (_wanted(request),)


def seen_authority(request: pb.RecordRelationshipRequest) -> tuple[SeenAuthority]:
    kind = enums.from_wire(pb.EvidenceKind, EvidenceKind, request.evidence, "evidence", "EVIDENCE_MISSING")
    seen_on = parse_day("evidence_seen_on", request.evidence_seen_on)
    if seen_on is None:
        raise invalid("evidence_seen_on", "DATE_MALFORMED")
    evidence = Evidence(kind, request.evidence_reference.strip(), seen_on)
    return (SeenAuthority(parse_id("subject_id", request.subject_id), _wanted(request), evidence),)


def relationship_id(request: pb.AcceptRelationshipRequest | pb.ConfirmRelationshipRequest) -> tuple[UUID]:
    return (parse_id("relationship_id", request.relationship_id),)


def ending(request: pb.EndRelationshipRequest) -> tuple[UUID, EndReason | None]:
    reason = enums.from_wire(pb.EndReason, EndReason, request.reason, "reason", "END_REASON_MISSING") if request.reason else None
    return parse_id("relationship_id", request.relationship_id), reason


def listing(request: pb.ListRelationshipsRequest) -> tuple[PageRequest, UUID | None, Listed]:
    person = parse_id("person_id", request.person_id) if request.person_id else None
    listed = Listed.UNCONFIRMED if request.unconfirmed else Listed.ALL if request.ended_too else Listed.LIVE
    return PageRequest(request.page_size, request.page_token), person, listed


def list_relationships_response(page: Page[ShownRelationship]) -> pb.ListRelationshipsResponse:
    return pb.ListRelationshipsResponse(relationships=map(_relationship, page.items), next_page_token=page.next_token)


def get_acting_rights_response(rights: Sequence[LiveRight]) -> pb.GetActingRightsResponse:
    return pb.GetActingRightsResponse(rights=map(_right, rights))


def _wanted(request: pb.ProposeRelationshipRequest | pb.RecordRelationshipRequest) -> WantedRelationship:
    holder = parse_id("holder_id", request.holder_id) if request.holder_id else None
    return WantedRelationship(
        HolderQuestion(holder, request.holder_name),
        enums.from_wire(pb.RelationshipKind, RelationshipKind, request.kind, "kind", "RELATIONSHIP_KIND_MISSING"),
        [enums.from_wire(pb.ActingScope, ActingScope, scope, "scopes", "SCOPE_NOT_ALLOWED") for scope in request.scopes],
        parse_day("from_day", request.from_day),
        parse_day("until_day", request.until_day),
    )


def _relationship(shown: ShownRelationship) -> pb.Relationship:
    row = shown.relationship
    return pb.Relationship(
        relationship_id=str(row.id),
        subject_id=str(row.subject),
        holder_id=str(row.holder),
        kind=enums.to_wire(pb.RelationshipKind, row.kind),
        state=enums.to_wire(pb.RelationshipState, row.state),
        scopes=_scopes(row.scopes),
        from_day=row.from_day.isoformat(),
        until_day=row.until_day.isoformat() if row.until_day else "",
        evidence=enums.to_wire(pb.EvidenceKind, row.evidence_kind) if row.evidence_kind else pb.EVIDENCE_KIND_UNSPECIFIED,
        evidence_reference=shown.reference,
        evidence_seen_on=row.evidence_seen_on.isoformat() if row.evidence_seen_on else "",
        recorded_by=str(row.recorded_by),
        recorded_at=timestamp(row.recorded_at),
        confirmed_by=str(row.confirmed_by or ""),
        confirmed_at=timestamp(row.confirmed_at) if row.confirmed_at else None,
        end_reason=enums.to_wire(pb.EndReason, row.end_reason) if row.end_reason else pb.END_REASON_UNSPECIFIED,
        ended_by=str(row.ended_by or ""),
        ended_at=timestamp(row.ended_at) if row.ended_at else None,
    )


def _right(right: LiveRight) -> pb.ActingRight:
    scopes = _scopes(map(ActingScope, right.scopes))
    return pb.ActingRight(subject_id=str(right.subject), scopes=scopes, until=timestamp(right.until) if right.until else None)


def _scopes(scopes: Iterable[ActingScope]) -> "list[pb.ActingScope.ValueType]":
    return [enums.to_wire(pb.ActingScope, scope) for scope in scopes]
