"""The gRPC servicer of the membership service."""

from datetime import date
from zoneinfo import ZoneInfo

import grpc

from kith.membership.v1 import membership_pb2 as pb
from kith.membership.v1 import membership_pb2_grpc
from libs.database.engine import UnitOfWork
from libs.rpc.transactions import Transactions
from services.membership.commands.admit_members import admit_members
from services.membership.commands.apply import apply
from services.membership.commands.change_class import change_class
from services.membership.commands.correct_register_entry import correct_register_entry
from services.membership.commands.end_membership import end_membership
from services.membership.domain.local_dates import local_date, parse_date_field
from services.membership.queries.count_members import count_members
from services.membership.queries.get_member import get_member
from services.membership.queries.get_standing import get_standing
from services.membership.queries.list_applications import list_applications
from services.membership.queries.list_members import list_members
from services.membership.rpc import translate


class MembershipServicer(membership_pb2_grpc.MembershipServiceServicer):
    """Translates each request, opens a unit of work, calls one command or query, and translates the result."""

    def __init__(self, transactions: Transactions, zone: ZoneInfo) -> None:
        self._transactions = transactions
        self._zone = zone

    async def Apply(
        self, request: pb.ApplyRequest, _context: "grpc.aio.ServicerContext[pb.ApplyRequest, pb.ApplyResponse]"
    ) -> pb.ApplyResponse:
        async def run(work: UnitOfWork) -> pb.ApplyResponse:
            return pb.ApplyResponse(application_id=str(await apply(work, request.member_class, request.why)))

        return await self._transactions.command(request, pb.ApplyResponse, run)

    async def ListApplications(
        self,
        request: pb.ListApplicationsRequest,
        _context: "grpc.aio.ServicerContext[pb.ListApplicationsRequest, pb.ListApplicationsResponse]",
    ) -> pb.ListApplicationsResponse:
        async with self._transactions.query() as work:
            rows, next_token = await list_applications(work, request.page_size, request.page_token)
        return pb.ListApplicationsResponse(applications=map(translate.application_message, rows), next_page_token=next_token)

    async def AdmitMembers(
        self, request: pb.AdmitMembersRequest, _context: "grpc.aio.ServicerContext[pb.AdmitMembersRequest, pb.AdmitMembersResponse]"
    ) -> pb.AdmitMembersResponse:
        async def run(work: UnitOfWork) -> pb.AdmitMembersResponse:
            rows = [translate.admission_request(message) for message in request.admissions]
            decisions = await admit_members(work, rows, self._today(work), validate_only=request.validate_only)
            return pb.AdmitMembersResponse(members=map(translate.admitted_message, decisions))

        return await self._transactions.command(request, pb.AdmitMembersResponse, run)

    async def ChangeClass(
        self, request: pb.ChangeClassRequest, _context: "grpc.aio.ServicerContext[pb.ChangeClassRequest, pb.ChangeClassResponse]"
    ) -> pb.ChangeClassResponse:
        async def run(work: UnitOfWork) -> pb.ChangeClassResponse:
            person, today = translate.parse_id("person_id", request.person_id), self._today(work)
            day = parse_date_field("from_day", request.from_day, today)
            await change_class(work, person, request.member_class, day, request.version, today)
            return pb.ChangeClassResponse()

        return await self._transactions.command(request, pb.ChangeClassResponse, run)

    async def EndMembership(
        self, request: pb.EndMembershipRequest, _context: "grpc.aio.ServicerContext[pb.EndMembershipRequest, pb.EndMembershipResponse]"
    ) -> pb.EndMembershipResponse:
        async def run(work: UnitOfWork) -> pb.EndMembershipResponse:
            person, today = translate.parse_id("person_id", request.person_id), self._today(work)
            await end_membership(work, person, parse_date_field("on", request.on, today), request.reason, request.version, today)
            return pb.EndMembershipResponse()

        return await self._transactions.command(request, pb.EndMembershipResponse, run)

    async def CorrectRegisterEntry(
        self,
        request: pb.CorrectRegisterEntryRequest,
        _context: "grpc.aio.ServicerContext[pb.CorrectRegisterEntryRequest, pb.CorrectRegisterEntryResponse]",
    ) -> pb.CorrectRegisterEntryResponse:
        async def run(work: UnitOfWork) -> pb.CorrectRegisterEntryResponse:
            person = translate.parse_id("person_id", request.person_id)
            await correct_register_entry(work, person, request.register_name, request.register_address, request.version)
            return pb.CorrectRegisterEntryResponse()

        return await self._transactions.command(request, pb.CorrectRegisterEntryResponse, run)

    async def GetMember(
        self, request: pb.GetMemberRequest, _context: "grpc.aio.ServicerContext[pb.GetMemberRequest, pb.GetMemberResponse]"
    ) -> pb.GetMemberResponse:
        async with self._transactions.query() as work:
            member = await get_member(work, translate.parse_id("person_id", request.person_id))
            today = self._today(work)
        return pb.GetMemberResponse(member=translate.member_message(member, today, standings=True))

    async def ListMembers(
        self, request: pb.ListMembersRequest, _context: "grpc.aio.ServicerContext[pb.ListMembersRequest, pb.ListMembersResponse]"
    ) -> pb.ListMembersResponse:
        async with self._transactions.query() as work:
            day = parse_date_field("as_of", request.as_of, self._today(work))
            number = request.member_number.strip()
            persons = [translate.parse_id("person_ids", person) for person in request.person_ids]
            rows, next_token = await list_members(
                work, day, request.member_class, request.page_size, request.page_token, number=number, persons=persons
            )
        shown = [translate.member_message(member, day, standings=False) for member in rows]
        return pb.ListMembersResponse(members=shown, next_page_token=next_token)

    async def GetStanding(
        self, request: pb.GetStandingRequest, _context: "grpc.aio.ServicerContext[pb.GetStandingRequest, pb.GetStandingResponse]"
    ) -> pb.GetStandingResponse:
        async with self._transactions.query() as work:
            day = parse_date_field("as_of", request.as_of, self._today(work))
            standing = await get_standing(work, translate.parse_id("person_id", request.person_id), day)
        return pb.GetStandingResponse(standing=translate.standing_message(standing) if standing else None)

    async def CountMembers(
        self, request: pb.CountMembersRequest, _context: "grpc.aio.ServicerContext[pb.CountMembersRequest, pb.CountMembersResponse]"
    ) -> pb.CountMembersResponse:
        async with self._transactions.query() as work:
            today = self._today(work)
            day = parse_date_field("as_of", request.as_of, today)
            sizes = await count_members(work, day, today)
        classes = [pb.ClassSize(member_class=name, members=size) for name, size in sizes.items()]
        return pb.CountMembersResponse(classes=classes, as_of=day.isoformat())

    def _today(self, work: UnitOfWork) -> date:
        return local_date(self._zone, work.now)
