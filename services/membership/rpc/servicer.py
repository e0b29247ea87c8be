"""The RPCs of the membership service."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import TypeVar, TypeVarTuple
from zoneinfo import ZoneInfo

from kith.membership.v1 import membership_pb2 as pb
from libs.database.engine import UnitOfWork
from libs.host.component import Runtime
from libs.refusals import Unavailable
from libs.rpc.binding import BoundService, bind, command, query
from services.membership.commands.admit_members import admit_members
from services.membership.commands.apply import apply
from services.membership.commands.change_class import change_class
from services.membership.commands.correct_register_entry import correct_register_entry
from services.membership.commands.end_membership import end_membership
from services.membership.domain.admission import Admission, AdmissionRequest, RejectedAdmission
from services.membership.domain.local_dates import local_date
from services.membership.queries.count_members import count_members
from services.membership.queries.get_member import get_member
from services.membership.queries.get_standing import get_standing
from services.membership.queries.list_applications import list_applications
from services.membership.queries.list_members import list_members
from services.membership.rpc import translate

CATCH_UP_SECONDS = 5.0
"""A person waits this long at most until an admission is decided."""

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")


def membership_service(runtime: Runtime, zone: ZoneInfo) -> BoundService:
    """`zone` decides which day it is."""

    def today(
        act: Callable[[UnitOfWork, date, *Arguments], Awaitable[Result]],
    ) -> Callable[[UnitOfWork, *Arguments], Awaitable[Result]]:
        return lambda work, *arguments: act(work, local_date(zone, work.now), *arguments)

    async def catch_up(source: str) -> bool:
        try:
            await runtime.consumers[source].catch_up(CATCH_UP_SECONDS)
        except Unavailable:
            return False
        return True

    async def catch_up_with(sources: Sequence[str]) -> set[str]:
        caught_up = await asyncio.gather(*map(catch_up, sources))
        return {source for source, done in zip(sources, caught_up, strict=True) if not done}

    async def admit(
        work: UnitOfWork,
        rows: Sequence[AdmissionRequest],
        validate_only: bool,  # noqa: FBT001 - RPCs are bound by position
    ) -> list[Admission | RejectedAdmission]:
        return await admit_members(work, local_date(zone, work.now), catch_up_with, rows, validate_only)

    return bind(
        pb,
        "MembershipService",
        runtime.transactions,
        {
            "Apply": command(translate.apply_request, apply, translate.apply_response),
            "ListApplications": query(translate.applications_page, list_applications, translate.list_applications_response),
            "AdmitMembers": command(translate.admissions, admit, translate.admit_members_response),
            "ChangeClass": command(translate.class_change, today(change_class), lambda _: pb.ChangeClassResponse()),
            "EndMembership": command(translate.membership_end, today(end_membership), lambda _: pb.EndMembershipResponse()),
            "CorrectRegisterEntry": command(
                translate.entry_correction, correct_register_entry, lambda _: pb.CorrectRegisterEntryResponse()
            ),
            "GetMember": query(translate.person_id, today(get_member), translate.get_member_response),
            "ListMembers": query(translate.register_page, today(list_members), translate.list_members_response),
            "GetStanding": query(translate.person_and_day, today(get_standing), translate.get_standing_response),
            "CountMembers": query(translate.day, today(count_members), translate.count_members_response),
        },
    )
