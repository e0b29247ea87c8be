"""Class and vote right as of any day, over the real API: changes, ends, lists, sizes, and who may see what."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from kith.identity.v1.identity_pb2 import GiveHatRequest
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from kith.membership.facts.v1.facts_pb2 import MemberClassChanged, MembershipApplied, MembershipEnded
from kith.membership.v1 import membership_pb2 as pb
from kith.membership.v1.membership_pb2_grpc import MembershipServiceStub
from libs.callers import person
from libs.database.engine import new_id
from libs.refusals import AlreadyExists, Conflict, FailedPrecondition, Invalid, NotAllowed, NotFound
from libs.rpc.client import call_service
from tests.support.membership_co_op import admit_members, make_admission, membership_co_op
from tests.support.running_co_op import Infrastructure, RunningCoOp

DAY = timedelta(days=1)


def change_class_request(person: UUID, member_class: str, from_day: str, version: int) -> pb.ChangeClassRequest:
    return pb.ChangeClassRequest(
        request_id=str(new_id()), person_id=str(person), member_class=member_class, from_day=from_day, version=version
    )


def end_membership_request(person: UUID, on: str, version: int, reason: str = "left") -> pb.EndMembershipRequest:
    return pb.EndMembershipRequest(request_id=str(new_id()), person_id=str(person), on=on, reason=reason, version=version)


async def get_standing(co_op: RunningCoOp, person: UUID, day: date) -> tuple[str, bool]:
    request = pb.GetStandingRequest(person_id=str(person), as_of=day.isoformat())
    found = (await call_service(co_op.stub(MembershipServiceStub).GetStanding, request, co_op.token(person))).standing
    return found.member_class, found.may_vote


@pytest.mark.capability("M2")
async def test_the_standing_is_right_the_day_before_on_and_after_every_change(infrastructure: Infrastructure) -> None:
    async with membership_co_op(infrastructure, "Sam Sample", "Ada Ample") as (co_op, _, [sam, ada]):
        membership, secretary = co_op.stub(MembershipServiceStub), co_op.token(sam, hat="secretary")
        today = co_op.today()
        joined, moved, last = today - 30 * DAY, today + 10 * DAY, today + 20 * DAY
        await admit_members(co_op, secretary, [make_admission(ada, admitted_on=joined.isoformat())])
        await call_service(membership.ChangeClass, change_class_request(ada, "investor", moved.isoformat(), 1), secretary)
        await call_service(membership.EndMembership, end_membership_request(ada, last.isoformat(), 2), co_op.token(ada))
        expected = {
            joined - DAY: ("", False),
            joined: ("worker", True),
            joined + DAY: ("worker", True),
            moved - DAY: ("worker", True),
            moved: ("investor", False),
            moved + DAY: ("investor", False),
            last: ("investor", False),
            last + DAY: ("", False),
        }
        assert {day: await get_standing(co_op, ada, day) for day in expected} == expected
        shown = (await call_service(membership.GetMember, pb.GetMemberRequest(person_id=str(ada)), co_op.token(ada))).member
        assert [(standing.member_class, standing.to_day) for standing in shown.standings] == [
            ("worker", (moved - DAY).isoformat()),
            ("investor", last.isoformat()),
        ]
        assert (shown.admitted_on, shown.ended_on, shown.version) == (joined.isoformat(), last.isoformat(), 3)
        stated = (await co_op.published_events("membership"))[1:]
        assert stated == [
            MemberClassChanged(person_id=str(ada), member_class="investor", may_vote=False, from_day=moved.isoformat()),
            MembershipEnded(person_id=str(ada), on=last.isoformat(), reason="left"),
        ]


async def test_an_invalid_change_is_refused_with_its_reason(infrastructure: Infrastructure) -> None:
    async with membership_co_op(infrastructure, "Sam Sample", "Ada Ample") as (co_op, _, [sam, ada]):
        membership, secretary = co_op.stub(MembershipServiceStub), co_op.token(sam, hat="secretary")
        await admit_members(co_op, secretary, [make_admission(ada, admitted_on="2024-05-01")])
        today = co_op.today()
        refusals = [
            (change_class_request(ada, "investor", "", 7), Conflict, "VERSION_STALE"),
            (change_class_request(ada, "wizard", "", 1), Invalid, "CLASS_UNKNOWN"),
            (change_class_request(ada, "worker", "", 1), Invalid, "CLASS_UNCHANGED"),
            (change_class_request(ada, "investor", "2024-04-30", 1), Invalid, "BEFORE_LAST_CHANGE"),
            (change_class_request(ada, "investor", (today + 367 * DAY).isoformat(), 1), Invalid, "DATE_TOO_FAR"),
            (change_class_request(ada, "investor", "1 May", 1), Invalid, "DATE_MALFORMED"),
            (change_class_request(new_id(), "investor", "", 1), NotFound, "MEMBER_UNKNOWN"),
        ]
        for request, kind, reason in refusals:
            with pytest.raises(kind, match=reason):
                await call_service(membership.ChangeClass, request, secretary)
        with pytest.raises(NotAllowed, match="HAT_NEEDED"):
            await call_service(membership.ChangeClass, change_class_request(ada, "investor", "", 1), co_op.token(ada))
        assert len(await co_op.published_events("membership")) == 1


async def test_a_stale_page_changes_nothing(infrastructure: Infrastructure) -> None:
    async with membership_co_op(infrastructure, "Sam Sample", "Ada Ample") as (co_op, _, [sam, ada]):
        membership, secretary = co_op.stub(MembershipServiceStub), co_op.token(sam, hat="secretary")
        await admit_members(co_op, secretary, [make_admission(ada)])
        request = change_class_request(ada, "investor", "", 1)
        await call_service(membership.ChangeClass, request, secretary)
        await call_service(membership.ChangeClass, request, secretary)
        with pytest.raises(Conflict, match="VERSION_STALE"):
            await call_service(membership.EndMembership, end_membership_request(ada, "", 1), co_op.token(ada))
        request.member_class = "supporter"
        with pytest.raises(Conflict, match="REQUEST_ID_REUSED"):
            await call_service(membership.ChangeClass, request, secretary)


async def test_members_leave_by_themselves_and_only_by_leaving(infrastructure: Infrastructure) -> None:
    async with membership_co_op(infrastructure, "Sam Sample", "Ada Ample", "Ben Bample") as (co_op, _, [sam, ada, ben]):
        membership, secretary, mine = co_op.stub(MembershipServiceStub), co_op.token(sam, hat="secretary"), co_op.token(ada)
        await admit_members(co_op, secretary, [make_admission(ada, admitted_on="2024-05-01"), make_admission(ben)])
        today = co_op.today()
        for request, kind, reason in (
            (end_membership_request(ben, "", 1), NotAllowed, "HAT_NEEDED"),
            (end_membership_request(ada, "", 1, "bored"), Invalid, "REASON_UNKNOWN"),
            (end_membership_request(ada, "", 1, "expelled"), Invalid, "REASON_NOT_YOURS"),
            (end_membership_request(ada, (today - DAY).isoformat(), 1), Invalid, "DATE_IN_PAST"),
            (end_membership_request(ada, (today + 367 * DAY).isoformat(), 1), Invalid, "DATE_TOO_FAR"),
        ):
            with pytest.raises(kind, match=reason):
                await call_service(membership.EndMembership, request, mine)
        await call_service(membership.EndMembership, end_membership_request(ada, (today - DAY).isoformat(), 1, "died"), secretary)
        with pytest.raises(FailedPrecondition, match="NOT_A_MEMBER"):
            await call_service(membership.EndMembership, end_membership_request(ada, "", 2, "died"), secretary)
        [back] = await admit_members(co_op, secretary, [make_admission(ada, "supporter")])
        assert (back.member_number, back.refusal) == ("1", "")
        assert await get_standing(co_op, ada, today) == ("supporter", True)


async def test_the_register_is_listed_by_number_as_of_any_day_and_every_reading_is_written_down(infrastructure: Infrastructure) -> None:
    async with membership_co_op(infrastructure, *(f"Person {n}" for n in range(5))) as (co_op, _, people):
        membership, secretary = co_op.stub(MembershipServiceStub), co_op.token(people[0], hat="secretary")
        days = ["2024-01-01", "2024-02-01", "2024-03-01", "2024-01-01", "2024-01-01"]
        numbers = ["10", "9", "2", "A-1", "1"]
        kinds = ["worker", "investor", "worker", "worker", "worker"]
        rows = [
            make_admission(person, kind, member_number=number, admitted_on=day)
            for person, kind, number, day in zip(people, kinds, numbers, days, strict=True)
        ]
        assert [member.refusal for member in await admit_members(co_op, secretary, rows)] == [""] * 5

        async def listed(**asked: str) -> list[str]:
            found: list[str] = []
            token = ""
            while True:
                request = pb.ListMembersRequest(page_size=2, page_token=token, **asked)
                page = await call_service(membership.ListMembers, request, secretary)
                found += [member.member_number for member in page.members]
                token = page.next_page_token
                if not token:
                    return found

        assert await listed() == ["1", "2", "9", "10", "A-1"]
        assert await listed(as_of="2024-01-31") == ["1", "10", "A-1"]
        assert await listed(as_of="2024-02-01", member_class="investor") == ["9"]
        assert await listed(as_of="2023-12-31") == []
        # Nine were shown, the secretary's own entry twice among them.
        audits = [row for row in await co_op.all_rows("membership", "read_audit") if row[5] == "list"]
        assert len(audits) == (5 - 1) + (3 - 1) + 1
        page = await call_service(membership.ListMembers, pb.ListMembersRequest(page_size=2), secretary)
        with pytest.raises(Invalid, match="PAGE_TOKEN_FOREIGN"):
            other = pb.ListMembersRequest(page_size=2, page_token=page.next_page_token, member_class="worker")
            await call_service(membership.ListMembers, other, secretary)
        with pytest.raises(Invalid, match="CHARACTER_NOT_ALLOWED"):
            await call_service(membership.ListMembers, pb.ListMembersRequest(member_class="\0"), secretary)
        with pytest.raises(NotAllowed, match="HAT_NEEDED"):
            await call_service(membership.ListMembers, pb.ListMembersRequest(), co_op.token(people[1], hat="secretary"))


async def test_sizes_are_for_members_and_name_nobody(infrastructure: Infrastructure) -> None:
    async with membership_co_op(infrastructure, "Sam Sample", "Ada Ample", "Ben Bample") as (co_op, _, [sam, ada, ben]):
        membership, secretary = co_op.stub(MembershipServiceStub), co_op.token(sam, hat="secretary")
        await admit_members(co_op, secretary, [make_admission(ada, admitted_on="2024-05-01"), make_admission(sam, "investor")])
        counted = await call_service(membership.CountMembers, pb.CountMembersRequest(), co_op.token(ada))
        assert {member_class.member_class: member_class.members for member_class in counted.classes} == {"worker": 1, "investor": 1}
        earlier = await call_service(membership.CountMembers, pb.CountMembersRequest(as_of="2024-05-01"), co_op.token(ada))
        assert {member_class.member_class: member_class.members for member_class in earlier.classes} == {"worker": 1}
        with pytest.raises(NotAllowed, match="MEMBERS_ONLY"):
            await call_service(membership.CountMembers, pb.CountMembersRequest(), co_op.token(ben))


async def test_an_entry_is_ones_own_or_the_secretarys_to_read(infrastructure: Infrastructure) -> None:
    async with membership_co_op(infrastructure, "Sam Sample", "Ada Ample", "Ben Bample") as (co_op, _, [sam, ada, ben]):
        membership, secretary = co_op.stub(MembershipServiceStub), co_op.token(sam, hat="secretary")
        await admit_members(co_op, secretary, [make_admission(ada, register_name="Ada Entered"), make_admission(ben)])
        shown = (await call_service(membership.GetMember, pb.GetMemberRequest(person_id=str(ada)), secretary)).member
        assert (shown.register_name, shown.register_address) == ("Ada Entered", "1 Example Row")
        [(_, reader, _, subject, record, *_)] = await co_op.all_rows("membership", "read_audit")
        assert (reader, subject, record) == (str(sam), ada, "register entry")
        for asking in (
            call_service(membership.GetMember, pb.GetMemberRequest(person_id=str(ada)), co_op.token(ben)),
            call_service(membership.GetStanding, pb.GetStandingRequest(person_id=str(ada)), co_op.token(ben)),
        ):
            with pytest.raises(NotAllowed, match="HAT_NEEDED"):
                await asking
        with pytest.raises(NotFound, match="MEMBER_UNKNOWN"):
            await call_service(membership.GetMember, pb.GetMemberRequest(person_id=str(sam)), co_op.token(sam))
        for caller, rows in ((None, 0), (person(ben), 1), (person(ben, hat="secretary"), 1), (person(sam, hat="secretary"), 2)):
            async with co_op.database_transaction("membership", caller=caller) as connection:
                assert await connection.fetchval("select count(*) from register_entry") == rows, caller


async def test_an_application_waits_until_its_person_is_admitted(infrastructure: Infrastructure) -> None:
    async with membership_co_op(infrastructure, "Sam Sample", "Ada Ample") as (co_op, _, [sam, ada]):
        membership, secretary = co_op.stub(MembershipServiceStub), co_op.token(sam, hat="secretary")

        def applying(member_class: str = "worker", why: str = "I live round the corner") -> pb.ApplyRequest:
            return pb.ApplyRequest(request_id=str(new_id()), member_class=member_class, why=why)

        with pytest.raises(Invalid, match="CLASS_UNKNOWN"):
            await call_service(membership.Apply, applying("wizard"), co_op.token(ada))
        with pytest.raises(Invalid, match="WHY_TOO_LONG"):
            await call_service(membership.Apply, applying(why="x" * 2001), co_op.token(ada))
        with pytest.raises(Invalid, match="CHARACTER_NOT_ALLOWED"):
            await call_service(membership.Apply, applying(why="a\0b"), co_op.token(ada))
        application = (await call_service(membership.Apply, applying(), co_op.token(ada))).application_id
        with pytest.raises(AlreadyExists, match="ALREADY_APPLIED"):
            await call_service(membership.Apply, applying(), co_op.token(ada))
        with pytest.raises(NotAllowed, match="HAT_NEEDED"):
            await call_service(membership.ListApplications, pb.ListApplicationsRequest(), co_op.token(ada))
        [waiting] = (await call_service(membership.ListApplications, pb.ListApplicationsRequest(), secretary)).applications
        assert (waiting.application_id, waiting.person_id, waiting.why) == (application, str(ada), "I live round the corner")
        [refused] = await admit_members(co_op, secretary, [make_admission(sam, application_id=application)])
        assert refused.refusal == "APPLICATION_UNKNOWN"
        [admitted] = await admit_members(co_op, secretary, [make_admission(ada, application_id=application)])
        assert admitted.refusal == ""
        assert not (await call_service(membership.ListApplications, pb.ListApplicationsRequest(), secretary)).applications
        with pytest.raises(AlreadyExists, match="ALREADY_MEMBER"):
            await call_service(membership.Apply, applying(), co_op.token(ada))
        stated = (await co_op.published_events("membership"))[0]
        assert stated == MembershipApplied(application_id=application, person_id=str(ada), member_class="worker")
        for caller, rows in ((None, 0), (person(sam), 0), (person(ada), 1), (person(sam, hat="secretary"), 1)):
            async with co_op.database_transaction("membership", caller=caller) as connection:
                assert await connection.fetchval("select count(*) from application") == rows, caller


async def test_somebody_is_found_by_their_number_however_it_is_written_and_nobody_else_is_looked_at(infrastructure: Infrastructure) -> None:
    async with membership_co_op(infrastructure, "Sam Sample", "Ada Ample", "Ben Bample") as (co_op, _, [sam, ada, ben]):
        secretary, membership = co_op.token(sam, hat="secretary"), co_op.stub(MembershipServiceStub)
        await admit_members(co_op, secretary, [make_admission(ada, member_number="A-7"), make_admission(ben, member_number="A-70")])
        for said, expected in (("A-7", [str(ada)]), (" a-007 ", [str(ada)]), ("A-8", [])):
            response = await call_service(membership.ListMembers, pb.ListMembersRequest(member_number=said), secretary)
            assert ([member.person_id for member in response.members], response.next_page_token) == (expected, "")
        assert {str(row[3]) for row in await co_op.all_rows("membership", "read_audit")} == {str(ada)}
        with pytest.raises(Invalid) as refused:
            await call_service(membership.ListMembers, pb.ListMembersRequest(member_number="A 7"), secretary)
        assert refused.value.problems[0].reason == "NUMBER_MALFORMED"


async def test_a_scrutineer_sees_who_is_a_member_under_which_number_and_neither_register_name_nor_address(
    infrastructure: Infrastructure,
) -> None:
    async with membership_co_op(infrastructure, "Sam Sample", "Ada Ample") as (co_op, _, [sam, ada]):
        membership, secretary = co_op.stub(MembershipServiceStub), co_op.token(sam, hat="secretary")
        await admit_members(co_op, secretary, [make_admission(sam), make_admission(ada)])
        request = GiveHatRequest(request_id=str(new_id()), person_id=str(ada), hat="scrutineer")
        await call_service(co_op.stub(IdentityServiceStub).GiveHat, request, secretary)
        await co_op.wait_until_consumed("membership", "identity")
        seen = (await call_service(membership.ListMembers, pb.ListMembersRequest(), co_op.token(ada, hat="scrutineer"))).members
        numbered = {one.person_id: (one.member_number != "", one.may_vote, one.register_name, one.register_address) for one in seen}
        assert numbered[str(sam)] == (True, True, "", "")
        assert set(numbered) == {str(sam), str(ada)}
        members = (await call_service(membership.ListMembers, pb.ListMembersRequest(), secretary)).members
        assert all(member.register_name for member in members)
        with pytest.raises(NotAllowed, match="HAT_NEEDED"):
            await call_service(membership.ListMembers, pb.ListMembersRequest(), co_op.token(sam, hat="scrutineer"))
