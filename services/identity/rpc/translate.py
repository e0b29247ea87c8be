"""Between the wire and identity's own words."""

from collections.abc import Sequence
from uuid import UUID

from kith.identity.v1 import identity_pb2 as pb
from libs.callers import Via
from libs.refusals import NotSignedIn, invalid
from services.identity.domain.particulars import Problem, Told
from services.identity.domain.sign_in_code import Kind
from services.identity.storage.offices import WornHat
from services.identity.storage.persons import Name, Record

_KINDS: dict[int, Kind] = {pb.CODE_KIND_LINK: Kind.LINK, pb.CODE_KIND_CARD: Kind.CARD}
_VIAS = frozenset({Via.PAGE, Via.PHONE, Via.PAPER, Via.HELPER, Via.COMMAND_LINE})


def id_of(field: str, said: str) -> UUID:
    """Raises Invalid ID_MALFORMED."""
    try:
        return UUID(said)
    except ValueError as error:
        raise invalid(field, "ID_MALFORMED") from error


def session_of(said: str) -> UUID:
    """What can be no session is as good as one that ended."""
    try:
        return UUID(said)
    except ValueError as error:
        raise NotSignedIn("SESSION_ENDED") from error


def kind_of(said: int) -> Kind:
    """Raises Invalid CODE_KIND_MISSING."""
    if said not in _KINDS:
        raise invalid("kind", "CODE_KIND_MISSING")
    return _KINDS[said]


def via_of(said: str) -> Via:
    """Raises Invalid VIA_UNKNOWN; nothing said is a page."""
    if (said or Via.PAGE) not in _VIAS:
        raise invalid("via", "VIA_UNKNOWN")
    return Via(said or Via.PAGE)


def told(row: pb.NewPerson) -> Told:
    return Told(row.full_name, row.called, row.email, row.phone)


def registered(rows: Sequence[UUID | Problem | None]) -> pb.RegisterPersonsResponse:
    return pb.RegisterPersonsResponse(persons=[_registered(row) for row in rows])


def person(record: Record) -> pb.Person:
    answer = pb.Person(
        person_id=str(record.id),
        full_name=record.full_name,
        called=record.called,
        email=record.email,
        phone=record.phone,
        has_password=record.has_password,
        live_cards=record.live_cards,
        hats=record.hats,
    )
    answer.registered_at.FromDatetime(record.registered_at)
    return answer


def name(one: Name) -> pb.Name:
    return pb.Name(person_id=str(one.id), full_name=one.full_name, called=one.called)


def worn_hat(one: WornHat) -> pb.WornHat:
    answer = pb.WornHat(person_id=str(one.person), hat=one.hat)
    answer.since.FromDatetime(one.since)
    return answer


def _registered(row: UUID | Problem | None) -> pb.RegisteredPerson:
    if isinstance(row, Problem):
        return pb.RegisteredPerson(person_id=str(row.person or ""), refusal=row.reason, field=row.field)
    return pb.RegisteredPerson(person_id=str(row or ""))
