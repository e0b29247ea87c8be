"""Translates between protobuf messages and identity's own types."""

from collections.abc import Sequence
from uuid import UUID

from kith.identity.v1 import identity_pb2 as pb
from libs.callers import CallerChannel
from libs.refusals import NotSignedIn, invalid
from services.identity.domain.person_details import PersonInput, RejectedPerson
from services.identity.domain.sign_in_code import CodeKind
from services.identity.storage.persons import PersonName, PersonRecord
from services.identity.storage.worn_hats import WornHat

_CODE_KINDS: dict[int, CodeKind] = {pb.CODE_KIND_LINK: CodeKind.LINK, pb.CODE_KIND_CARD: CodeKind.CARD}
_VIAS = frozenset({CallerChannel.PAGE, CallerChannel.PHONE, CallerChannel.PAPER, CallerChannel.HELPER, CallerChannel.COMMAND_LINE})


def parse_id(field: str, value: str) -> UUID:
    """Raises Invalid ID_MALFORMED."""
    try:
        return UUID(value)
    except ValueError as error:
        raise invalid(field, "ID_MALFORMED") from error


def parse_session_id(value: str) -> UUID:
    """Raises NotSignedIn SESSION_ENDED: a malformed id is treated like a session that has ended."""
    try:
        return UUID(value)
    except ValueError as error:
        raise NotSignedIn("SESSION_ENDED") from error


def parse_code_kind(value: int) -> CodeKind:
    """Raises Invalid CODE_KIND_MISSING."""
    if value not in _CODE_KINDS:
        raise invalid("kind", "CODE_KIND_MISSING")
    return _CODE_KINDS[value]


def parse_via(value: str) -> CallerChannel:
    """Raises Invalid VIA_UNKNOWN; an empty value means a page."""
    if (value or CallerChannel.PAGE) not in _VIAS:
        raise invalid("via", "VIA_UNKNOWN")
    return CallerChannel(value or CallerChannel.PAGE)


def person_input(row: pb.NewPerson) -> PersonInput:
    return PersonInput(row.full_name, row.called, row.email, row.phone)


def correction(request: pb.CorrectPersonRequest) -> PersonInput:
    return PersonInput(request.full_name, request.called, request.email, request.phone)


def registration_response(results: Sequence[UUID | RejectedPerson | None]) -> pb.RegisterPersonsResponse:
    return pb.RegisterPersonsResponse(persons=[_registered_person(result) for result in results])


def person_message(record: PersonRecord) -> pb.Person:
    message = pb.Person(
        person_id=str(record.id),
        full_name=record.full_name,
        called=record.called,
        email=record.email,
        phone=record.phone,
        has_password=record.has_password,
        live_cards=record.live_cards,
        hats=record.hats,
        version=record.version,
    )
    message.registered_at.FromDatetime(record.registered_at)
    return message


def name_message(name: PersonName) -> pb.Name:
    return pb.Name(person_id=str(name.id), full_name=name.full_name, called=name.called)


def worn_hat_message(worn_hat: WornHat) -> pb.WornHat:
    message = pb.WornHat(person_id=str(worn_hat.person), hat=worn_hat.hat)
    message.since.FromDatetime(worn_hat.since)
    return message


def _registered_person(result: UUID | RejectedPerson | None) -> pb.RegisteredPerson:
    if isinstance(result, RejectedPerson):
        return pb.RegisteredPerson(person_id=str(result.person or ""), refusal=result.reason, field=result.field)
    return pb.RegisteredPerson(person_id=str(result or ""))
