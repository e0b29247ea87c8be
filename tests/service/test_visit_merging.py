"""Two entries of one person are merged: their visits, their places and their teams are one, and nobody is in two places at once."""

import pytest

from kith.identity.facts.v1.facts_pb2 import PersonsMerged
from kith.matching.facts.v1.facts_pb2 import TeamMemberLeft
from kith.scheduling.facts.v1 import facts_pb2 as facts
from libs.database.engine import new_id
from libs.refusals import AlreadyExists, FailedPrecondition, NotFound
from services.scheduling.reactions import identity, matching
from tests.support.running_co_op import ZONE, Infrastructure
from tests.support.visit_people import VisitPeople, visit_people


async def merge(people: VisitPeople, kept: object, other: object) -> None:
    event = PersonsMerged(kept_person_id=str(kept), other_person_id=str(other))
    await people.identity.publish((event, str(kept)))
    await people.co_op.wait_until_consumed("scheduling", "identity")


@pytest.mark.capability("I1", "S1")
async def test_a_worker_with_two_entries_keeps_one_place_at_a_time(infrastructure: Infrastructure) -> None:
    ada, mo, kept, other = (new_id() for _ in range(4))
    async with visit_people(infrastructure) as people:
        await people.form_team(ada, worker=[kept])
        await people.form_team(mo, worker=[other])
        own = await people.propose(ada, ada, people.at(2))
        same_time, free_time = await people.propose(mo, mo, people.at(2, 12.5)), await people.propose(mo, mo, people.at(4))
        await people.take(own, kept)
        for visit in (same_time, free_time):
            await people.take(visit, other)
        for _ in range(2):
            await merge(people, kept, other)
        assert [visit.visit_id for visit in await people.list_visits(kept, kept, giving=True)] == [own, free_time]
        assert (await people.get(same_time, mo)).visit.free_places == 1
        with pytest.raises(AlreadyExists, match="WORKER_ELSEWHERE"):
            await people.take(same_time, kept)
        await people.give_back(free_time, kept)
        given_back = [event for event in await people.co_op.published_events("scheduling") if isinstance(event, facts.VisitGivenBack)]
        assert [(event.visit_id, event.worker_id, event.why) for event in given_back] == [
            (same_time, str(kept), "merged"), (free_time, str(kept), "given_back"),
        ]  # fmt: skip


async def test_who_leaves_leaves_with_the_entry_that_the_event_names(infrastructure: Infrastructure) -> None:
    ada, mo, kept, other = (new_id() for _ in range(4))
    async with visit_people(infrastructure) as people:
        await merge(people, kept, other)
        # Matching told of both before it heard of the merge.
        await people.form_team(ada, worker=[kept, other])
        await people.form_team(mo, worker=[other])
        to_ada, to_mo = await people.propose(ada, ada, people.at(2)), await people.propose(mo, mo, people.at(4))
        for visit in (to_ada, to_mo):
            await people.take(visit, kept)
        await people.leave_team(ada, other)
        assert (await people.get(to_ada, ada)).worker_ids == [str(kept)], "they are in the team as the other entry too"
        await people.leave_team(ada, kept)
        await people.leave_team(mo, kept)
        for visit, owner in ((to_ada, ada), (to_mo, mo)):
            assert (await people.get(visit, owner)).worker_ids == []
            with pytest.raises(NotFound, match="VISIT_UNKNOWN"):
                await people.take(visit, kept)


@pytest.mark.parametrize("other_is_older", [False, True])
async def test_two_teams_of_one_owner_are_one_also_after_a_rebuild(infrastructure: Infrastructure, *, other_is_older: bool) -> None:
    kept, other, wren, bo = (new_id() for _ in range(4))
    async with visit_people(infrastructure) as people:
        first, second = (other, kept) if other_is_older else (kept, other)
        await people.form_team(first, worker=[wren] if first == kept else [bo, kept])
        await people.form_team(second, worker=[wren] if second == kept else [bo, kept])
        of_kept, of_other = await people.propose(kept, wren, people.at(2)), await people.propose(other, bo, people.at(3))
        await people.agree(of_other, other)
        await people.take(of_other, kept)
        await merge(people, kept, other)
        assert [visit.visit_id for visit in await people.list_visits(kept, kept)] == [of_kept, of_other]
        assert await people.list_visits(kept, kept, giving=True) == [], "nobody comes to themselves"
        await people.co_op.rebuild("scheduling", matching.REACTIONS, identity.reactions(identity.eraser(ZONE), ZONE))
        for source in ("identity", "matching"):
            await people.co_op.wait_until_consumed("scheduling", source)
        assert await people.agree(of_kept, kept) == 2
        for worker in (wren, bo):
            assert set(await people.list_open(worker)) == {of_kept, of_other}
        await people.take(of_kept, bo)
        with pytest.raises(FailedPrecondition, match="NOT_IN_TEAM"):
            await people.take(of_other, kept)
        # Matching names the team of the entry in use.
        await people.matching.publish(
            (TeamMemberLeft(team_id=people.teams[kept], owner_id=str(kept), person_id=str(bo)), people.teams[kept]), at=people.co_op.now()
        )
        await people.co_op.wait_until_consumed("scheduling", "matching")
        assert (await people.get(of_kept, kept)).worker_ids == []
        assert await people.list_open(bo) == []


@pytest.mark.capability("I1", "T11")
async def test_two_entries_that_left_at_one_moment_have_left_once(infrastructure: Infrastructure) -> None:
    ada, kept, other = (new_id() for _ in range(3))
    async with visit_people(infrastructure) as people:
        await people.form_team(ada, worker=[kept, other])
        visits = [await people.propose(ada, ada, people.at(day)) for day in (2, 3)]
        for visit, worker in zip(visits, (kept, other), strict=True):
            await people.take(visit, worker)
        at = people.co_op.now()
        for worker in (kept, other):
            await people.leave_team(ada, worker, at)
        assert len(await people.co_op.all_rows("scheduling", "cover")) == 2
        await merge(people, kept, other)
        [(_, person, who, left_at, _, left, settled_at, _)] = await people.co_op.all_rows("scheduling", "cover")
        assert (person, who, left_at, settled_at) == (ada, kept, at, None)
        assert isinstance(left, list)
        assert set(map(str, left)) == set(visits)
