"""A team belongs to the person it supports: they choose who is in it, and everybody in it may leave."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from kith.identity.facts.v1.facts_pb2 import PersonErased, PersonsMerged
from kith.matching.facts.v1 import facts_pb2 as facts
from kith.matching.v1 import introductions_pb2 as introductions
from kith.matching.v1 import tasks_pb2 as tasks
from kith.matching.v1 import teams_pb2 as pb
from kith.matching.v1.tasks_pb2_grpc import TaskServiceStub
from kith.matching.v1.teams_pb2_grpc import TeamServiceStub
from kith.membership.facts.v1.facts_pb2 import MembershipEnded
from libs.database.engine import new_id
from libs.refusals import AlreadyExists, Conflict, FailedPrecondition, Invalid, NotAllowed, NotFound
from libs.rpc.client import call_service
from tests.support.matching_people import MatchingPeople, matching_people
from tests.support.running_co_op import Infrastructure
from tests.support.waiting import wait_until

MEETING, TRIAL = introductions.INTRODUCTION_STEP_MEETING, introductions.INTRODUCTION_STEP_TRIAL


class Team:
    """Calls for one person's team."""

    def __init__(self, people: MatchingPeople, owner: UUID) -> None:
        self.people, self.owner, self.id = people, owner, ""
        self.stub = people.co_op.stub(TeamServiceStub)

    async def invite(self, person: UUID, kind: "pb.TeamMemberKind.ValueType", token: str) -> None:
        request = pb.InviteToTeamRequest(request_id=str(new_id()), owner_id=str(self.owner), person_id=str(person), kind=kind)
        self.id = (await call_service(self.stub.InviteToTeam, request, token)).team_id

    async def answer(self, person: UUID, *, accepted: bool = True) -> None:
        request = pb.AnswerTeamInvitationRequest(request_id=str(new_id()), team_id=self.id, accepted=accepted)
        await call_service(self.stub.AnswerTeamInvitation, request, self.people.co_op.token(person))

    async def end(self, person: UUID, by: UUID) -> None:
        request = pb.EndTeamMembershipRequest(request_id=str(new_id()), team_id=self.id, person_id=str(person))
        await call_service(self.stub.EndTeamMembership, request, self.people.co_op.token(by))

    async def offer(self, person: UUID, by: UUID, days: int = 90) -> None:
        until = (self.people.co_op.today() + timedelta(days=days)).isoformat()
        request = pb.OfferTeamHatRequest(
            request_id=str(new_id()), team_id=self.id, person_id=str(person), hat=pb.TEAM_HAT_ROTA_HOLDER, until_day=until
        )
        await call_service(self.stub.OfferTeamHat, request, self.people.co_op.token(by))

    async def accept(self, by: UUID) -> None:
        request = pb.AcceptTeamHatRequest(request_id=str(new_id()), team_id=self.id, hat=pb.TEAM_HAT_ROTA_HOLDER)
        await call_service(self.stub.AcceptTeamHat, request, self.people.co_op.token(by))

    async def hand_back(self, by: UUID, words: str) -> None:
        request = pb.EndTeamHatRequest(request_id=str(new_id()), team_id=self.id, hat=pb.TEAM_HAT_ROTA_HOLDER, handover=words)
        await call_service(self.stub.EndTeamHat, request, self.people.co_op.token(by))

    async def agree(self, words: str, version: int, by: UUID) -> int:
        request = pb.SetTeamAgreementRequest(request_id=str(new_id()), team_id=self.id, agreement=words, version=version)
        saved: pb.SetTeamAgreementResponse = await call_service(self.stub.SetTeamAgreement, request, self.people.co_op.token(by))
        return saved.version

    async def tasks(self, by: UUID) -> tasks.GetTeamTasksResponse:
        request = tasks.GetTeamTasksRequest(team_id=self.id)
        found: tasks.GetTeamTasksResponse = await call_service(
            self.people.co_op.stub(TaskServiceStub).GetTeamTasks, request, self.people.co_op.token(by)
        )
        return found

    async def seen(self, by: UUID) -> pb.GetTeamResponse:
        return await self.people.get_team(self.id, self.people.co_op.token(by))


@pytest.mark.capability("T2")
async def test_the_owner_chooses_and_everybody_may_leave(infrastructure: Infrastructure) -> None:
    async with matching_people(infrastructure) as people:
        ada, sister, friend, stranger = await people.members(4)
        team, as_ada = Team(people, ada), await people.let_act(sister, ada)
        with pytest.raises(NotAllowed, match="NOT_YOURS"):
            await team.invite(friend, pb.TEAM_MEMBER_KIND_FRIEND, people.co_op.token(sister))
        with pytest.raises(NotFound, match="MEMBER_UNKNOWN"):
            await team.invite(new_id(), pb.TEAM_MEMBER_KIND_FRIEND, people.co_op.token(ada))
        with pytest.raises(Invalid, match="OWN_TEAM"):
            await team.invite(ada, pb.TEAM_MEMBER_KIND_FRIEND, people.co_op.token(ada))
        await team.invite(friend, pb.TEAM_MEMBER_KIND_FRIEND, as_ada)
        await team.invite(sister, pb.TEAM_MEMBER_KIND_FAMILY, people.co_op.token(ada))
        for looking in (team.seen, team.tasks):
            with pytest.raises(NotFound, match="TEAM_UNKNOWN"):
                await looking(friend)
        with pytest.raises(FailedPrecondition, match="NOT_INVITED"):
            await team.answer(ada)
        with pytest.raises(NotFound, match="TEAM_UNKNOWN"):
            await team.answer(stranger)
        with pytest.raises(NotFound, match="TEAM_UNKNOWN"):
            await team.end(friend, stranger)
        await team.answer(friend)
        assert list((await team.tasks(friend)).tasks) == []
        await team.answer(sister, accepted=False)
        with pytest.raises(FailedPrecondition, match="NOT_INVITED"):
            await team.answer(friend)
        with pytest.raises(AlreadyExists, match="ALREADY_IN_TEAM"):
            await team.invite(friend, pb.TEAM_MEMBER_KIND_PEER, people.co_op.token(ada))
        assert [(one.person_id, one.kind) for one in (await team.seen(friend)).members] == [(str(friend), pb.TEAM_MEMBER_KIND_FRIEND)]
        assert await team.agree("We knock before we come in.", 1, ada) == 2
        with pytest.raises(Conflict, match="VERSION_STALE"):
            await team.agree("Another.", 1, ada)
        for attempt in (team.agree("Mine.", 2, friend), team.offer(friend, friend), team.end(ada, friend)):
            with pytest.raises(NotAllowed, match="NOT_TEAM_OWNER"):
                await attempt
        assert (await team.seen(friend)).agreement == "We knock before we come in."

        await team.end(friend, friend)
        with pytest.raises(NotFound, match="TEAM_UNKNOWN"):
            await team.seen(friend)
        events = await people.co_op.published_events("matching")
        assert [type(event) for event in events] == [facts.TeamFormed, facts.TeamMemberJoined, facts.TeamMemberLeft]


@pytest.mark.capability("T1", "T2")
async def test_an_invitation_of_somebody_who_is_blocked_does_not_come_through(infrastructure: Infrastructure) -> None:
    async with matching_people(infrastructure) as people:
        ada, silent, blocks, refuses = await people.members(4)
        team, token, invited = Team(people, ada), people.co_op.token, (silent, blocks, refuses)
        await people.no(ada, blocks, token(blocks), block=True)
        await people.no(ada, refuses, token(refuses))
        for friend in invited:
            await team.invite(friend, pb.TEAM_MEMBER_KIND_FRIEND, token(ada))
        assert [len(await people.teams(friend)) for friend in invited] == [1, 0, 1]
        assert {(one.person_id, one.HasField("joined_at")) for one in (await team.seen(ada)).members} == {
            (str(friend), False) for friend in invited
        }, "she sees three who have not answered"
        await people.no(ada, silent, token(silent), block=True)
        await people.lift(ada, blocks, token(blocks))
        assert [len(await people.teams(friend)) for friend in invited] == [0, 1, 1]


@pytest.mark.capability("T2")
async def test_who_is_no_longer_a_member_is_in_no_team(infrastructure: Infrastructure) -> None:
    """Their place, hat, invitation and introductions end with their last day; their own team is theirs."""
    async with matching_people(infrastructure) as people:
        ada, ben, robin, stays = await people.members(4)
        token, teams = people.co_op.token, [Team(people, owner) for owner in (ada, robin, ben)]
        for team in teams[:2]:
            await team.invite(ben, pb.TEAM_MEMBER_KIND_FRIEND, token(team.owner))
        await people.no(robin, ben, token(ben), block=True)  # an invitation that does not show
        await teams[0].answer(ben)
        await teams[0].offer(ben, ada)
        await teams[0].accept(ben)
        await teams[2].invite(stays, pb.TEAM_MEMBER_KIND_FRIEND, token(ben))
        await teams[2].answer(stays)
        await people.look_for_support(ben, stays)
        await people.offer_support(ben, ada)
        await people.yes(ben, ada, token(ada))
        await people.yes(stays, ben, token(stays))

        in_two_days = people.co_op.today() + timedelta(days=2)
        await people.leave(ben, on=in_two_days)
        await people.co_op.move_clock(24 * 3600)
        await people.look_for_support(robin)  # an event of our own wakes the jobs
        await asyncio.sleep(0.5)
        assert len((await teams[0].seen(ada)).hats) == 1, "until their last day"
        await people.co_op.move_clock(4 * 24 * 3600)

        async def hidden_invitation_is_over() -> bool:
            return not (await teams[1].seen(robin)).members

        await wait_until(hidden_invitation_is_over)
        seen = await teams[0].seen(ada)
        assert (list(seen.members), list(seen.hats)) == ([], [])
        assert [member.person_id for member in (await teams[2].seen(ben)).members] == [str(stays)]
        assert [row[3] for row in await people.co_op.all_rows("matching", "introduction")] == ["over", "over"]
        events = await people.co_op.published_events("matching")
        assert [event.person_id for event in events if isinstance(event, facts.TeamMemberLeft | facts.TeamHatEnded)] == [str(ben)] * 2


@pytest.mark.capability("T1", "T2")
async def test_a_merged_entry_has_the_places_pairs_and_noes_of_both(infrastructure: Infrastructure) -> None:
    async with matching_people(infrastructure) as people:
        kept, other, ben, wren, robin = await people.members(5)
        token = people.co_op.token
        own, others, bens = (Team(people, owner) for owner in (kept, other, ben))
        for team, friend in ((own, wren), (others, wren), (others, robin), (bens, other), (bens, kept)):
            await team.invite(friend, pb.TEAM_MEMBER_KIND_FRIEND, token(team.owner))
        for team, friend in ((own, wren), (others, robin), (bens, other)):
            await team.answer(friend)
        await bens.offer(other, ben)
        await bens.accept(other)
        await people.no(kept, ben, token(kept))
        await people.no(other, ben, token(other), block=True)
        await people.no(other, robin, token(robin))
        await people.look_for_support(kept, other)
        await people.offer_support(robin, ben)
        for person in (kept, other):
            await people.yes(person, ben, token(ben))
        merged = PersonsMerged(kept_person_id=str(kept), other_person_id=str(other))
        await people.membership.publish((MembershipEnded(person_id=str(other), on="2020-01-01", reason="merged"), str(other)))
        await people.co_op.wait_until_consumed("matching", "membership")
        for _ in range(2):
            await people.identity.publish((merged, str(kept)))
            await people.co_op.wait_until_consumed("matching", "identity")

        assert {(one.person_id, one.HasField("joined_at")) for one in (await own.seen(kept)).members} == {
            (str(wren), True), (str(robin), True),
        }  # fmt: skip
        seen = await bens.seen(kept)
        assert [(one.person_id, one.HasField("joined_at")) for one in seen.members] == [(str(kept), True)]
        assert [one.person_id for one in seen.hats] == [str(kept)]
        noes = {(row[0], row[1], row[3]) for row in await people.co_op.all_rows("matching", "private_no")}
        assert noes == {(kept, ben, "block"), (robin, kept, "no")}
        steps = sorted((row[1], row[3]) for row in await people.co_op.all_rows("matching", "introduction"))
        assert steps == [(kept, "interest"), (kept, "over")]


@pytest.mark.capability("T1")
async def test_a_no_of_or_to_either_entry_counts_against_a_yes_of_the_other(infrastructure: Infrastructure) -> None:
    """Each side's yes that waits at meeting: nothing of it is left where the same person said no as, or to, the other entry."""
    async with matching_people(infrastructure) as people:
        kept, other, *workers = await people.members(6)
        refused, refuses, elsewhere = workers[:3]
        token = people.co_op.token
        await people.look_for_support(kept, other)
        await people.offer_support(other, *workers)
        await people.get_ready(*workers)
        for worker in workers:
            await people.yes(kept, worker, token(worker))
            await people.yes(kept, worker, token(kept), introductions.INTRODUCTION_STEP_INTEREST)
            await people.yes(kept, worker, token(worker if worker == refuses else kept), MEETING)
        await people.no(other, refused, token(other))
        await people.no(other, refuses, token(refuses), block=True)
        await people.no(elsewhere, other, token(other))  # on the other side: as one who gives support
        merged = PersonsMerged(kept_person_id=str(kept), other_person_id=str(other))
        await people.identity.publish((merged, str(kept)))
        await people.co_op.wait_until_consumed("matching", "identity")
        steps = [await people.yes(kept, one, token(kept if one == refuses else one), MEETING) for one in workers]
        assert steps == [MEETING, MEETING, TRIAL, TRIAL]


async def test_who_invites_several_at_once_has_one_team(infrastructure: Infrastructure) -> None:
    async with matching_people(infrastructure) as people:
        [ada, *friends] = await people.members(7)
        teams = [Team(people, ada) for _ in friends]
        invitations = zip(teams, friends, strict=True)
        await asyncio.gather(*(team.invite(one, pb.TEAM_MEMBER_KIND_FRIEND, people.co_op.token(ada)) for team, one in invitations))
        assert len({team.id for team in teams}) == 1
        assert {one.person_id for one in (await teams[0].seen(ada)).members} == set(map(str, friends))
        assert [type(event) for event in await people.co_op.published_events("matching")] == [facts.TeamFormed]


@pytest.mark.capability("T2")
async def test_a_hat_is_taken_by_consent_for_a_time_and_handed_on(infrastructure: Infrastructure) -> None:
    async with matching_people(infrastructure) as people:
        ada, first, second = await people.members(3)
        team = Team(people, ada)
        for friend in (first, second):
            await team.invite(friend, pb.TEAM_MEMBER_KIND_FRIEND, people.co_op.token(ada))
        with pytest.raises(FailedPrecondition, match="NOT_IN_TEAM"):
            await team.offer(first, ada)
        await asyncio.gather(team.answer(first), team.answer(second))
        for days, reason in ((-1, "DAY_PAST"), (400, "TERM_TOO_LONG")):
            with pytest.raises(Invalid, match=reason):
                await team.offer(first, ada, days)
        await team.offer(first, ada)
        with pytest.raises(FailedPrecondition, match="TEAM_HAT_NOT_OFFERED"):
            await team.accept(second)
        await team.accept(first)
        with pytest.raises(AlreadyExists, match="TEAM_HAT_TAKEN"):
            await team.offer(second, ada)
        with pytest.raises(NotAllowed, match="NOT_TEAM_OWNER"):
            await team.hand_back(second, "")
        await team.hand_back(first, "Robin cannot do Fridays.")
        with pytest.raises(FailedPrecondition, match="TEAM_HAT_NOT_WORN"):
            await team.hand_back(first, "")
        await team.offer(second, ada)
        await team.accept(second)
        [worn] = (await team.seen(second)).hats
        assert (worn.person_id, worn.handover) == (str(second), "Robin cannot do Fridays.")

        with pytest.raises(AlreadyExists, match="TEAM_HAT_TAKEN"):
            await team.offer(second, ada)
        assert len((await team.seen(second)).hats) == 1, "an offer takes no hat away"
        await team.end(second, ada)
        assert list((await team.seen(ada)).hats) == []
        await team.offer(first, ada)
        await people.identity.publish((PersonErased(erasure_id=str(new_id()), person_ids=[str(first)]), str(first)))
        await people.co_op.wait_until_consumed("matching", "identity")
        [hat] = await people.co_op.all_rows("matching", "team_hat")
        assert (str(first) in map(str, hat), hat[-1]) == (False, "Robin cannot do Fridays."), "the words are for the next one"
        given = [
            event for event in await people.co_op.published_events("matching") if isinstance(event, facts.TeamHatGiven | facts.TeamHatEnded)
        ]
        assert [(type(event), event.person_id) for event in given] == [
            (facts.TeamHatGiven, str(first)),
            (facts.TeamHatEnded, str(first)),
            (facts.TeamHatGiven, str(second)),
            (facts.TeamHatEnded, str(second)),
        ]
