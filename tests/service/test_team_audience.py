"""What a person shares with "my team" is seen by those in it now, and by nobody who has left: not even out of an old backup."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest

from kith.identity.facts.v1.facts_pb2 import AccessGiven
from kith.identity.v1 import identity_pb2
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from kith.matching.v1 import teams_pb2 as pb
from kith.matching.v1.teams_pb2_grpc import TeamServiceStub
from kith.membership.facts.v1.facts_pb2 import MemberAdmitted, MembershipEnded
from libs import callers
from libs.database.engine import new_id
from libs.refusals import NotAllowed
from libs.rpc.client import call_service
from services.identity.reactions import matching
from tests.support.person_records import TEAM, PersonRecords
from tests.support.running_co_op import EventPublisher, Infrastructure, RunningCoOp, event_publisher, running_co_op
from tests.support.teams_of_people import accept_invitation, invite_to_team
from tests.support.waiting import wait_until

FIELD, KEY_SAFE = "home.key_safe", {"home.key_safe": "4711"}
TABLES = ("team_place", "team_leaving")


@dataclass
class TeamCoOp:
    """A co-op in which identity and matching run, and membership's events are published by the test."""

    co_op: RunningCoOp
    membership: EventPublisher

    @property
    def records(self) -> PersonRecords:
        return PersonRecords(self.co_op)

    async def people(self, *names: str) -> list[UUID]:
        """Registered and admitted; the first is secretary."""
        people = await self.co_op.register_people(*names)
        await self.membership.publish(
            *((MemberAdmitted(person_id=str(one), member_class="worker", may_vote=True), str(one)) for one in people)
        )
        for consumer in ("identity", "matching"):
            await self.co_op.wait_until_consumed(consumer, "membership")
        return people

    async def join(self, owner: UUID, person: UUID, kind: "pb.TeamMemberKind.ValueType" = pb.TEAM_MEMBER_KIND_FRIEND) -> str:
        """The owner invites, and the person says yes."""
        team = await invite_to_team(self.co_op, owner, person, kind)
        assert await self.records.read(person, owner) == {}, "an invitation shows nothing"
        await accept_invitation(self.co_op, team, person)
        return team

    async def leave(self, team: str, person: UUID) -> None:
        request = pb.EndTeamMembershipRequest(request_id=str(new_id()), team_id=team, person_id=str(person))
        await call_service(self.co_op.stub(TeamServiceStub).EndTeamMembership, request, self.co_op.token(person))

    async def merge(self, kept: UUID, other: UUID, secretary: UUID) -> None:
        request = identity_pb2.MergePersonsRequest(
            request_id=str(new_id()), kept_person_id=str(kept), other_person_id=str(other), reason="I rang them up."
        )
        await call_service(self.co_op.stub(IdentityServiceStub).MergePersons, request, self.co_op.token(secretary, hat="secretary"))
        await self.co_op.wait_until_consumed("matching", "identity")
        # What was written of them moves afterwards.
        await wait_until(self._merges_followed, "their records are together")

    async def _merges_followed(self) -> bool:
        return not await self.co_op.all_rows("identity", "merge_to_follow")

    async def follow(self) -> None:
        await self.co_op.wait_until_consumed("identity", "matching")

    async def rows(self) -> list[list[tuple[object, ...]]]:
        return [await self.co_op.all_rows("identity", table) for table in TABLES]

    async def epoch(self) -> int:
        """Of matching, as far as identity has followed it."""
        async with self.co_op.database_transaction("identity") as connection:
            return int(await connection.fetchval("select epoch from position where source = 'matching'"))

    async def rebuild(self) -> None:
        await self.co_op.rebuild("identity", matching.REACTIONS)
        await self.follow()

    async def change(self, service: str, *statements: str) -> None:
        async with self.co_op.database_transaction(service, caller=callers.job("tests"), owner=True) as connection:
            for statement in statements:
                await connection.execute(statement)


@asynccontextmanager
async def team_co_op(infrastructure: Infrastructure) -> AsyncIterator[TeamCoOp]:
    async with running_co_op(infrastructure, "identity", "matching") as co_op, event_publisher(co_op, "membership") as membership:
        yield TeamCoOp(co_op, membership)


async def _she_owns_a_team_of_her_own(teams: TeamCoOp, worker: UUID, owner: UUID, member: UUID) -> None:
    """One person works in a team and owns another: what each may see follows whose team it is."""
    records = teams.records
    await teams.join(worker, member)
    [grant] = await records.share(worker, TEAM, FIELD)
    assert await records.read(member, worker) == {FIELD: "0815"}
    assert [await records.read(owner, worker), await records.read(member, owner)] == [{}, {}]
    assert await records.shared_with(member) == [(worker, FIELD, False)]
    assert [each.grant_id for each in await records.grants(worker, only_open=True)] == [grant]


@pytest.mark.capability("I1", "I2", "T2")
async def test_my_team_sees_it_while_it_is_my_team(infrastructure: Infrastructure) -> None:
    async with team_co_op(infrastructure) as teams:
        names = ("Sam Sample", "Ada Example", "Wren Ample", "Kim Other", "Kim Twin", "Ada Twin")
        sam, ada, wren, kim, twin, new_ada = await teams.people(*names)
        records = teams.records
        await records.fill_in(ada, home__key_safe="4711", health__allergies="Nuts")
        await records.fill_in(wren, home__key_safe="0815")
        [grant] = await records.share(ada, TEAM, FIELD)
        team = await teams.join(ada, wren, pb.TEAM_MEMBER_KIND_WORKER)
        await teams.join(ada, twin)
        # Single reads, lists and what others share, alike; only this field, only in this direction, and not in another's place.
        assert await records.read(wren, ada) == KEY_SAFE
        assert await records.read_all(wren, FIELD) == {ada: "4711", wren: "0815"}
        assert await records.shared_with(wren) == [(ada, FIELD, False)]
        assert await records.read(ada, wren) == {}
        for stranger in (kim, sam, teams.co_op.token(sam, hat="secretary")):
            assert await records.read(stranger, ada) == {}
        with pytest.raises(NotAllowed, match="ACTING_ENDED"):
            await records.read(teams.co_op.token(wren, acting_for=ada), ada)
        [listed] = await records.grants(ada, only_open=True)
        assert (listed.grant_id, listed.audience) == (grant, TEAM)
        [given] = [event for event in await teams.co_op.published_events("identity") if isinstance(event, AccessGiven)]
        assert (given.audience_kind, given.audience) == ("team", "")

        await _she_owns_a_team_of_her_own(teams, wren, ada, sam)

        # Shared again until a day, the first sentence ends.
        [second] = await records.share(ada, TEAM, FIELD, until=timedelta(days=1))
        assert [each.grant_id for each in await records.grants(ada, only_open=True)] == [second]

        # Who leaves has lost it as soon as the event has come, and not when identity looks for events by itself; the others see on.
        await teams.leave(team, wren)
        await wait_until(partial(_reads_nothing, records, wren, ada), "wren reads no more")
        assert (await records.read_all(wren, FIELD), await records.shared_with(wren)) == ({wren: "0815"}, [])
        assert await records.read(twin, ada) == KEY_SAFE
        before = await teams.rows()
        await teams.rebuild()
        assert await teams.rows() == before

        # Two entries of one person: the one in use has the place of the other, now and after a rebuild, until that place ends.
        await teams.merge(kim, twin, sam)
        assert await records.read(kim, ada) == KEY_SAFE
        await records.fill_in(new_ada, home__key_safe="1234")
        await records.share(new_ada, TEAM, FIELD)
        assert await records.read(kim, new_ada) == {}
        await teams.merge(new_ada, ada, sam)
        assert [await records.read(kim, entry) for entry in (new_ada, ada)] == [{}, {}], "who was shown one text was not shown both"
        await records.share(new_ada, TEAM, FIELD)
        assert [await records.read(kim, entry) for entry in (new_ada, ada)] == [{"home.key_safe": "1234\n\n4711"}, {}]
        merged = await teams.rows()
        await teams.rebuild()
        assert await teams.rows() == merged
        await teams.leave(team, kim)
        await teams.follow()
        assert await records.read(kim, new_ada) == {}


@pytest.mark.capability("I2", "T2")
async def test_no_old_database_brings_back_who_has_left(infrastructure: Infrastructure) -> None:
    async with team_co_op(infrastructure) as teams:
        ada, wren, kim = await teams.people("Ada Example", "Wren Ample", "Kim Other")
        await teams.records.fill_in(ada, home__key_safe="4711")
        await teams.records.share(ada, TEAM, FIELD)
        team = await teams.join(ada, wren)
        await teams.join(ada, kim)
        [[place, other], _] = await teams.rows()
        was_there = place if place[2] == wren else other
        await teams.leave(team, wren)
        await teams.follow()
        assert [await teams.records.read(one, ada) for one in (wren, kim)] == [{}, KEY_SAFE]

        async def identity_set_back() -> None:
            values = ", ".join(f"'{value}'" for value in was_there)
            await teams.change(
                "identity",
                f"insert into team_place values ({values})",  # noqa: S608 - ids of our own
                "delete from team_leaving",
                "update position set n = n - 1 where source = 'matching'",
            )

        await teams.co_op.restart(identity_set_back)
        await teams.follow()
        assert [await teams.records.read(one, ada) for one in (wren, kim)] == [{}, KEY_SAFE]

        async def matching_set_back() -> None:
            """To before Wren left: the event is not in its outbox any more."""
            await teams.change(
                "matching",
                "delete from outbox where type like '%.TeamMemberLeft'",
                "update outbox_state set epoch = epoch + 1, published = (select max(number) from outbox)",
                f"insert into team_member values ('{team}', '{wren}', 'friend', now(), now())",  # noqa: S608 - ids of our own
            )

        await teams.co_op.restart(matching_set_back)
        async with asyncio.timeout(60):
            while await teams.epoch() == 1:
                await asyncio.sleep(0.05)
        await teams.follow()
        assert await teams.records.read(kim, ada) == KEY_SAFE
        assert await teams.records.read(wren, ada) == {}

        # Whom Ada wants back comes back by asking anew.
        await teams.leave(team, wren)
        await teams.join(ada, wren)
        assert await teams.records.read(wren, ada) == KEY_SAFE

        # A member who leaves the co-op sees nothing more of a team. Somebody who never was a member, a sister for example, does.
        today = teams.co_op.today().isoformat()
        await teams.membership.publish((MembershipEnded(person_id=str(wren), on=today, reason="left"), str(wren)))
        await teams.co_op.wait_until_consumed("identity", "membership")
        assert [await teams.records.read(one, ada) for one in (wren, kim)] == [{}, KEY_SAFE]


async def _reads_nothing(records: PersonRecords, by: UUID, of: UUID) -> bool:
    return not await records.read(by, of)
