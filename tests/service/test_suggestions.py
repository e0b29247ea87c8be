"""Suggestions say why, are recomputed by `kith rank` from their file, and tell nobody of another's no."""

import asyncio
import json
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from kith.governance.facts.v1.facts_pb2 import AdoptedMatching, RulebookAdopted
from kith.identity.facts.v1.facts_pb2 import HatGiven
from kith.matching.v1 import introductions_pb2 as introductions
from kith.matching.v1 import suggestions_pb2 as pb
from kith.matching.v1 import support_profiles_pb2 as profiles
from kith.matching.v1.suggestions_pb2_grpc import SuggestionServiceStub
from kith.matching.v1.support_profiles_pb2_grpc import SupportProfileServiceStub
from libs.database.engine import new_id
from libs.refusals import NotAllowed
from libs.rpc.client import call_service
from scripts.cli.main import main
from tests.support.matching_people import MatchingPeople, matching_people
from tests.support.running_co_op import Infrastructure

MORNING = profiles.WeeklyTime(day="mon", begins="09:00", ends="12:00")


class Suggestions:
    """Calls for suggestions, among people who are free on Monday mornings."""

    def __init__(self, people: MatchingPeople) -> None:
        self.people, self.token = people, people.co_op.token

    async def look(self, person: UUID, **wants: object) -> None:
        profile = profiles.GettingSupport(postcode="ZZ1 1AA", times=[MORNING], open=True, **wants)  # type: ignore[arg-type]  # fields by name
        request = profiles.SetGettingSupportRequest(request_id=str(new_id()), person_id=str(person), profile=profile)
        await call_service(self.people.co_op.stub(SupportProfileServiceStub).SetGettingSupport, request, self.token(person))

    async def offer(self, worker: UUID, **offers: object) -> None:
        profile = profiles.GivingSupport(
            postcode="ZZ1 2AA", reach_km=5, minutes_a_week=600, times=[MORNING], works_as=profiles.WORKS_AS_EMPLOYED, open=True
        )
        if "times" in offers:
            profile.ClearField("times")
        profile.MergeFrom(profiles.GivingSupport(**offers))  # type: ignore[arg-type]  # fields by name
        request = profiles.SetGivingSupportRequest(request_id=str(new_id()), person_id=str(worker), profile=profile)
        await call_service(self.people.co_op.stub(SupportProfileServiceStub).SetGivingSupport, request, self.token(worker))

    async def of(self, person: UUID, token: str = "", *, skip: int = 0, with_file: bool = True) -> pb.GetSuggestionsResponse:
        request = pb.GetSuggestionsRequest(person_id=str(person), skip=skip, with_file=with_file)
        stub = self.people.co_op.stub(SuggestionServiceStub)
        found: pb.GetSuggestionsResponse = await call_service(stub.GetSuggestions, request, token or self.token(person))
        return found

    async def cover(self, person: UUID, token: str = "") -> pb.GetTeamCoverResponse:
        stub = self.people.co_op.stub(SuggestionServiceStub)
        request = pb.GetTeamCoverRequest(person_id=str(person))
        found: pb.GetTeamCoverResponse = await call_service(stub.GetTeamCover, request, token or self.token(person))
        return found

    async def fairness(self, by: UUID) -> pb.GetFairnessResponse:
        stub = self.people.co_op.stub(SuggestionServiceStub)
        found: pb.GetFairnessResponse = await call_service(stub.GetFairness, pb.GetFairnessRequest(), self.token(by, "secretary"))
        return found


def shown(found: pb.GetSuggestionsResponse) -> list[UUID]:
    return [UUID(one.person_id) for one in found.suggestions]


def points(parts: Any) -> dict[str, int]:  # protobuf's repeated container
    return {pb.SuggestionPart.Name(one.part).removeprefix("SUGGESTION_PART_").lower(): one.points for one in parts}


async def ranked(file: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """What `kith rank FILE --json` says of it."""
    written = folder / "suggestions.json"
    written.write_text(file, encoding="utf-8")
    capsys.readouterr()
    assert await asyncio.to_thread(main, ["rank", str(written), "--json"]) == 0
    printed = capsys.readouterr().out
    # The running co-op logs to the same place, a line at a time.
    answer: dict[str, Any] = json.loads(next(line for line in printed.splitlines() if line.startswith("{")))
    return answer


@pytest.mark.capability("T5")
async def test_suggestions_say_why_and_anybody_recomputes_them_from_their_file(
    infrastructure: Infrastructure, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with matching_people(infrastructure) as people:
        found = Suggestions(people)
        ada, sister, *workers = await people.members(9)
        wren, fern, moss, ash, late, unready, blocker = workers
        await people.get_ready(*(worker for worker in workers if worker != unready))
        assert not (await found.of(ada)).open, "who looks for nothing"
        await found.look(ada, needed_languages=["en"], wished_languages=["tr"], wished_tags=["dogs"])
        await found.offer(wren, languages=["en", "tr"], tags=["dogs"])
        await found.offer(fern, languages=["en"], postcode="ZZ1 6AA")
        for one in (moss, ash, unready, blocker):
            await found.offer(one, languages=["en"])
        await found.offer(late, times=[profiles.WeeklyTime(day="mon", begins="20:00", ends="24:00")])
        await people.no(ada, blocker, found.token(blocker), block=True)

        first = await found.of(ada)
        read = {str(cell) for row in await people.co_op.all_rows("matching", "read_audit") for cell in row}
        assert {str(one) for one in (wren, fern, moss, ash, late, unready)} <= read, "the file has more than the page"
        rest = await found.of(ada, await people.let_act(sister, ada), skip=3)
        assert (len(first.suggestions), first.more, len(rest.suggestions), rest.more) == (3, 1, 1, 0)
        assert shown(first)[0] == wren
        assert {*shown(first), *shown(rest)} == {wren, fern, moss, ash}
        assert {UUID(one.person_id): list(one.reasons) for one in first.not_suggested} == {
            late: [pb.SUGGESTION_REASON_LANGUAGE_MISSING, pb.SUGGESTION_REASON_NO_COMMON_HOURS],
            unready: [pb.SUGGESTION_REASON_NOT_READY],
        }
        best = first.suggestions[0]
        assert (best.within_km, best.profile.postcode, list(best.profile.tags)) == (1, "", ["dogs"])
        assert [part.most for part in best.for_person] == [200, 200, 100, 150, 150, 200]

        for page, skip in ((first, 0), (rest, 3)):
            answer = await ranked(page.file, tmp_path, capsys)
            assert answer["order"][skip : skip + 3] == [suggestion.person_id for suggestion in page.suggestions]
            for suggestion in page.suggestions:
                in_file = answer["workers"][suggestion.person_id]
                assert (in_file["for_person"], in_file["for_worker"]) == (points(suggestion.for_person), points(suggestion.for_worker))
                assert in_file["score"] == suggestion.score
            assert {
                worker: found_in_file["reasons"] for worker, found_in_file in answer["workers"].items() if found_in_file["reasons"]
            } == {
                refused.person_id: [pb.SuggestionReason.Name(reason).removeprefix("SUGGESTION_REASON_") for reason in refused.reasons]
                for refused in page.not_suggested
            }
        for hidden in (str(blocker), "51.5", "-0.09", "dbs"):
            assert hidden not in first.file
        with pytest.raises(NotAllowed, match="NOT_YOURS"):
            await found.of(ada, found.token(sister))

        cover = await found.cover(ada, await people.let_act(sister, ada))
        assert (cover.open, cover.wanted_minutes, cover.minutes_of_own_team, list(cover.uncovered)) == (True, 180, 0, [])
        assert [one.person_id for one in cover.team] == [one.person_id for one in (*first.suggestions, *rest.suggestions)], "nobody else"
        assert {one.profile.postcode for one in cover.team} == {""}
        assert [(one.person_id, one.time) for one in cover.comes] == [(str(wren), MORNING)]
        with pytest.raises(NotAllowed, match="NOT_YOURS"):
            await found.cover(ada, found.token(sister))

        await people.yes(ada, wren, found.token(ada))
        assert str(wren) not in {one.person_id for one in (await found.cover(ada)).team}
        assert wren not in shown(await found.of(ada)), "whom one is getting to know is on a page of their own"


@pytest.mark.capability("T5")
async def test_nobody_is_shown_too_often_and_a_secretary_sees_how_evenly_it_falls(infrastructure: Infrastructure) -> None:
    async with matching_people(infrastructure) as people:
        found = Suggestions(people)
        ada, bo, secretary, *workers = await people.members(6)
        wren, fern, moss = workers
        await people.get_ready(*workers)
        await people.identity.publish((HatGiven(person_id=str(secretary), hat="secretary"), str(secretary)))
        matching = AdoptedMatching(interest_days=14, meeting_days=28, trial_days=60, review_visits=[3], shown_a_week=1)
        adopted = RulebookAdopted(rulebook_hash="11" * 32, decision_id=str(new_id()), matching=matching)
        await people.governance.publish((adopted, adopted.decision_id))
        await people.co_op.wait_until_consumed("matching", "governance")
        await people.co_op.wait_until_consumed("matching", "identity")
        for person in (ada, bo):
            await found.look(person)
        await found.offer(wren)

        assert shown(await found.of(ada, with_file=False)) == [wren]
        again = await found.of(ada)
        assert (shown(again), again.held_back) == ([wren], 0), "a page that is opened again is no second showing"
        await found.offer(fern)
        await found.offer(moss, times=[profiles.WeeklyTime(day="sun", begins="09:00", ends="10:00")])
        for_bo = await found.of(bo)
        assert (shown(for_bo), for_bo.held_back, str(wren) in for_bo.file) == ([fern], 1, False)
        cover = await found.cover(bo)
        assert ([one.person_id for one in cover.team], cover.held_back) == ([str(fern)], 1), "a team is no way round the limit"
        await people.yes(bo, fern, found.token(bo))
        await people.yes(bo, fern, found.token(fern), introductions.INTRODUCTION_STEP_INTEREST)

        figures = await found.fairness(secretary)
        assert [(one.shown, one.introductions) for one in figures.workers] == [(1, 1), (1, 0), (0, 0)]
        assert (figures.gini_shown, figures.gini_introductions) == (
            pb.Share(numerator=1, denominator=3),
            pb.Share(numerator=2, denominator=3),
        )
        assert (figures.weeks, figures.shown_a_week) == (4, 1)
        with pytest.raises(NotAllowed):
            await found.fairness(ada)
        rows = await people.co_op.all_rows("matching", "showing")
        assert {(row[0], row[1]) for row in rows} == {(wren, ada), (fern, bo)}
        assert all(isinstance(row[2], date) and row[2].weekday() == 0 for row in rows)
        await people.co_op.move_clock(5 * 7 * 86_400)
        async with asyncio.timeout(60):
            while await people.co_op.all_rows("matching", "showing"):
                await asyncio.sleep(0.05)
