"""What a team decides stays in the team, nothing passes against its owner, and the team never changes hands."""

from datetime import timedelta
from uuid import UUID

import pytest

from kith.identity.facts.v1.facts_pb2 import PersonErased, PersonsMerged, RelationshipEnded, RelationshipStarted
from kith.matching.facts.v1 import facts_pb2 as facts
from kith.matching.v1 import team_questions_pb2 as pb
from kith.matching.v1 import teams_pb2 as teams
from kith.matching.v1 import waiting_pb2 as waiting
from kith.matching.v1.team_questions_pb2_grpc import TeamQuestionServiceStub
from kith.matching.v1.teams_pb2_grpc import TeamServiceStub
from kith.matching.v1.waiting_pb2_grpc import WaitingServiceStub
from libs import callers
from libs.database.engine import new_id
from libs.refusals import Conflict, FailedPrecondition, Invalid, NotAllowed, NotFound
from libs.rpc.client import call_service
from tests.support.matching_people import MatchingPeople, matching_people
from tests.support.running_co_op import Infrastructure
from tests.support.teams_of_people import invite_to_team
from tests.support.waiting import wait_until

YES, NO, EITHER = pb.TEAM_ANSWER_YES, pb.TEAM_ANSWER_NO, pb.TEAM_ANSWER_EITHER
OPEN, AGREED = pb.TEAM_QUESTION_STATE_OPEN, pb.TEAM_QUESTION_STATE_AGREED


class AskedTeam:
    """Calls for one team; `by` is a person, or a token."""

    def __init__(self, people: MatchingPeople) -> None:
        self.people, self.id = people, ""
        self.stub = people.co_op.stub(TeamQuestionServiceStub)

    def token(self, by: UUID | str) -> str:
        return by if isinstance(by, str) else self.people.co_op.token(by)

    async def form(self, owner: UUID, *members: UUID) -> None:
        for member in members:
            self.id = await invite_to_team(self.people.co_op, owner, member, teams.TEAM_MEMBER_KIND_FRIEND)
            request = teams.AnswerTeamInvitationRequest(request_id=str(new_id()), team_id=self.id, accepted=True)
            await call_service(self.people.co_op.stub(TeamServiceStub).AnswerTeamInvitation, request, self.token(member))

    async def leave(self, member: UUID) -> None:
        request = teams.EndTeamMembershipRequest(request_id=str(new_id()), team_id=self.id, person_id=str(member))
        await call_service(self.people.co_op.stub(TeamServiceStub).EndTeamMembership, request, self.token(member))

    async def ask(self, by: UUID | str, words: str = "Shall we?", days: int = 7, request_id: str = "") -> str:
        until = (self.people.co_op.today() + timedelta(days=days)).isoformat()
        request = pb.AskTeamRequest(request_id=request_id or str(new_id()), team_id=self.id, words=words, until_day=until)
        return str((await call_service(self.stub.AskTeam, request, self.token(by))).question_id)

    async def answer(self, question: str, by: UUID | str, answer: "pb.TeamAnswer.ValueType", words: str = "", version: int = 0) -> int:
        request = pb.AnswerTeamQuestionRequest(request_id=str(new_id()), question_id=question, answer=answer, words=words, version=version)
        return int((await call_service(self.stub.AnswerTeamQuestion, request, self.token(by))).state)

    async def withdraw(self, question: str, by: UUID | str) -> None:
        request = pb.WithdrawTeamQuestionRequest(request_id=str(new_id()), question_id=question)
        await call_service(self.stub.WithdrawTeamQuestion, request, self.token(by))

    async def get(self, question: str, by: UUID | str) -> pb.GetTeamQuestionResponse:
        found: pb.GetTeamQuestionResponse = await call_service(
            self.stub.GetTeamQuestion, pb.GetTeamQuestionRequest(question_id=question), self.token(by)
        )
        return found

    async def listed(self, by: UUID | str) -> list[tuple[str, int]]:
        found = await call_service(self.stub.GetTeamQuestions, pb.GetTeamQuestionsRequest(team_id=self.id), self.token(by))
        return [(question.question_id, question.state) for question in found.questions]

    async def waits(self, by: UUID | str) -> list[str]:
        stub = self.people.co_op.stub(WaitingServiceStub)
        return list((await call_service(stub.GetWaiting, waiting.GetWaitingRequest(), self.token(by))).team_question_ids)


@pytest.mark.capability("T2")
async def test_a_team_decides_among_itself_and_never_against_its_owner(infrastructure: Infrastructure) -> None:
    async with matching_people(infrastructure) as people:
        ada, jo, mo, sister, invited, stranger = await people.members(6)
        team = AskedTeam(people)
        await team.form(ada, jo, mo)
        await invite_to_team(people.co_op, ada, invited, teams.TEAM_MEMBER_KIND_FRIEND)
        as_ada, as_jo = await people.let_act(sister, ada), await people.let_act(sister, jo)
        once = str(new_id())
        cook = await team.ask(jo, "Shall we cook on Fridays?", request_id=once)
        assert await team.ask(jo, "Shall we cook on Fridays?", request_id=once) == cook
        for outsider in (invited, stranger, sister, as_jo):
            for attempt in (team.ask(outsider), team.answer(cook, outsider, YES), team.get(cook, outsider)):
                with pytest.raises(NotFound, match=r"TEAM_(QUESTION_)?UNKNOWN"):
                    await attempt
        for words, days, reason in (("", 7, "QUESTION_WORDS_MISSING"), ("Shall we?", 61, "QUESTION_TOO_LONG")):
            with pytest.raises(Invalid, match=reason):
                await team.ask(mo, words, days)
        with pytest.raises(Invalid, match="TEAM_ANSWER_MISSING"):
            await team.answer(cook, mo, pb.TEAM_ANSWER_UNSPECIFIED)
        assert [await team.waits(by) for by in (ada, as_ada, mo, stranger)] == [[cook], [cook], [cook], []]

        # Who acts answers for her and is seen; what they typed does not replace what she said in the meantime.
        assert await team.answer(cook, as_ada, NO, "She sleeps then.") == OPEN
        with pytest.raises(Conflict, match="VERSION_STALE"):
            await team.answer(cook, ada, YES)
        assert await team.answer(cook, ada, EITHER, "I am up then.", version=1) == OPEN
        await team.answer(cook, jo, YES)
        assert await team.answer(cook, mo, NO, "I work on Fridays.") == OPEN, "his no can be talked about until the day"
        seen = await team.get(cook, mo)
        assert [(UUID(each.person_id), each.answer, each.said_by_id) for each in seen.answers] == [
            (ada, EITHER, ""), (jo, YES, ""), (mo, NO, ""),
        ]  # fmt: skip
        assert await team.answer(cook, mo, YES, version=1) == AGREED, "everybody has answered, and no no is left"
        with pytest.raises(FailedPrecondition, match="TEAM_QUESTION_CLOSED"):
            await team.answer(cook, mo, NO, version=2)

        early = await no_of_the_owner(team, as_ada, ada, jo, mo)
        cat = await open_and_withdrawn(team, ada, jo, mo)
        tea = next(question for question, state in await team.listed(mo) if state == pb.TEAM_QUESTION_STATE_WITHDRAWN)
        assert await team.listed(mo) == [
            (cat, OPEN), (tea, pb.TEAM_QUESTION_STATE_WITHDRAWN), (early, pb.TEAM_QUESTION_STATE_OWNER_NO), (cook, AGREED),
        ]  # fmt: skip
        await leaves_before_the_end(team, cat, mo, jo)
        assert [(each.words, each.in_team) for each in (await team.get(cat, ada)).answers] == [("", True), ("I sneeze.", False)]

        events = [event for event in await people.co_op.published_events("matching") if isinstance(event, facts.NoticeWanted)]
        told = [(event.kind, set(map(UUID, event.person_ids))) for event in events]
        assert told == [
            ("team_question_asked", {ada, mo}), ("team_question_closed", {ada, jo, mo}), ("team_question_asked", {jo, mo}),
            ("team_question_closed", {ada, jo, mo}), ("team_question_asked", {ada, mo}), ("team_question_asked", {ada, jo}),
            ("team_question_closed", {ada, jo}),
        ]  # fmt: skip
        assert not [word for word in ("cook", "sneeze", "agreed", "owner_no") if word in str(events)], "no words, and no outcome"
        await erased_one_after_the_other(team, cook, jo, ada)


async def no_of_the_owner(team: AskedTeam, as_ada: str, ada: UUID, jo: UUID, mo: UUID) -> str:
    """Asked by who acts for her, she says no where all others say yes."""
    early = await team.ask(as_ada, "Shall we come at 7?")
    assert UUID((await team.get(early, jo)).question.asked_by_id) not in {ada, jo, mo}
    for member in (jo, mo):
        await team.answer(early, member, YES)
    assert await team.answer(early, ada, NO) == pb.TEAM_QUESTION_STATE_OWNER_NO
    return early


async def open_and_withdrawn(team: AskedTeam, ada: UUID, jo: UUID, mo: UUID) -> str:
    """The one that stays open until today, with a no."""
    cat, tea = await team.ask(jo, "Shall we get a cat?", days=0), await team.ask(mo, "Shall we have tea?", days=1)
    with pytest.raises(NotAllowed, match="NOT_QUESTION_ASKER"):
        await team.withdraw(tea, ada)
    await team.withdraw(tea, mo)
    await team.answer(cat, ada, YES)
    await team.answer(cat, mo, NO, "I sneeze.")
    return cat


async def leaves_before_the_end(team: AskedTeam, cat: str, mo: UUID, jo: UUID) -> None:
    """Who has left reads nothing more, and their no does not count; its last day closes a question."""
    await team.leave(mo)
    for attempt in (team.get(cat, mo), team.listed(mo), team.answer(cat, mo, YES, version=1)):
        with pytest.raises(NotFound, match=r"TEAM_(QUESTION_)?UNKNOWN"):
            await attempt
    for table in ("team_question", "team_answer"):
        counts = []
        for reader in (callers.person(mo), callers.person(jo)):
            async with team.people.co_op.database_transaction("matching", caller=reader) as rows:
                counts.append(await rows.fetchval(f"select count(*) from {table}"))  # noqa: S608 - our own names
        assert (counts[0], counts[1] > 0) == (0, True), "the database itself shows them nothing"
    await team.people.co_op.move_clock(2 * 24 * 3600)
    with pytest.raises(FailedPrecondition, match="TEAM_QUESTION_CLOSED"):
        await team.answer(cat, jo, NO)
    await team.people.look_for_support(jo)  # an event of our own wakes the jobs

    async def closed() -> bool:
        return (await team.get(cat, jo)).question.state == AGREED

    await wait_until(closed)


async def erased_one_after_the_other(team: AskedTeam, cook: str, jo: UUID, ada: UUID) -> None:
    """A member's name goes and their question stays; with the owner all goes."""
    people = team.people
    exported = await people.exported(jo)
    assert {row["words"] for kind, row in exported if kind == "team_question"} == {"Shall we cook on Fridays?", "Shall we get a cat?"}
    assert {row["person"] for kind, row in exported if kind == "team_answer"} == {str(jo)}
    await erase(people, jo)
    assert (await team.get(cook, ada)).question.asker_id == ""
    assert str(jo) not in str(await people.co_op.all_rows("matching", "team_answer"))
    await erase(people, ada)
    assert [await people.co_op.all_rows("matching", table) for table in ("team_question", "team_answer")] == [[], []]


@pytest.mark.capability("T2", "I1")
async def test_a_team_never_changes_hands_and_who_acts_for_its_owner_is_seen(infrastructure: Infrastructure) -> None:
    """Who begins to act, acts and stops is visible; two entries of one owner are one owner, and the team keeps what it decided."""
    async with matching_people(infrastructure) as people:
        kept, other, jo, sister = await people.members(4)
        team, into = AskedTeam(people), AskedTeam(people)
        await team.form(other, jo)
        await into.form(kept, jo)
        started = RelationshipStarted(
            relationship_id=str(new_id()), subject_id=str(other), holder_id=str(sister), kind="relative", scopes=["team"]
        )
        started.valid_from.FromDatetime(people.co_op.now() - timedelta(minutes=1))
        await people.identity.publish((started, str(other)))
        await people.co_op.wait_until_consumed("matching", "identity")
        as_other = people.co_op.token(sister, acting_for=other)
        tea = await team.ask(as_other, "Shall we have tea?")
        await team.answer(tea, as_other, YES)
        answer = (await team.get(tea, as_other)).answers[0]
        assert (answer.person_id, answer.said_by_id) == (str(other), str(sister)), "everybody sees who acted"
        await people.identity.publish((RelationshipEnded(relationship_id=started.relationship_id), str(other)))
        await people.co_op.wait_until_consumed("matching", "identity")
        for attempt in (team.ask(as_other), team.get(tea, as_other)):
            with pytest.raises(NotAllowed, match="ACTING_ENDED"):
                await attempt
        async with people.co_op.database_transaction("matching") as rows:
            acts = await rows.fetch("select action, reason, acting_for from read_audit where reader = $1 order by id", str(sister))
        assert [(row["action"], row["reason"]) for row in acts] == [("view", ""), *[("refused", "ACTING_ENDED")] * 2]
        assert {row["acting_for"] for row in acts} == {other}

        for _ in range(2):
            await people.identity.publish((PersonsMerged(kept_person_id=str(kept), other_person_id=str(other)), str(kept)))
            await people.co_op.wait_until_consumed("matching", "identity")
        whole = await into.get(tea, kept)
        assert (whole.owner_id, whole.question.asker_id, whole.question.team_id) == (str(kept), str(kept), into.id)
        assert [(each.person_id, each.said_by_id) for each in whole.answers] == [(str(kept), str(sister))]
        assert await into.answer(tea, jo, YES) == AGREED
        rows = await people.co_op.all_rows("matching", "team")
        assert [row[1] for row in rows] == [kept], "one team, of the same person"


async def erase(people: MatchingPeople, person: UUID) -> None:
    await people.identity.publish((PersonErased(erasure_id=str(new_id()), person_ids=[str(person)]), str(person)))
    await people.co_op.wait_until_consumed("matching", "identity")
