"""Translates between protobuf messages and identity's own types."""

from collections.abc import Sequence
from uuid import UUID

from kith.identity.v1 import identity_pb2 as pb
from kith.identity.v1.enums import DeviceKind, DeviceUse, HelpKind
from libs.database.paging import Page, PageRequest
from libs.rpc.enums import to_wire
from libs.rpc.fields import parse_id, timestamp
from services.identity.domain.person_details import PersonInput, RejectedPerson
from services.identity.queries.list_sessions import OwnSession
from services.identity.storage.persons import PersonName, PersonRecord
from services.identity.storage.worn_hats import WornHat


def registration(request: pb.RegisterPersonsRequest) -> tuple[list[PersonInput], bool]:
    rows = [PersonInput(row.full_name, row.called, row.email, row.phone) for row in request.persons]
    return rows, request.validate_only


def registration_response(results: Sequence[UUID | RejectedPerson | None]) -> pb.RegisterPersonsResponse:
    return pb.RegisterPersonsResponse(persons=map(_registered_person, results))


def person_id(request: pb.GetPersonRequest | pb.RevokeSignInCodesRequest) -> tuple[UUID]:
    return (parse_id("person_id", request.person_id),)


def get_person_response(record: PersonRecord) -> pb.GetPersonResponse:
    return pb.GetPersonResponse(
        person=pb.Person(
            person_id=str(record.id),
            full_name=record.full_name,
            called=record.called,
            email=record.email,
            phone=record.phone,
            registered_at=timestamp(record.registered_at),
            has_password=record.has_password,
            live_cards=record.live_cards,
            hats=record.hats,
            version=record.version,
            merged_into=str(record.merged_into or ""),
            merged_at=timestamp(record.merged_at) if record.merged_at else None,
            merge_reason=record.merge_reason or "",
            merged_entries=map(str, record.merged_entries),
        )
    )


def person_ids(request: pb.GetNamesRequest) -> tuple[list[UUID]]:
    return ([parse_id("person_ids", person) for person in request.person_ids],)


def get_names_response(names: Sequence[PersonName]) -> pb.GetNamesResponse:
    return pb.GetNamesResponse(names=[pb.Name(person_id=str(name.id), full_name=name.full_name, called=name.called) for name in names])


def name_search(request: pb.SearchPersonsRequest) -> tuple[str, PageRequest]:
    return request.text, PageRequest(request.page_size, request.page_token)


def search_persons_response(names: Page[PersonName]) -> pb.SearchPersonsResponse:
    return pb.SearchPersonsResponse(names=get_names_response(names.items).names, next_page_token=names.next_token)


def correction(request: pb.CorrectPersonRequest) -> tuple[UUID, PersonInput, int]:
    row = PersonInput(request.full_name, request.called, request.email, request.phone)
    return parse_id("person_id", request.person_id), row, request.version


def merge(request: pb.MergePersonsRequest) -> tuple[UUID, UUID, str]:
    kept, other = parse_id("kept_person_id", request.kept_person_id), parse_id("other_person_id", request.other_person_id)
    return kept, other, request.reason


def revoke_sign_in_codes_response(revoked: int) -> pb.RevokeSignInCodesResponse:
    return pb.RevokeSignInCodesResponse(revoked=revoked)


def person_and_hat(request: pb.GiveHatRequest | pb.TakeHatRequest) -> tuple[UUID, str]:
    return parse_id("person_id", request.person_id), request.hat


def session_to_end(request: pb.EndSessionsRequest) -> tuple[UUID | None]:
    return (parse_id("session_id", request.session_id) if request.session_id else None,)


def list_sessions_response(sessions: Page[OwnSession]) -> pb.ListSessionsResponse:
    messages = [
        pb.OwnSession(
            session_id=str(own.session.id),
            strength=own.session.strength,
            started_at=timestamp(own.session.started_at),
            expires_at=timestamp(own.session.expires_at),
            current=own.current,
            device_use=to_wire(pb.DeviceUse, DeviceUse(own.session.device_use)),
            device_kind=to_wire(pb.DeviceKind, DeviceKind(own.session.device_kind))
            if own.session.device_kind
            else pb.DEVICE_KIND_UNSPECIFIED,
            quiet_seconds=own.session.quiet_seconds,
            helped_by=str(own.session.helped_by or ""),
            help_kind=to_wire(pb.HelpKind, HelpKind(own.session.help_kind)) if own.session.help_kind else pb.HELP_KIND_UNSPECIFIED,
        )
        for own in sessions.items
    ]
    return pb.ListSessionsResponse(sessions=messages, next_page_token=sessions.next_token)


def page(request: pb.ListHatsRequest | pb.ListSessionsRequest) -> tuple[PageRequest]:
    return (PageRequest(request.page_size, request.page_token),)


def list_hats_response(hats: Page[WornHat]) -> pb.ListHatsResponse:
    messages = [pb.WornHat(person_id=str(worn.person), hat=worn.hat, since=timestamp(worn.since)) for worn in hats.items]
    return pb.ListHatsResponse(hats=messages, next_page_token=hats.next_token)


def _registered_person(result: UUID | RejectedPerson | None) -> pb.RegisteredPerson:
    if isinstance(result, RejectedPerson):
        return pb.RegisteredPerson(person_id=str(result.person or ""), refusal=result.reason, field=result.field)
    return pb.RegisteredPerson(person_id=str(result or ""))
