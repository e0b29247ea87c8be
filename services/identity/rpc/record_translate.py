"""Translates between protobuf messages and what identity knows of people's records."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from google.protobuf.message import Message

from kith.identity.v1 import record_pb2 as pb
from libs.access.reading import AudienceKind
from libs.database.paging import Page, PageRequest
from libs.refusals import invalid
from libs.rpc.enums import from_wire, to_wire
from libs.rpc.fields import parse_id, parse_moment, timestamp
from services.identity.domain.access_terms import GrantAudience, GrantPeriod
from services.identity.domain.record_change import FieldChange
from services.identity.rpc.translate import get_names_response
from services.identity.storage.access_grants import OwnGrant, SharedField
from services.identity.storage.persons import PersonName
from services.identity.storage.record_fields import FieldRecord


def record_request(request: pb.GetRecordRequest) -> tuple[UUID, str, Sequence[str]]:
    return parse_id("person_id", request.person_id), request.reason, list(request.fields)


def get_record_response(fields: Sequence[FieldRecord]) -> pb.GetRecordResponse:
    messages = [
        pb.RecordField(
            field=field.field,
            text=field.text,
            version=field.version,
            changed_at=timestamp(field.changed_at),
            changed_by=str(field.changed_by),
        )
        for field in fields
    ]
    return pb.GetRecordResponse(fields=messages)


def field_request(request: pb.ListRecordsRequest) -> tuple[str, str, PageRequest]:
    return request.field, request.reason, PageRequest(request.page_size, request.page_token)


def list_records_response(fields: Page[FieldRecord]) -> pb.ListRecordsResponse:
    records = [pb.PersonField(person_id=str(field.person), text=field.text) for field in fields.items]
    return pb.ListRecordsResponse(records=records, next_page_token=fields.next_token)


def field_changes(request: pb.SetFieldsRequest) -> tuple[UUID, list[FieldChange]]:
    changes = [FieldChange(each.field, each.text, each.version) for each in request.fields]
    return parse_id("person_id", request.person_id), changes


def access_terms(request: pb.GiveAccessRequest) -> tuple[list[str], GrantAudience, GrantPeriod]:
    kind = from_wire(pb.AudienceKind, AudienceKind, request.audience.kind, "audience", "AUDIENCE_MISSING")
    if kind is AudienceKind.PERSON:
        audience = GrantAudience(person=parse_id("audience", request.audience.person_id))
    elif kind is AudienceKind.HAT:
        if not request.audience.hat:
            raise invalid("audience", "HAT_UNKNOWN")
        audience = GrantAudience(hat=request.audience.hat)
    else:
        audience = GrantAudience(team=kind is AudienceKind.TEAM)
    return list(request.fields), audience, GrantPeriod(_moment(request, "valid_from"), _moment(request, "valid_until"))


def set_fields_response(versions: Sequence[int]) -> pb.SetFieldsResponse:
    return pb.SetFieldsResponse(versions=versions)


def give_access_response(grants: Sequence[UUID]) -> pb.GiveAccessResponse:
    return pb.GiveAccessResponse(grant_ids=map(str, grants))


def grant_id(request: pb.EndAccessRequest) -> tuple[UUID]:
    return (parse_id("grant_id", request.grant_id),)


def access_list_request(request: pb.ListAccessRequest) -> tuple[str, bool, PageRequest]:
    return request.field, request.only_open, PageRequest(request.page_size, request.page_token)


def list_access_response(grants: Page[OwnGrant]) -> pb.ListAccessResponse:
    return pb.ListAccessResponse(grants=map(_access_grant, grants.items), next_page_token=grants.next_token)


def page(request: pb.ListSharedWithMeRequest) -> tuple[PageRequest]:
    return (PageRequest(request.page_size, request.page_token),)


def list_shared_with_me_response(fields: Page[SharedField]) -> pb.ListSharedWithMeResponse:
    messages = [
        pb.SharedField(
            person_id=str(shared.subject),
            field=shared.field,
            valid_until=timestamp(shared.valid_until) if shared.valid_until else None,
        )
        for shared in fields.items
    ]
    return pb.ListSharedWithMeResponse(fields=messages, next_page_token=fields.next_token)


def name_search(request: pb.SearchMembersRequest) -> tuple[str, PageRequest]:
    return request.text, PageRequest(request.page_size, request.page_token)


def search_members_response(names: Page[PersonName]) -> pb.SearchMembersResponse:
    return pb.SearchMembersResponse(names=get_names_response(names.items).names, next_page_token=names.next_token)


def _access_grant(grant: OwnGrant) -> pb.AccessGrant:
    audience = pb.Audience(
        kind=to_wire(pb.AudienceKind, grant.audience_kind),
        person_id=grant.audience if grant.audience_kind is AudienceKind.PERSON else "",
        hat=grant.audience if grant.audience_kind is AudienceKind.HAT else "",
    )
    return pb.AccessGrant(
        grant_id=str(grant.id),
        field=grant.field,
        audience=audience,
        given_at=timestamp(grant.given_at),
        valid_from=timestamp(grant.valid_from),
        valid_until=timestamp(grant.valid_until) if grant.valid_until else None,
        ended_at=timestamp(grant.revoked_at) if grant.revoked_at else None,
    )


def _moment(request: Message, field: str) -> datetime | None:
    """Raises Invalid DATE_MALFORMED."""
    return parse_moment(field, getattr(request, field)) if request.HasField(field) else None
