"""Between the wire and membership's own words."""

from datetime import date
from uuid import UUID

from kith.membership.v1 import membership_pb2 as pb
from libs.refusals import invalid
from services.membership.domain.admission import Admission, Problem, Row
from services.membership.domain.standing import Standing, Timeline
from services.membership.storage.applications import Application
from services.membership.storage.members import Member


def id_of(field: str, said: str) -> UUID:
    """Raises Invalid ID_MALFORMED."""
    try:
        return UUID(said)
    except ValueError as error:
        raise invalid(field, "ID_MALFORMED") from error


def row(said: pb.Admission) -> Row:
    return Row(
        person=said.person_id,
        member_class=said.member_class,
        number=said.member_number,
        admitted_on=said.admitted_on,
        register_name=said.register_name,
        register_address=said.register_address,
        application=said.application_id,
    )


def admitted(one: Admission | Problem) -> pb.Admitted:
    if isinstance(one, Problem):
        return pb.Admitted(refusal=one.reason, field=one.field)
    return pb.Admitted(member_number=one.number)


def application(one: Application) -> pb.Application:
    answer = pb.Application(application_id=str(one.id), person_id=str(one.person), member_class=one.member_class, why=one.why)
    answer.applied_at.FromDatetime(one.applied_at)
    return answer


def member(one: Member, day: date, *, standings: bool) -> pb.Member:
    """As of that day."""
    now, (admitted_on, ended_on) = one.timeline.as_of(day), _latest(one.timeline)
    return pb.Member(
        person_id=str(one.person),
        member_number=one.number,
        register_name=one.register_name,
        register_address=one.register_address,
        member_class=now.member_class if now else "",
        may_vote=now.may_vote if now else False,
        admitted_on=admitted_on,
        ended_on=ended_on,
        standings=map(standing, one.timeline.standings()) if standings else (),
        version=one.version,
    )


def standing(one: Standing) -> pb.Standing:
    return pb.Standing(
        member_class=one.member_class,
        may_vote=one.may_vote,
        from_day=one.from_day.isoformat(),
        to_day=one.to_day.isoformat() if one.to_day else "",
    )


def _latest(timeline: Timeline) -> tuple[str, str]:
    """First and last day of the latest membership."""
    began, ended = timeline.latest()
    return began.isoformat(), ended.isoformat() if ended else ""
