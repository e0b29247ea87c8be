"""What of matching waits for somebody's answer: everybody gets their own, until it is given, and nobody hears of a no."""

import pytest

from kith.matching.v1 import matching_days_pb2 as days
from kith.matching.v1 import teams_pb2 as teams
from kith.matching.v1 import waiting_pb2 as pb
from kith.matching.v1.teams_pb2_grpc import TeamServiceStub
from kith.matching.v1.waiting_pb2_grpc import WaitingServiceStub
from libs.database.engine import new_id
from libs.refusals import NotAllowed
from libs.rpc.client import call_service
from tests.support.concern_people import ConcernPeople
from tests.support.matching_days import MatchingDays
from tests.support.partner_people import PartnerPeople, partner_people
from tests.support.running_co_op import Infrastructure
from tests.support.teams_of_people import invite_to_team

NOTHING = pb.GetWaitingResponse()


async def waiting(people: PartnerPeople, token: str) -> pb.GetWaitingResponse:
    found: pb.GetWaitingResponse = await call_service(people.co_op.stub(WaitingServiceStub).GetWaiting, pb.GetWaitingRequest(), token)
    return found


@pytest.mark.capability("T10", "M8")
async def test_referrals_wait_for_who_can_answer_them_and_days_for_who_can_take_part(infrastructure: Infrastructure) -> None:
    async with partner_people(infrastructure) as people:
        ada, nurse, sister, worker = await people.people.members(4)
        surgery = await people.a_partner(nurse, people.secretary)
        other = await people.a_partner(nurse, title="St Example's")
        as_ada = await people.people.let_act(sister, ada)

        sent = await people.refer_in(other, nurse)
        own = await people.refer_in(surgery, people.secretary)
        assert await waiting(people, people.hat) == pb.GetWaitingResponse(referral_ids=[sent, own]), "theirs they can put to somebody"
        assert await waiting(people, people.token(people.secretary)) == NOTHING, "without the hat nothing is theirs to answer"
        assert await waiting(people, people.token(nurse)) == NOTHING, "it waits for the other side"
        await people.put(sent, ada)
        await people.put(own, ada)
        assert list((await waiting(people, people.hat)).referral_ids) == [sent], "nobody answers what they sent"
        for token in (people.token(ada), as_ada):
            assert list((await waiting(people, token)).referral_about_ids) == [sent, own]
        await people.refuse(sent, as_ada)
        await people.withdraw(own, people.token(people.secretary))
        assert await waiting(people, people.hat) == await waiting(people, people.token(ada)) == NOTHING

        asked = await people.refer_out(ada, surgery)
        for speaker in (nurse, people.secretary):
            assert await waiting(people, people.token(speaker)) == pb.GetWaitingResponse(partner_referral_ids=[asked])
        await people.answer(asked, people.token(nurse))
        assert await waiting(people, people.token(nurse)) == NOTHING

        matching_days = MatchingDays(people.people)
        await matching_days.look(ada)
        await matching_days.offer(worker)
        worker_as_ada = await people.people.let_act(worker, ada)
        day = await matching_days.announce(people.secretary)
        for token in (people.token(ada), as_ada, worker_as_ada, people.token(worker)):
            assert await waiting(people, token) == pb.GetWaitingResponse(matching_day_id=day)
        assert await waiting(people, people.token(nurse)) == NOTHING, "there is nothing of theirs that others could read"
        await matching_days.enter(day, worker, giving=True)
        assert await waiting(people, people.token(worker)) == await waiting(people, worker_as_ada) == NOTHING, "who ranks does not look"
        await matching_days.enter(day, ada)
        assert await waiting(people, people.token(ada)) == await waiting(people, as_ada) == NOTHING
        assert (await matching_days.days(ada)).days[0].state == days.MATCHING_DAY_STATE_OPEN


@pytest.mark.capability("T11")
async def test_concerns_wait_for_whose_turn_it_is_and_invitations_for_who_is_asked(infrastructure: Infrastructure) -> None:
    async with partner_people(infrastructure) as people:
        ada, wren, link, sister = await people.people.members(4)
        concerns, as_ada = ConcernPeople(people.people), await people.people.let_act(sister, ada)
        team = await invite_to_team(people.co_op, ada, wren, teams.TEAM_MEMBER_KIND_VOLUNTEER)
        assert await waiting(people, people.token(wren)) == pb.GetWaitingResponse(team_invitations=1)
        request = teams.AnswerTeamInvitationRequest(request_id=str(new_id()), team_id=team, accepted=True)
        await call_service(people.co_op.stub(TeamServiceStub).AnswerTeamInvitation, request, people.token(wren))
        concern = await concerns.raise_concern(team, wren, ada)

        async def turns() -> list[list[str]]:
            tokens = (people.token(ada), people.token(wren), as_ada)
            return [list((await waiting(people, token)).concern_ids) for token in tokens]

        assert await turns() == [[concern], [], [concern]]
        await concerns.say("AskForFacilitator", concern, ada)
        await concerns.say("NameFacilitator", concern, ada, person_id=str(link))
        assert await turns() == [[], [concern], []]
        assert await waiting(people, people.token(link)) == NOTHING, "one of the two has named them, and they are not to know"
        await concerns.say("NameFacilitator", concern, wren, person_id=str(link))
        assert await waiting(people, people.token(link)) == pb.GetWaitingResponse(facilitation_ids=[concern])
        await concerns.say("AnswerFacilitation", concern, link, accepted=True)
        await concerns.say("SetConcernAside", concern, wren)
        assert await turns() == [[], [], []]
        assert await waiting(people, people.token(link)) == NOTHING
        with pytest.raises(NotAllowed, match="ACTING_OUTSIDE_SCOPE"):
            await waiting(people, await people.people.let_act(link, ada, "money"))
        rows = await people.co_op.all_rows("matching", "read_audit")
        assert any(str(sister) in row and "'list'" in row for row in map(str, rows)), "the person sees that somebody looked for them"
