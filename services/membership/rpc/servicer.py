"""A person asked membership for something."""

from datetime import date
from zoneinfo import ZoneInfo

import grpc

from kith.membership.v1 import membership_pb2 as pb
from kith.membership.v1 import membership_pb2_grpc
from libs.database.engine import Work
from libs.rpc.desk import Desk
from services.membership.commands.admit_members import admit_members
from services.membership.commands.apply import apply
from services.membership.commands.change_class import change_class
from services.membership.commands.end_membership import end_membership
from services.membership.domain.calendar import day_in, day_of
from services.membership.queries.count_members import count_members
from services.membership.queries.get_member import get_member
from services.membership.queries.get_standing import get_standing
from services.membership.queries.list_applications import list_applications
from services.membership.queries.list_members import list_members
from services.membership.rpc import translate


class Servicer(membership_pb2_grpc.MembershipServiceServicer):
    """Translates, opens the work, calls one command, translates."""

    def __init__(self, desk: Desk, zone: ZoneInfo) -> None:
        self._desk = desk
        self._zone = zone

    async def Apply(
        self, request: pb.ApplyRequest, _context: "grpc.aio.ServicerContext[pb.ApplyRequest, pb.ApplyResponse]"
    ) -> pb.ApplyResponse:
        async def do(work: Work) -> pb.ApplyResponse:
            return pb.ApplyResponse(application_id=str(await apply(work, request.member_class, request.why)))

        return await self._desk.command(request, pb.ApplyResponse, do)

    async def ListApplications(
        self,
        request: pb.ListApplicationsRequest,
        _context: "grpc.aio.ServicerContext[pb.ListApplicationsRequest, pb.ListApplicationsResponse]",
    ) -> pb.ListApplicationsResponse:
        async with self._desk.query() as work:
            rows, following = await list_applications(work, request.page_size, request.page_token)
        return pb.ListApplicationsResponse(applications=map(translate.application, rows), next_page_token=following)

    async def AdmitMembers(
        self, request: pb.AdmitMembersRequest, _context: "grpc.aio.ServicerContext[pb.AdmitMembersRequest, pb.AdmitMembersResponse]"
    ) -> pb.AdmitMembersResponse:
        async def do(work: Work) -> pb.AdmitMembersResponse:
            rows = [translate.row(one) for one in request.admissions]
            decided = await admit_members(work, rows, self._today(work), validate_only=request.validate_only)
            return pb.AdmitMembersResponse(members=map(translate.admitted, decided))

        return await self._desk.command(request, pb.AdmitMembersResponse, do)

    async def ChangeClass(
        self, request: pb.ChangeClassRequest, _context: "grpc.aio.ServicerContext[pb.ChangeClassRequest, pb.ChangeClassResponse]"
    ) -> pb.ChangeClassResponse:
        async def do(work: Work) -> pb.ChangeClassResponse:
            person, today = translate.id_of("person_id", request.person_id), self._today(work)
            day = day_of("from_day", request.from_day, today)
            await change_class(work, person, request.member_class, day, request.version, today)
            return pb.ChangeClassResponse()

        return await self._desk.command(request, pb.ChangeClassResponse, do)

    async def EndMembership(
        self, request: pb.EndMembershipRequest, _context: "grpc.aio.ServicerContext[pb.EndMembershipRequest, pb.EndMembershipResponse]"
    ) -> pb.EndMembershipResponse:
        async def do(work: Work) -> pb.EndMembershipResponse:
            person, today = translate.id_of("person_id", request.person_id), self._today(work)
            await end_membership(work, person, day_of("on", request.on, today), request.reason, request.version, today)
            return pb.EndMembershipResponse()

        return await self._desk.command(request, pb.EndMembershipResponse, do)

    async def GetMember(
        self, request: pb.GetMemberRequest, _context: "grpc.aio.ServicerContext[pb.GetMemberRequest, pb.GetMemberResponse]"
    ) -> pb.GetMemberResponse:
        async with self._desk.query() as work:
            found = await get_member(work, translate.id_of("person_id", request.person_id))
            today = self._today(work)
        return pb.GetMemberResponse(member=translate.member(found, today, standings=True))

    async def ListMembers(
        self, request: pb.ListMembersRequest, _context: "grpc.aio.ServicerContext[pb.ListMembersRequest, pb.ListMembersResponse]"
    ) -> pb.ListMembersResponse:
        async with self._desk.query() as work:
            day = day_of("as_of", request.as_of, self._today(work))
            number = request.member_number.strip()
            rows, following = await list_members(work, day, request.member_class, request.page_size, request.page_token, number=number)
        shown = [translate.member(one, day, standings=False) for one in rows]
        return pb.ListMembersResponse(members=shown, next_page_token=following)

    async def GetStanding(
        self, request: pb.GetStandingRequest, _context: "grpc.aio.ServicerContext[pb.GetStandingRequest, pb.GetStandingResponse]"
    ) -> pb.GetStandingResponse:
        async with self._desk.query() as work:
            day = day_of("as_of", request.as_of, self._today(work))
            found = await get_standing(work, translate.id_of("person_id", request.person_id), day)
        return pb.GetStandingResponse(standing=translate.standing(found) if found else None)

    async def CountMembers(
        self, request: pb.CountMembersRequest, _context: "grpc.aio.ServicerContext[pb.CountMembersRequest, pb.CountMembersResponse]"
    ) -> pb.CountMembersResponse:
        async with self._desk.query() as work:
            today = self._today(work)
            day = day_of("as_of", request.as_of, today)
            sizes = await count_members(work, day, today)
        classes = [pb.ClassSize(member_class=name, members=size) for name, size in sizes.items()]
        return pb.CountMembersResponse(classes=classes, as_of=day.isoformat())

    def _today(self, work: Work) -> date:
        return day_in(self._zone, work.now)
