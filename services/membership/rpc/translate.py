"""Translates between protobuf messages and membership's own types."""

from datetime import date
from uuid import UUID

from kith.membership.v1 import membership_pb2 as pb
from libs.refusals import invalid
from services.membership.domain.admission import Admission, AdmissionRequest, RejectedAdmission
from services.membership.domain.membership_timeline import MembershipStanding, MembershipTimeline
from services.membership.storage.applications import Application
from services.membership.storage.members import Member


def parse_id(field: str, value: str) -> UUID:
    """Raises Invalid ID_MALFORMED."""
    try:
        return UUID(value)
    except ValueError as error:
        raise invalid(field, "ID_MALFORMED") from error


def admission_request(message: pb.Admission) -> AdmissionRequest:
    return AdmissionRequest(
        person=message.person_id,
        member_class=message.member_class,
        number=message.member_number,
        admitted_on=message.admitted_on,
        register_name=message.register_name,
        register_address=message.register_address,
        application=message.application_id,
    )


def admitted_message(decision: Admission | RejectedAdmission) -> pb.Admitted:
    if isinstance(decision, RejectedAdmission):
        return pb.Admitted(refusal=decision.reason, field=decision.field)
    return pb.Admitted(member_number=decision.number)


def application_message(application: Application) -> pb.Application:
    message = pb.Application(
        application_id=str(application.id), person_id=str(application.person), member_class=application.member_class, why=application.why
    )
    message.applied_at.FromDatetime(application.applied_at)
    return message


def member_message(member: Member, day: date, *, standings: bool) -> pb.Member:
    """The member as of that day."""
    current, (admitted_on, ended_on) = member.timeline.standing_on(day), _latest_membership(member.timeline)
    return pb.Member(
        person_id=str(member.person),
        member_number=member.number,
        register_name=member.register_name,
        register_address=member.register_address,
        member_class=current.member_class if current else "",
        may_vote=current.may_vote if current else False,
        admitted_on=admitted_on,
        ended_on=ended_on,
        standings=map(standing_message, member.timeline.standings()) if standings else (),
        version=member.version,
    )


def standing_message(standing: MembershipStanding) -> pb.Standing:
    return pb.Standing(
        member_class=standing.member_class,
        may_vote=standing.may_vote,
        from_day=standing.from_day.isoformat(),
        to_day=standing.to_day.isoformat() if standing.to_day else "",
    )


def _latest_membership(timeline: MembershipTimeline) -> tuple[str, str]:
    """First and last day of the latest membership."""
    began, ended = timeline.latest_membership()
    return began.isoformat(), ended.isoformat() if ended else ""
