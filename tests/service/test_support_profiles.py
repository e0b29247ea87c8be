"""What people look for and offer: who sees it, who changes it, and what becomes of it when entries are merged."""

from uuid import UUID

import pytest

from kith.identity.facts.v1.facts_pb2 import CredentialExpired, CredentialVerified, PersonsMerged
from kith.matching.facts.v1.facts_pb2 import SupportProfileChanged
from kith.matching.v1 import support_profiles_pb2 as pb
from kith.matching.v1.support_profiles_pb2_grpc import SupportProfileServiceStub
from kith.membership.facts.v1.facts_pb2 import MemberAdmitted, MembershipEnded
from libs.database.engine import new_id
from libs.refusals import Conflict, NotAllowed
from libs.rpc.client import call_service
from tests.support.running_co_op import Infrastructure, RunningCoOp, event_publisher, running_co_op, start_acting

GETTING = pb.GettingSupport(
    postcode="ZZ1 1AA",
    times=[pb.WeeklyTime(day="mon", begins="09:00", ends="10:00")],
    needed_skills=["dbs"],
    wished_tags=["dogs"],
    open=True,
)
GIVING = pb.GivingSupport(
    postcode="ZZ2 1AA", reach_km=5, times=[pb.WeeklyTime(day="sun", begins="20:00", ends="24:00")], minutes_a_week=600,
    languages=["en"], works_as=pb.WORKS_AS_SELF_EMPLOYED, rate_pence=1850, words="I like dogs.", open=True,
)  # fmt: skip


class Profiles:
    """Calls the service as somebody."""

    def __init__(self, co_op: RunningCoOp) -> None:
        self.co_op = co_op
        self.stub = co_op.stub(SupportProfileServiceStub)

    async def get(self, of: UUID, by: UUID) -> pb.GetSupportProfilesResponse:
        return await call_service(self.stub.GetSupportProfiles, pb.GetSupportProfilesRequest(person_id=str(of)), self.co_op.token(by))

    async def set_getting(self, of: UUID, token: str, **changed: object) -> int:
        profile = pb.GettingSupport()
        profile.CopyFrom(GETTING)
        profile.MergeFrom(pb.GettingSupport(**changed))  # type: ignore[arg-type]  # fields by name
        request = pb.SetGettingSupportRequest(request_id=str(new_id()), person_id=str(of), profile=profile)
        saved: pb.SetGettingSupportResponse = await call_service(self.stub.SetGettingSupport, request, token)
        return saved.version

    async def set_giving(self, of: UUID, token: str) -> int:
        request = pb.SetGivingSupportRequest(request_id=str(new_id()), person_id=str(of), profile=GIVING)
        saved: pb.SetGivingSupportResponse = await call_service(self.stub.SetGivingSupport, request, token)
        return saved.version


@pytest.mark.capability("T3", "T4")
async def test_a_profile_reads_back_as_it_was_written_to_those_who_may_see_it(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "matching") as co_op, event_publisher(co_op, "membership") as membership:
        profiles, (ada, bo, stranger) = Profiles(co_op), (new_id() for _ in range(3))
        for member in (ada, bo):
            await membership.publish((MemberAdmitted(person_id=str(member), member_class="worker", may_vote=True), str(member)))
        await co_op.wait_until_consumed("matching", "membership")

        assert await profiles.get(ada, ada) == pb.GetSupportProfilesResponse()
        assert await profiles.set_getting(ada, co_op.token(ada)) == 1
        assert await profiles.set_giving(ada, co_op.token(ada)) == 1

        own = await profiles.get(ada, ada)
        expected = pb.GettingSupport()
        expected.CopyFrom(GETTING)
        expected.MergeFrom(pb.GettingSupport(postcode="ZZ11AA", version=1))
        assert own.getting == expected
        assert (own.giving.words, list(own.giving.times)) == ("I like dogs.", list(GIVING.times))
        offered = pb.GivingSupport()
        offered.CopyFrom(own.giving)
        offered.ClearField("postcode")
        assert await profiles.get(ada, bo) == pb.GetSupportProfilesResponse(giving=offered), "an open offer, and no more"
        assert await profiles.get(ada, stranger) == pb.GetSupportProfilesResponse(), "who is no member"
        with pytest.raises(Conflict, match="VERSION_STALE"):
            await profiles.set_getting(ada, co_op.token(ada))
        assert await profiles.set_getting(ada, co_op.token(ada), version=1) == 2
        for setting in (profiles.set_getting, profiles.set_giving):
            with pytest.raises(NotAllowed, match="NOT_YOURS"):
                await setting(ada, co_op.token(bo))
        changed = [event for event in await co_op.published_events("matching") if isinstance(event, SupportProfileChanged)]
        assert [(event.side, event.open) for event in changed] == [("getting", True), ("giving", True), ("getting", True)]

        await membership.publish((MembershipEnded(person_id=str(bo), on="2020-01-01", reason="left"), str(bo)))
        await co_op.wait_until_consumed("matching", "membership")
        assert await profiles.get(ada, bo) == pb.GetSupportProfilesResponse(), "who has left"


async def test_who_acts_in_the_scope_says_what_somebody_looks_for(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "matching") as co_op, event_publisher(co_op, "identity") as identity:
        profiles, (ada, bo) = Profiles(co_op), (new_id() for _ in range(2))

        async def let_act(scope: str) -> str:
            return await start_acting(co_op, identity, "matching", bo, ada, scope)

        acting = await let_act("health")
        with pytest.raises(NotAllowed, match="ACTING_OUTSIDE_SCOPE"):
            await profiles.set_getting(ada, acting)
        await let_act("team")
        assert await profiles.set_getting(ada, acting) == 1
        with pytest.raises(NotAllowed, match="NOT_WHILE_ACTING"):
            await profiles.set_giving(ada, acting)
        assert [row[-1] for row in await co_op.all_rows("matching", "getting_support")] == [str(bo)]


async def test_credentials_and_profiles_follow_a_merge(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "matching") as co_op, event_publisher(co_op, "identity") as identity:
        profiles, (kept, other) = Profiles(co_op), (new_id() for _ in range(2))
        await profiles.set_getting(kept, co_op.token(kept))
        await profiles.set_getting(other, co_op.token(other))
        await profiles.set_giving(other, co_op.token(other))
        first, second = (str(new_id()) for _ in range(2))
        await identity.publish(
            (CredentialVerified(person_id=str(other), credential_id=first, kind="dbs", expires_on="2030-01-31"), str(other)),
            (CredentialVerified(person_id=str(other), credential_id=second, kind="references"), str(other)),
            (PersonsMerged(kept_person_id=str(kept), other_person_id=str(other)), str(kept)),
            (CredentialExpired(person_id=str(kept), credential_id=second, kind="references", expires_on="2026-01-01"), str(kept)),
        )
        await co_op.wait_until_consumed("matching", "identity")

        assert [(row[0], row[1], row[2]) for row in await co_op.all_rows("matching", "held_credential")] == [(UUID(first), kept, "dbs")]
        assert [row[0] for row in await co_op.all_rows("matching", "getting_support")] == [kept]
        assert (await profiles.get(kept, kept)).giving.words == "I like dogs."
