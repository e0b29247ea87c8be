"""Visits of a trial and in a team are counted, and both sides are asked how it goes."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from kith.matching.facts.v1 import facts_pb2 as facts
from kith.matching.v1 import introductions_pb2 as introductions
from kith.matching.v1 import reviews_pb2 as pb
from kith.matching.v1 import support_profiles_pb2 as profiles
from kith.matching.v1 import teams_pb2 as teams
from kith.matching.v1.reviews_pb2_grpc import ReviewServiceStub
from libs.database.engine import new_id
from libs.refusals import AlreadyExists, FailedPrecondition, NotAllowed, NotFound
from libs.rpc.client import call_service
from tests.service.test_teams import Team
from tests.support.matching_people import MatchingPeople, matching_people
from tests.support.running_co_op import Infrastructure
from tests.support.waiting import wait_until


class Working:
    """A person and a worker who try it, and their calls."""

    def __init__(self, people: MatchingPeople, person: UUID, worker: UUID) -> None:
        self.people, self.person, self.worker = people, person, worker
        self.stub = people.co_op.stub(ReviewServiceStub)

    def token(self, of: UUID) -> str:
        return self.people.co_op.token(of)

    async def begin_trial(self) -> None:
        steps = (introductions.INTRODUCTION_STEP_INTEREST, introductions.INTRODUCTION_STEP_MEETING)
        await self.people.yes(self.person, self.worker, self.token(self.person))
        await self.people.yes(self.person, self.worker, self.token(self.worker), steps[0])
        for one in (self.worker, self.person):
            await self.people.yes(self.person, self.worker, self.token(one), steps[1])

    async def record(self, by: UUID, day: date, token: str = "") -> pb.RecordTrialVisitResponse:
        pair = introductions.Pair(person_id=str(self.person), worker_id=str(self.worker))
        request = pb.RecordTrialVisitRequest(request_id=str(new_id()), pair=pair, day=day.isoformat())
        recorded: pb.RecordTrialVisitResponse = await call_service(self.stub.RecordTrialVisit, request, token or self.token(by))
        return recorded

    async def visit(self, *days: date) -> None:
        for day in days:
            assert not (await self.record(self.worker, day)).confirmed
            assert (await self.record(self.person, day)).confirmed

    async def seen(self, by: UUID, token: str = "") -> pb.GetReviewsResponse:
        request = pb.GetReviewsRequest(person_id=str(by), giving=by == self.worker)
        found: pb.GetReviewsResponse = await call_service(self.stub.GetReviews, request, token or self.token(by))
        return found

    async def answer(self, by: UUID, review: str, answer: "pb.ReviewAnswer.ValueType", token: str = "") -> tuple[bool, bool]:
        request = pb.AnswerReviewRequest(request_id=str(new_id()), review_id=review, answer=answer)
        answered = await call_service(self.stub.AnswerReview, request, token or self.token(by))
        return answered.closed, answered.ended


async def _trial(people: MatchingPeople, ada: UUID, wren: UUID) -> Working:
    await people.look_for_support(ada)
    await people.offer_support(wren, works_as=profiles.WORKS_AS_SELF_EMPLOYED)
    await people.get_ready(wren)
    working = Working(people, ada, wren)
    await working.begin_trial()
    return working


@pytest.mark.capability("T6")
async def test_after_three_visits_both_are_asked_and_one_end_ends_the_trial(infrastructure: Infrastructure) -> None:
    async with matching_people(infrastructure) as people:
        ada, wren, stranger, sister = await people.members(4)
        working = await _trial(people, ada, wren)
        for one in (ada, wren):
            [pair] = (await working.seen(one)).pairs
            assert (pair.pair.person_id, pair.pair.worker_id, pair.visits) == (str(ada), str(wren), 0), "before the first visit too"
        await people.co_op.move_clock(5 * 24 * 3600)
        first = people.co_op.today() - timedelta(days=4)
        for _ in range(2):
            recorded = await working.record(wren, first)
            assert (recorded.confirmed, recorded.visits) == (False, 0), "one side alone counts nothing"
        [pair] = (await working.seen(ada)).pairs
        assert [(one.day, one.own) for one in pair.unconfirmed] == [(first.isoformat(), False)]
        as_ada = await people.let_act(sister, ada)
        assert (await working.record(sister, first, as_ada)).visits == 1
        assert (await working.record(ada, first)).visits == 1, "a day counts once"
        with pytest.raises(NotAllowed, match="NOT_YOURS"):
            await working.record(stranger, first, people.co_op.token(stranger))
        await working.visit(first + timedelta(days=1))
        assert list((await working.seen(ada)).reviews) == []
        await working.visit(first + timedelta(days=2))
        [review] = (await working.seen(ada)).reviews
        assert review.after_visits == 3
        with pytest.raises(NotFound, match="REVIEW_UNKNOWN"):
            await working.answer(stranger, review.review_id, pb.REVIEW_ANSWER_END, people.co_op.token(stranger))

        assert await working.answer(wren, review.review_id, pb.REVIEW_ANSWER_END) == (False, False)
        [seen] = (await working.seen(ada)).reviews
        assert (seen.own_answer, seen.other_answer, seen.closed) == (0, 0, False), "as if nothing had been answered"
        assert await working.answer(ada, review.review_id, pb.REVIEW_ANSWER_TALK) == (True, True)
        for one, own, other in ((ada, pb.REVIEW_ANSWER_TALK, pb.REVIEW_ANSWER_END), (wren, pb.REVIEW_ANSWER_END, pb.REVIEW_ANSWER_TALK)):
            found = await working.seen(one)
            assert [(row.own_answer, row.other_answer, row.closed) for row in found.reviews] == [(own, other, True)]
            assert list(found.pairs) == []
        for one, giving in ((ada, False), (wren, True)):
            over = await people.introductions(one, giving=giving)
            assert (len(over.introductions), [no.kind for no in over.not_now]) == (0, [introductions.NO_KIND_LAPSED])
        with pytest.raises(FailedPrecondition, match="NOT_WORKING_TOGETHER"):
            await working.record(wren, first)
        events = await people.co_op.published_events("matching")
        [asked] = [event for event in events if isinstance(event, facts.ReviewAsked)]
        [notice] = [event for event in events if isinstance(event, facts.NoticeWanted)]
        assert (asked.after_visits, set(notice.person_ids), notice.about_id) == (3, {str(ada), str(wren)}, review.review_id)


@pytest.mark.capability("T6")
async def test_in_a_team_an_end_that_stays_alone_counts_after_a_week(infrastructure: Infrastructure) -> None:
    async with matching_people(infrastructure) as people:
        ada, wren = await people.members(2)
        working = await _trial(people, ada, wren)
        await people.co_op.move_clock(9 * 24 * 3600)
        today = people.co_op.today()
        await working.visit(today - timedelta(days=2), today - timedelta(days=1))
        for one in (ada, wren):
            await people.yes(ada, wren, working.token(one), introductions.INTRODUCTION_STEP_TRIAL)
        await working.visit(today)
        [review] = (await working.seen(wren)).reviews
        assert review.after_visits == 3, "the visits of the trial count in the team"
        assert await working.answer(ada, review.review_id, pb.REVIEW_ANSWER_END) == (False, False)

        await people.co_op.move_clock(17 * 24 * 3600)

        async def is_over() -> bool:
            return not await people.teams(wren)

        await wait_until(is_over)
        [seen] = (await working.seen(wren)).reviews
        assert (seen.closed, seen.own_answer, seen.other_answer) == (True, 0, 0)
        left = [event for event in await people.co_op.published_events("matching") if isinstance(event, facts.TeamMemberLeft)]
        assert [event.person_id for event in left] == [str(wren)]


@pytest.mark.capability("T6")
async def test_who_leaves_and_comes_back_begins_anew(infrastructure: Infrastructure) -> None:
    async with matching_people(infrastructure) as people:
        ada, ben = await people.members(2)
        team, working = Team(people, ada), Working(people, ada, ben)
        for _ in range(2):
            await team.invite(ben, teams.TEAM_MEMBER_KIND_FRIEND, working.token(ada))
            await team.answer(ben)
            today = people.co_op.today()
            assert (await working.record(ben, today)).visits == 0
            assert (await working.record(ada, today)).visits == 1
            await team.end(ben, ben)
            assert list((await working.seen(ada)).pairs) == []
        await team.invite(ben, teams.TEAM_MEMBER_KIND_VOLUNTEER, working.token(ada))
        assert list((await working.seen(ben)).pairs) == [], "who is only invited"
        await team.answer(ben)
        for one in (ada, ben):
            assert [(pair.pair.worker_id, pair.visits) for pair in (await working.seen(one)).pairs] == [(str(ben), 0)]


@pytest.mark.capability("T2", "T6")
async def test_who_joins_by_an_invitation_goes_on_where_the_trial_was(infrastructure: Infrastructure) -> None:
    async with matching_people(infrastructure) as people:
        ada, wren = await people.members(2)
        working, team = await _trial(people, ada, wren), Team(people, ada)
        await working.visit(people.co_op.today())
        await team.invite(wren, teams.TEAM_MEMBER_KIND_FRIEND, working.token(ada))
        await team.answer(wren)
        with pytest.raises(AlreadyExists, match="ALREADY_IN_TEAM"):
            await people.yes(ada, wren, working.token(ada))
        assert await _introductions(people) == ["joined"]
        await people.co_op.move_clock(100 * 24 * 3600)
        await people.look_for_support(wren)  # an event of our own wakes the job
        await working.visit(people.co_op.today())
        [pair] = (await working.seen(ada)).pairs
        assert (pair.visits, await _introductions(people)) == (2, ["joined"])
        assert [place.kind for place in await people.teams(wren)] == [teams.TEAM_MEMBER_KIND_FRIEND]
        joined = [event for event in await people.co_op.published_events("matching") if isinstance(event, facts.TeamMemberJoined)]
        assert len(joined) == 1
        for one, giving in ((ada, False), (wren, True)):
            over = await people.introductions(one, giving=giving)
            assert (list(over.introductions), list(over.not_now)) == ([], [])


async def _introductions(people: MatchingPeople) -> list[object]:
    return [row[3] for row in await people.co_op.all_rows("matching", "introduction")]


async def test_a_worker_who_acts_for_the_person_is_on_neither_side(infrastructure: Infrastructure) -> None:
    async with matching_people(infrastructure) as people:
        ada, wren, robin = await people.members(3)
        working, robins, token = await _trial(people, ada, wren), Working(people, ada, robin), people.co_op.token
        await people.offer_support(robin)
        await people.get_ready(robin)
        await robins.begin_trial()
        as_ada, today = await people.let_act(wren, ada), people.co_op.today()
        for one in (working, robins):
            await one.record(one.worker, today)
        assert (await robins.record(wren, today, as_ada)).visits == 1, "of another worker, who acts says what the person would say"
        introduced = await people.introductions(ada, token=as_ada)
        assert [row.pair.worker_id for row in introduced.introductions] == [str(robin)]
        assert [row.pair.worker_id for row in (await working.seen(ada, as_ada)).pairs] == [str(robin)]
        for did in (
            people.yes(ada, wren, as_ada, introductions.INTRODUCTION_STEP_TRIAL),
            people.no(ada, wren, as_ada),
            people.lift(ada, wren, as_ada),
            working.record(wren, today, as_ada),
            Team(people, ada).invite(wren, teams.TEAM_MEMBER_KIND_FRIEND, as_ada),
        ):
            with pytest.raises(NotAllowed, match="NOT_YOURS"):
                await did
        for worker in (wren, robin):
            await people.no(ada, worker, token(ada))
        assert [row.pair.worker_id for row in (await people.introductions(ada, token=as_ada)).not_now] == [str(robin)]
        assert (await people.find_offers(ada, as_ada), await people.sees_offer(wren, wren, as_ada)) == ([], False)
