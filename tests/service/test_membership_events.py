"""Events that membership consumes: new rules change vote rights once, from the next day; a rebuild gives the same rows."""

import asyncio
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from kith.membership.facts.v1.facts_pb2 import MemberClassChanged, MembershipEnded
from kith.membership.v1 import membership_pb2 as pb
from kith.membership.v1.membership_pb2_grpc import MembershipServiceStub
from libs.database.engine import new_id
from libs.rpc.client import call_service
from services.membership.reactions import governance, identity
from tests.support.membership_co_op import CLASSES, admit_members, make_admission, membership_co_op, publish_rulebook_adopted
from tests.support.running_co_op import Infrastructure, RunningCoOp

DAY = timedelta(days=1)
LONDON = ZoneInfo("Europe/London")
PROJECTIONS = ("worn_hat", "known_person", "member_class")


async def rebuild_and_wait(co_op: RunningCoOp) -> None:
    """Every projection emptied, and everything followed again."""
    await co_op.rebuild("membership", identity.reactions(LONDON), governance.reactions(LONDON))
    for source in ("identity", "governance"):
        await co_op.wait_until_consumed("membership", source)


@pytest.mark.capability("M2")
async def test_new_rules_change_vote_rights_from_the_next_day_and_keep_what_was_planned(infrastructure: Infrastructure) -> None:
    async with membership_co_op(infrastructure, "Sam Sample", "Ada Ample", "Ben Bample") as (co_op, rules, [sam, ada, ben]):
        membership, secretary = co_op.stub(MembershipServiceStub), co_op.token(sam, hat="secretary")
        rows = [make_admission(ada, "investor"), make_admission(ben, "worker"), make_admission(sam, "supporter")]
        await admit_members(co_op, secretary, rows)
        today = co_op.today()
        planned, last = (today + 30 * DAY).isoformat(), (today + 60 * DAY).isoformat()
        change = pb.ChangeClassRequest(request_id=str(new_id()), person_id=str(ada), member_class="worker", from_day=planned, version=1)
        await call_service(membership.ChangeClass, change, secretary)
        end = pb.EndMembershipRequest(request_id=str(new_id()), person_id=str(ada), on=last, reason="left", version=2)
        await call_service(membership.EndMembership, end, secretary)
        before = len(await co_op.published_events("membership"))
        await publish_rulebook_adopted(rules, CLASSES | {"investor": True}, "22" * 32)
        await co_op.wait_until_consumed("membership", "governance")
        tomorrow = (today + DAY).isoformat()
        assert (await co_op.published_events("membership"))[before:] == [
            MemberClassChanged(person_id=str(ada), member_class="investor", may_vote=True, from_day=tomorrow),
            MemberClassChanged(person_id=str(ada), member_class="worker", may_vote=True, from_day=planned),
            MembershipEnded(person_id=str(ada), on=last, reason="left"),
        ]
        shown = (await call_service(membership.GetMember, pb.GetMemberRequest(person_id=str(ada)), co_op.token(ada))).member
        assert [(standing.member_class, standing.may_vote, standing.from_day) for standing in shown.standings] == [
            ("investor", False, today.isoformat()),
            ("investor", True, tomorrow),
            ("worker", True, planned),
        ]


async def test_a_class_removed_from_the_rules_admits_no_new_members(infrastructure: Infrastructure) -> None:
    async with membership_co_op(infrastructure, "Sam Sample", "Ada Ample") as (co_op, rules, [sam, ada]):
        secretary = co_op.token(sam, hat="secretary")
        await admit_members(co_op, secretary, [make_admission(ada, "supporter")])
        await publish_rulebook_adopted(rules, {"worker": True}, "22" * 32)
        await co_op.wait_until_consumed("membership", "governance")
        [refused] = await admit_members(co_op, secretary, [make_admission(sam, "supporter")])
        assert refused.refusal == "CLASS_UNKNOWN"
        counted = await call_service(co_op.stub(MembershipServiceStub).CountMembers, pb.CountMembersRequest(), co_op.token(ada))
        assert [(member_class.member_class, member_class.members) for member_class in counted.classes] == [("supporter", 1)]


async def test_rebuilt_projections_equal_those_that_lived_and_nothing_is_stated_twice(infrastructure: Infrastructure) -> None:
    async with membership_co_op(infrastructure, "Sam Sample", "Ada Ample", "Ben Bample") as (co_op, rules, [sam, ada, ben]):
        await admit_members(co_op, co_op.token(sam, hat="secretary"), [make_admission(ada, "investor"), make_admission(ben)])
        await publish_rulebook_adopted(rules, CLASSES | {"investor": True}, "22" * 32)
        await publish_rulebook_adopted(rules, {"worker": False, "investor": True}, "33" * 32)
        await co_op.wait_until_consumed("membership", "governance")
        tables = (*PROJECTIONS, "standing_change", "member", "rulebook_followed")
        lived = {table: await co_op.all_rows("membership", table) for table in tables}
        events = await co_op.published_events("membership")
        assert all(lived[table] for table in tables)
        await rebuild_and_wait(co_op)
        assert {table: await co_op.all_rows("membership", table) for table in tables} == lived
        assert await co_op.published_events("membership") == events


async def test_an_admission_and_new_rules_at_the_same_moment_agree_in_the_end(infrastructure: Infrastructure) -> None:
    async with membership_co_op(infrastructure, "Sam Sample", *(f"Person {n}" for n in range(20))) as (co_op, rules, [sam, *people]):
        secretary, today = co_op.token(sam, hat="secretary"), co_op.today()
        await asyncio.gather(
            *(admit_members(co_op, secretary, [make_admission(person, "investor")]) for person in people),
            publish_rulebook_adopted(rules, CLASSES | {"investor": True}, "22" * 32),
        )
        await co_op.wait_until_consumed("membership", "governance")
        for one in people:
            request = pb.GetStandingRequest(person_id=str(one), as_of=(today + DAY).isoformat())
            response = await call_service(co_op.stub(MembershipServiceStub).GetStanding, request, co_op.token(one))
            assert response.standing.may_vote


async def test_a_member_joins_on_the_day_it_is_where_the_co_op_is(infrastructure: Infrastructure) -> None:
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        async with membership_co_op(infrastructure, "Sam Sample", zone=zone) as (co_op, _, [sam]):
            # These co-ops start at ten in London, which is midnight in Kiritimati: half an hour later no day ends meanwhile.
            await co_op.move_clock(30 * 60)
            await admit_members(co_op, co_op.token(sam, hat="secretary"), [make_admission(sam)])
            shown = await call_service(
                co_op.stub(MembershipServiceStub).GetMember, pb.GetMemberRequest(person_id=str(sam)), co_op.token(sam)
            )
            assert shown.member.admitted_on == co_op.now().astimezone(ZoneInfo(zone)).date().isoformat()
