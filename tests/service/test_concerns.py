"""Something is wrong between two of a team: they talk, with somebody beside them or without, agree on something, or end it."""

from datetime import timedelta
from uuid import UUID

import pytest

from kith.identity.facts.v1.facts_pb2 import PersonErased, PersonsMerged
from kith.matching.facts.v1 import facts_pb2 as facts
from kith.scheduling.facts.v1 import facts_pb2 as visit_facts
from libs import callers
from libs.database.engine import new_id
from libs.refusals import AlreadyExists, FailedPrecondition, NotAllowed, NotFound
from services.scheduling.reactions import matching
from tests.support.concern_people import STEPS, ConcernPeople, concern_people
from tests.support.running_co_op import Infrastructure
from tests.support.waiting import wait_until


@pytest.mark.capability("T11")
async def test_two_talk_with_somebody_beside_them_and_nobody_else_reads_it(infrastructure: Infrastructure) -> None:
    async with concern_people(infrastructure) as people:
        ada, wren, robin, link, sister, stranger = await people.people.members(6)
        await people.make_link(link)
        team = await people.form_team(ada, wren, robin)
        as_ada = await people.people.let_act(sister, ada)
        wren_as_ada = await people.people.let_act(wren, ada)
        concern = await people.raise_concern(team, wren, ada, "You were not there, twice.")
        for attempt in (people.raise_concern(team, ada, wren), people.raise_concern(team, as_ada, wren)):
            with pytest.raises(AlreadyExists, match="CONCERN_OPEN"):
                await attempt
        assert await people.words(concern, ada) == await people.words(concern, as_ada) == ["You were not there, twice."]
        for outsider in (robin, link, stranger, wren_as_ada):
            with pytest.raises(NotFound, match="CONCERN_UNKNOWN"):
                await people.get(concern, outsider)
        assert await people.list_of(ada, wren_as_ada) == await people.list_of(link, link) == []

        await people.say("AskForFacilitator", concern, as_ada)
        assert list((await people.get(concern, wren)).link_ids) == [str(link)]
        with pytest.raises(FailedPrecondition, match="NOBODY_BESIDE_YOU"):
            await people.say("WriteConcernNote", concern, wren, words="For you alone", for_facilitator=True)
        await people.say("NameFacilitator", concern, ada, person_id=str(link))
        with pytest.raises(NotFound, match="CONCERN_UNKNOWN"):
            await people.get(concern, link)
        await people.say("NameFacilitator", concern, wren, person_id=str(link))
        asked = await people.get(concern, link)
        assert (list(asked.notes), asked.concern.facilitates, asked.concern.facilitator_accepted) == ([], True, False)
        await people.say("AnswerFacilitation", concern, link, accepted=True)
        await people.say("WriteConcernNote", concern, wren, words="I am afraid to say it", for_facilitator=True)
        await people.say("WriteConcernNote", concern, link, words="Shall we meet on Friday?")
        shared = ["You were not there, twice.", "Shall we meet on Friday?"]
        assert await people.words(concern, ada) == await people.words(concern, as_ada) == shared
        assert await people.words(concern, link) == await people.words(concern, wren) == [shared[0], "I am afraid to say it", shared[1]]
        readers = [row for row in await people.co_op.all_rows("matching", "read_audit") if "concern" in row]
        assert {str(row) for row in readers if str(link) in str(row) and str(ada) in str(row)}, "both see that somebody beside them looked"

        await people.both_name(concern, (ada, wren), robin)
        with pytest.raises(NotFound, match="CONCERN_UNKNOWN"):
            await people.get(concern, link)
        await people.say("AnswerFacilitation", concern, robin, accepted=True)
        assert await people.words(concern, robin) == shared, "what was for the one before stays with them"
        await people.say("SetConcernAside", concern, as_ada)
        assert await people.words(concern, wren) == []
        with pytest.raises(NotFound, match="CONCERN_UNKNOWN"):
            await people.get(concern, robin)


@pytest.mark.capability("T11")
async def test_who_acts_speaks_for_one_and_nothing_published_says_by_whose_wish(infrastructure: Infrastructure) -> None:
    async with concern_people(infrastructure) as people:
        ada, wren, sister = await people.people.members(3)
        team = await people.form_team(ada, wren)
        as_ada, wren_as_ada = await people.people.let_act(sister, ada), await people.people.let_act(wren, ada)
        with pytest.raises(NotAllowed, match="NOT_YOURS"):
            await people.raise_concern(team, wren_as_ada, wren)
        concern = await people.raise_concern(team, as_ada, wren, "It happened twice.")
        assert await people.words(concern, wren) == ["It happened twice."]
        await people.say("SetConcernAside", concern, wren)
        assert sorted(await people.told()) == sorted([("concern_step", ada), ("concern_step", wren)] * 2)
        events = [event for event in await people.co_op.published_events("matching") if "oncern" in str(event)]
        assert {type(event) for event in events} == {facts.NoticeWanted}
        assert not [said for said in ("twice", concern) if said in str(events)]
        async with people.co_op.database_transaction("matching", caller=callers.job("tests")) as rows:
            rows_of_notices = await rows.fetch("select actor, acting_for, subject from outbox where type like '%NoticeWanted'")
        assert [tuple(row)[:2] for row in rows_of_notices] == [("", "")] * 4, "nor do the envelopes"
        assert len({row["subject"] for row in rows_of_notices} - {concern}) == 4
        with pytest.raises(FailedPrecondition, match="CONCERN_SET_ASIDE"):
            await people.raise_concern(team, as_ada, wren)
        await people.say("SetConcernAside", await people.raise_concern(team, wren, ada), wren)  # who set it aside may begin again
        async with people.co_op.database_transaction("matching", caller=callers.job("tests")) as rows:
            await rows.execute("update concern set since = since - interval '14 days'")
        assert await people.raise_concern(team, as_ada, wren)


@pytest.mark.capability("T11")
async def test_both_agree_and_are_asked_once_and_overdue_steps_are_told_once(infrastructure: Infrastructure) -> None:
    async with concern_people(infrastructure) as people:
        ada, wren, robin = await people.people.members(3)
        two = (ada, wren)
        team = await people.form_team(ada, wren, robin)
        concern, slow = await people.raise_concern(team, ada, wren), await people.raise_concern(team, robin, wren)
        with pytest.raises(NotAllowed):
            await people.say("AnswerFacilitation", concern, await people.people.let_act(robin, ada), accepted=True)
        await people.agree(concern, two)
        assert await people.step(concern, ada) == STEPS.CONCERN_STEP_AGREED
        await people.co_op.move_clock(8 * 86_400)
        await _until_step(people, concern, ada, STEPS.CONCERN_STEP_LOOK_BACK)
        assert set((await people.told())[-2:]) == {("concern_look_back", ada), ("concern_look_back", wren)}
        await people.say("AnswerLookBack", concern, ada, well=True)
        assert await people.step(concern, wren) == STEPS.CONCERN_STEP_LOOK_BACK
        await people.say("AnswerLookBack", concern, wren, well=True)
        closed = (await people.get(concern, ada)).concern
        assert (closed.step, closed.repair.words) == (STEPS.CONCERN_STEP_REPAIRED, "Wren rings first")

        for days, is_kept in ((-179, True), (-180, False)):
            async with people.co_op.database_transaction("matching", caller=callers.job("tests")) as rows:
                await rows.execute("update concern set since = $1 where id = $2", people.co_op.now() + timedelta(days=days), UUID(concern))
            await people.forget_passed()
            assert (concern in await people.list_of(ada, ada)) is is_kept, "as long as the rulebook says"

        await people.co_op.move_clock(15 * 86_400)
        await people.raise_concern(team, ada, wren)  # an event of our own wakes the job

        async def overdue_told() -> bool:
            return {("concern_overdue", robin), ("concern_overdue", wren)} <= set(await people.told())

        await wait_until(overdue_told, "both are told that it takes longer")
        for shift in (16, 17):
            await people.co_op.move_clock(shift * 86_400)
            await people.raise_concern(team, ada, robin) if shift == 16 else None
        told = await people.told()
        assert [told.count(("concern_overdue", one)) for one in (robin, wren)] == [1, 1]
        assert await people.step(slow, wren) == STEPS.CONCERN_STEP_TALK, "nobody is pushed"


@pytest.mark.capability("T11")
async def test_when_it_ends_the_visits_that_need_somebody_are_found_before_it_is_over(infrastructure: Infrastructure) -> None:
    async with concern_people(infrastructure) as people:
        ada, wren, robin = await people.people.members(3)
        team = await people.form_team(ada, wren, robin)
        near, nearer, far = [await people.visit(ada, wren, ahead) for ahead in (9, 3, 40)]
        concern, side = await people.raise_concern(team, ada, wren, "No."), await people.raise_concern(team, robin, wren)
        await people.say("EndWorkingTogether", concern, ada)
        assert [place.person_id for place in (await people.people.get_team(team, people.token(ada))).members] == [str(robin)]
        for one in (concern, side):
            assert await people.step(one, wren) == STEPS.CONCERN_STEP_COVER
        assert await people.words(concern, ada) == []
        await people.co_op.wait_until_consumed("scheduling", "matching")
        assert await people.uncovered(ada) == [[nearer, near, far]]
        scheduled = await people.co_op.published_events("scheduling")
        [needed] = [event for event in scheduled if isinstance(event, visit_facts.CoverNeeded)]
        assert (needed.worker_id, sorted(needed.visit_ids)) == (str(wren), sorted([near, nearer, far]))
        told = [event for event in scheduled if isinstance(event, visit_facts.NoticeWanted) and event.kind == "cover_needed"]
        assert [(list(event.person_ids), event.about_id.partition(".")[0]) for event in told] == [([str(ada)], needed.cover_id)]
        with pytest.raises(NotAllowed, match="NOT_YOURS"):
            await people.uncovered(ada, by=robin)

        await people.take(near, robin)
        assert await people.step(concern, ada) == STEPS.CONCERN_STEP_COVER, "another visit before the day needs somebody"
        await people.take(nearer, robin)
        await _until_step(people, concern, ada, STEPS.CONCERN_STEP_ENDED)
        await _until_step(people, side, robin, STEPS.CONCERN_STEP_ENDED)
        assert await people.uncovered(ada) == []
        with pytest.raises(FailedPrecondition, match="CONCERN_OVER"):
            await people.say("EndWorkingTogether", concern, wren)
        await people.co_op.rebuild("scheduling", matching.REACTIONS)
        await people.co_op.wait_until_consumed("scheduling", "matching")
        scheduled = await people.co_op.published_events("scheduling")
        raised = [event for event in scheduled if isinstance(event, visit_facts.CoverNeeded | visit_facts.CoverSettled)]
        assert [type(event) for event in raised] == [visit_facts.CoverNeeded, visit_facts.CoverSettled], "once for each leave"


@pytest.mark.capability("T11")
async def test_whoever_leaves_a_team_in_whatever_way_leaves_its_concerns_too(infrastructure: Infrastructure) -> None:
    """A member who leaves by the page of the team; a person who needs nobody; and somebody who had no visit to come."""
    async with concern_people(infrastructure) as people:
        ada, wren, robin, jay = await people.people.members(4)
        team = await people.form_team(ada, wren, robin, jay)
        await people.visit(ada, wren, 5)
        concern, without = await people.raise_concern(team, wren, ada), await people.raise_concern(team, robin, jay)
        await people.end_place(team, wren, wren)
        await people.say("EndWorkingTogether", without, robin)
        await _until_step(people, without, jay, STEPS.CONCERN_STEP_ENDED)
        [[_]] = await people.uncovered(ada)
        found = await people.open_covers(ada)
        await people.need_no_cover(found[0], ada)
        await _until_step(people, concern, wren, STEPS.CONCERN_STEP_ENDED)
        with pytest.raises(FailedPrecondition, match="COVER_SETTLED"):
            await people.need_no_cover(found[0], ada)
        settled = [event.how for event in await people.co_op.published_events("scheduling") if isinstance(event, visit_facts.CoverSettled)]
        assert sorted(settled) == ["none", "not_needed"]
        await people.form_team(ada, wren)
        again = await people.raise_concern(team, wren, ada)
        assert await people.step(again, ada) == STEPS.CONCERN_STEP_TALK, "nothing of before stands in the way"
        # One that waits to be covered, of which scheduling says nothing any more, is not kept for ever.
        for days, is_kept in ((-179, True), (-181, False)):
            async with people.co_op.database_transaction("matching", caller=callers.job("tests")) as rows:
                due = people.co_op.now() + timedelta(days=days)
                await rows.execute("update concern set step = 'cover', leaver = $1, due = $2 where id = $3", wren, due, UUID(again))
            await people.forget_passed()
            assert (again in await people.list_of(ada, ada)) is is_kept


async def test_entries_of_one_person_are_one_and_nothing_stays_of_who_is_erased(infrastructure: Infrastructure) -> None:
    async with concern_people(infrastructure) as people:
        ada, wren, robin, kept = await people.people.members(4)
        team = await people.form_team(ada, wren, robin)
        concern, other = await people.raise_concern(team, wren, ada, "Words"), await people.raise_concern(team, robin, ada)
        await people.say("AskForFacilitator", other, ada)
        await people.both_name(other, (ada, robin), wren)
        await people.say("AnswerFacilitation", other, wren, accepted=True)
        await people.say("NameFacilitator", other, ada, person_id=str(kept))
        await people.people.identity.publish((PersonsMerged(kept_person_id=str(kept), other_person_id=str(wren)), str(kept)))
        await people.co_op.wait_until_consumed("matching", "identity")
        mine = (await people.get(concern, kept)).concern
        assert (list(mine.person_ids), mine.raised_by) == ([str(kept), str(ada)], str(kept))
        assert await people.words(concern, kept) == ["Words"]
        assert {kind for kind, _ in await people.people.exported(kept)} >= {"concern", "concern_note"}
        as_kept = await people.people.let_act(robin, kept, "data_rights")
        assert {kind for kind, _ in await people.people.exported(kept, as_kept)} & {"concern", "concern_note"} == set()
        async with people.co_op.database_transaction("matching", caller=callers.job("tests")) as rows:
            await rows.execute("update concern set step = 'cover', leaver = $1 where id = $2", kept, UUID(concern))
        await people.settle(ada, wren)  # scheduling has not heard of the merge
        assert await people.step(concern, ada) == STEPS.CONCERN_STEP_ENDED

        await people.people.identity.publish((PersonErased(erasure_id=str(new_id()), person_ids=[str(kept)]), str(kept)))
        await people.co_op.wait_until_consumed("matching", "identity")
        assert await people.list_of(ada, ada) == [other]
        assert await people.co_op.all_rows("matching", "concern_note") == []
        left = (await people.get(other, ada)).concern
        assert (left.named_id, left.other_named_id, left.facilitator_id) == ("", "", "")


async def test_who_is_no_longer_a_member_is_beside_nobody(infrastructure: Infrastructure) -> None:
    async with concern_people(infrastructure) as people:
        ada, wren, jay, sister = await people.people.members(4)
        team = await people.form_team(ada, wren)
        concern = await people.raise_concern(team, ada, wren, facilitated=True)
        await people.people.let_act(sister, ada)
        with pytest.raises(Exception, match="FACILITATOR_ON_A_SIDE"):
            await people.say("NameFacilitator", concern, wren, person_id=str(sister))
        await people.both_name(concern, (ada, wren), jay)
        await people.people.leave(jay)

        async def nobody_beside() -> bool:
            return (await people.get(concern, ada)).concern.facilitator_id == ""

        await wait_until(nobody_beside, "they look for somebody else")
        with pytest.raises(NotFound, match="MEMBER_UNKNOWN"):
            await people.say("NameFacilitator", concern, ada, person_id=str(jay))


async def _until_step(people: ConcernPeople, concern: str, by: UUID, step: "STEPS.ValueType") -> None:
    async def reached() -> bool:
        return await people.step(concern, by) == step

    await wait_until(reached, f"the concern reaches {STEPS.Name(step)}")
