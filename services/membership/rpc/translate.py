"""Translates between protobuf messages and membership's own types."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from kith.membership.v1 import membership_pb2 as pb
from libs.database.paging import Page, PageRequest
from libs.rpc.fields import parse_day, parse_id, timestamp
from services.membership.domain.admission import Admission, AdmissionRequest, RejectedAdmission
from services.membership.domain.membership_timeline import MembershipStanding, MembershipTimeline
from services.membership.queries.count_members import ClassSizes
from services.membership.storage.applications import Application
from services.membership.storage.members import Member


def apply_request(request: pb.ApplyRequest) -> tuple[str, str]:
    return request.member_class, request.why


def apply_response(application: UUID) -> pb.ApplyResponse:
    return pb.ApplyResponse(application_id=str(application))


def applications_page(request: pb.ListApplicationsRequest) -> tuple[PageRequest]:
    return (PageRequest(request.page_size, request.page_token),)


def list_applications_response(page: Page[Application]) -> pb.ListApplicationsResponse:
    return pb.ListApplicationsResponse(applications=map(_application_message, page.items), next_page_token=page.next_token)


def admissions(request: pb.AdmitMembersRequest) -> tuple[list[AdmissionRequest], bool]:
    return [_admission_request(message) for message in request.admissions], request.validate_only


def admit_members_response(decisions: Iterable[Admission | RejectedAdmission]) -> pb.AdmitMembersResponse:
    return pb.AdmitMembersResponse(members=map(_admitted_message, decisions))


def class_change(request: pb.ChangeClassRequest) -> tuple[UUID, str, date | None, int]:
    person, from_day = parse_id("person_id", request.person_id), parse_day("from_day", request.from_day)
    return person, request.member_class, from_day, request.version


def membership_end(request: pb.EndMembershipRequest) -> tuple[UUID, date | None, str, int]:
    person, last_day = parse_id("person_id", request.person_id), parse_day("on", request.on)
    return person, last_day, request.reason, request.version


def entry_correction(request: pb.CorrectRegisterEntryRequest) -> tuple[UUID, str, str, int]:
    return parse_id("person_id", request.person_id), request.register_name, request.register_address, request.version


def person_id(request: pb.GetMemberRequest) -> tuple[UUID]:
    return (parse_id("person_id", request.person_id),)


def get_member_response(member: Member) -> pb.GetMemberResponse:
    message = _member_message(member)
    message.standings.extend(map(_standing_message, member.timeline.standings()))
    return pb.GetMemberResponse(member=message)


def register_page(request: pb.ListMembersRequest) -> tuple[date | None, str, str, list[UUID], PageRequest]:
    page = PageRequest(request.page_size, request.page_token)
    persons = [parse_id("person_ids", person) for person in request.person_ids]
    return parse_day("as_of", request.as_of), request.member_class, request.member_number.strip(), persons, page


def list_members_response(page: Page[Member]) -> pb.ListMembersResponse:
    return pb.ListMembersResponse(members=map(_member_message, page.items), next_page_token=page.next_token)


def person_and_day(request: pb.GetStandingRequest) -> tuple[UUID, date | None]:
    return parse_id("person_id", request.person_id), parse_day("as_of", request.as_of)


def get_standing_response(standing: MembershipStanding | None) -> pb.GetStandingResponse:
    return pb.GetStandingResponse(standing=_standing_message(standing) if standing else None)


def day(request: pb.CountMembersRequest) -> tuple[date | None]:
    return (parse_day("as_of", request.as_of),)


def count_members_response(sizes: ClassSizes) -> pb.CountMembersResponse:
    classes = [pb.ClassSize(member_class=name, members=size) for name, size in sizes.members.items()]
    return pb.CountMembersResponse(classes=classes, as_of=sizes.day.isoformat())


def _admission_request(message: pb.Admission) -> AdmissionRequest:
    return AdmissionRequest(
        person=message.person_id,
        member_class=message.member_class,
        number=message.member_number,
        admitted_on=message.admitted_on,
        register_name=message.register_name,
        register_address=message.register_address,
        application=message.application_id,
    )


def _admitted_message(decision: Admission | RejectedAdmission) -> pb.Admitted:
    if isinstance(decision, RejectedAdmission):
        return pb.Admitted(refusal=decision.reason, field=decision.field)
    return pb.Admitted(member_number=decision.number)


def _application_message(application: Application) -> pb.Application:
    return pb.Application(
        application_id=str(application.id),
        person_id=str(application.person),
        member_class=application.member_class,
        why=application.why,
        applied_at=timestamp(application.applied_at),
    )


def _member_message(member: Member) -> pb.Member:
    current, (admitted_on, ended_on) = member.timeline.standing_on(member.day), _latest_membership(member.timeline)
    return pb.Member(
        person_id=str(member.person),
        member_number=member.number,
        register_name=member.register_name,
        register_address=member.register_address,
        member_class=current.member_class if current else "",
        may_vote=current.may_vote if current else False,
        admitted_on=admitted_on,
        ended_on=ended_on,
        version=member.version,
    )


def _standing_message(standing: MembershipStanding) -> pb.Standing:
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
