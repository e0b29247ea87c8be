"""What membership hears: new rules change vote rights from the next day, once; and a rebuild gives what lived."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from kith.membership.facts.v1.facts_pb2 import MemberClassChanged, MembershipEnded
from kith.membership.v1 import membership_pb2 as pb
from kith.membership.v1.membership_pb2_grpc import MembershipServiceStub
from libs import callers
from libs.database.engine import Database, new_id
from libs.messages.rebuild import rebuild
from libs.rpc.client import ask
from services.membership.reactions import governance, identity
from tests.support.membership import CLASSES, a_co_op_with_rules, admit, adopt, an_admission
from tests.support.running import CoOp, Kith

DAY = timedelta(days=1)
LONDON = ZoneInfo("Europe/London")
PROJECTIONS = ("worn_hat", "known_person", "member_class")


async def rebuilt(co_op: CoOp) -> None:
    """Every projection emptied, and everything followed again."""
    database = Database(co_op.databases["membership"].run_url)
    async with database.work(callers.job("rebuild"), datetime.now(UTC)) as work:
        await rebuild(work, (identity.REACTIONS, governance.reactions(LONDON)))
    await database.close()
    async with co_op.rows("membership") as connection:
        assert await connection.fetchval("select sum(n) from position") == 0
    for source in ("identity", "governance"):
        await co_op.heard("membership", source, seconds=20)


@pytest.mark.capability("M2")
async def test_new_rules_change_vote_rights_from_the_next_day_and_keep_what_was_planned(kith: Kith) -> None:
    async with a_co_op_with_rules(kith, "Sam Sample", "Ada Ample", "Ben Bample") as (co_op, rules, [sam, ada, ben]):
        membership, secretary = co_op.stub(MembershipServiceStub), co_op.token(sam, hat="secretary")
        rows = [an_admission(ada, "investor"), an_admission(ben, "worker"), an_admission(sam, "supporter")]
        await admit(co_op, secretary, rows)
        today = datetime.now(LONDON).date()
        planned, last = (today + 30 * DAY).isoformat(), (today + 60 * DAY).isoformat()
        change = pb.ChangeClassRequest(request_id=str(new_id()), person_id=str(ada), member_class="worker", from_day=planned, version=1)
        await ask(membership.ChangeClass, change, secretary)
        end = pb.EndMembershipRequest(request_id=str(new_id()), person_id=str(ada), on=last, reason="left", version=2)
        await ask(membership.EndMembership, end, secretary)
        before = len(await co_op.facts("membership"))
        await adopt(rules, CLASSES | {"investor": True}, "22" * 32)
        await co_op.heard("membership", "governance")
        tomorrow = (today + DAY).isoformat()
        assert (await co_op.facts("membership"))[before:] == [
            MemberClassChanged(person_id=str(ada), member_class="investor", may_vote=True, from_day=tomorrow),
            MemberClassChanged(person_id=str(ada), member_class="worker", may_vote=True, from_day=planned),
            MembershipEnded(person_id=str(ada), on=last, reason="left"),
        ]
        shown = (await ask(membership.GetMember, pb.GetMemberRequest(person_id=str(ada)), co_op.token(ada))).member
        assert [(one.member_class, one.may_vote, one.from_day) for one in shown.standings] == [
            ("investor", False, today.isoformat()),
            ("investor", True, tomorrow),
            ("worker", True, planned),
        ]


async def test_a_class_the_rules_dropped_admits_nobody_more(kith: Kith) -> None:
    async with a_co_op_with_rules(kith, "Sam Sample", "Ada Ample") as (co_op, rules, [sam, ada]):
        secretary = co_op.token(sam, hat="secretary")
        await admit(co_op, secretary, [an_admission(ada, "supporter")])
        await adopt(rules, {"worker": True}, "22" * 32)
        await co_op.heard("membership", "governance")
        [refused] = await admit(co_op, secretary, [an_admission(sam, "supporter")])
        assert refused.refusal == "CLASS_UNKNOWN"
        counted = await ask(co_op.stub(MembershipServiceStub).CountMembers, pb.CountMembersRequest(), co_op.token(ada))
        assert [(one.member_class, one.members) for one in counted.classes] == [("supporter", 1)]


async def test_rebuilt_projections_equal_those_that_lived_and_nothing_is_stated_twice(kith: Kith) -> None:
    async with a_co_op_with_rules(kith, "Sam Sample", "Ada Ample", "Ben Bample") as (co_op, rules, [sam, ada, ben]):
        await admit(co_op, co_op.token(sam, hat="secretary"), [an_admission(ada, "investor"), an_admission(ben)])
        await adopt(rules, CLASSES | {"investor": True}, "22" * 32)
        await adopt(rules, {"worker": False, "investor": True}, "33" * 32)
        await co_op.heard("membership", "governance")
        tables = (*PROJECTIONS, "standing_change", "member", "rulebook_followed")
        lived = {table: await co_op.everything("membership", table) for table in tables}
        stated = await co_op.facts("membership")
        assert all(lived[table] for table in tables)
        await rebuilt(co_op)
        assert {table: await co_op.everything("membership", table) for table in tables} == lived
        assert await co_op.facts("membership") == stated


async def test_an_admission_and_new_rules_at_the_same_moment_agree_in_the_end(kith: Kith) -> None:
    async with a_co_op_with_rules(kith, "Sam Sample", *(f"Person {n}" for n in range(20))) as (co_op, rules, [sam, *people]):
        secretary, today = co_op.token(sam, hat="secretary"), datetime.now(LONDON).date()
        await asyncio.gather(
            *(admit(co_op, secretary, [an_admission(one, "investor")]) for one in people),
            adopt(rules, CLASSES | {"investor": True}, "22" * 32),
        )
        await co_op.heard("membership", "governance")
        for one in people:
            asked = pb.GetStandingRequest(person_id=str(one), as_of=(today + DAY).isoformat())
            found = await ask(co_op.stub(MembershipServiceStub).GetStanding, asked, co_op.token(one))
            assert found.standing.may_vote


async def test_a_member_joins_on_the_day_it_is_where_the_co_op_is(kith: Kith) -> None:
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        async with a_co_op_with_rules(kith, "Sam Sample", zone=zone) as (co_op, _, [sam]):
            await admit(co_op, co_op.token(sam, hat="secretary"), [an_admission(sam)])
            shown = await ask(co_op.stub(MembershipServiceStub).GetMember, pb.GetMemberRequest(person_id=str(sam)), co_op.token(sam))
            assert shown.member.admitted_on == co_op.now().astimezone(ZoneInfo(zone)).date().isoformat()
