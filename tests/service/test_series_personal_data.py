"""Visits that repeat as personal data: exported, kept as long as visits, gone with an erased person, and one person's after a merge."""

import json
from uuid import UUID

import pytest

from kith.governance.facts.v1.facts_pb2 import RulebookAdopted
from kith.identity.facts.v1.facts_pb2 import HoldPlaced, PersonErased, PersonsMerged
from kith.person.v1 import person_rights_pb2 as rights
from kith.person.v1.person_rights_pb2_grpc import PersonRightsServiceStub
from kith.scheduling.facts.v1 import facts_pb2 as facts
from kith.scheduling.v1 import visit_series_pb2 as pb
from libs.database.engine import new_id
from libs.refusals import NotFound
from libs.rpc.client import call_service
from services.scheduling.reactions import identity, matching
from tests.service.test_visit_retention import dispose
from tests.support.gap_people import GapPeople
from tests.support.running_co_op import Infrastructure, event_publisher
from tests.support.series_people import ZONE, SeriesPeople
from tests.support.visit_people import visit_people


@pytest.mark.capability("L5")
async def test_a_series_is_exported_and_goes_with_its_person(infrastructure: Infrastructure) -> None:
    ada, wren, mo = (new_id() for _ in range(3))
    async with visit_people(infrastructure) as people:
        everybody = SeriesPeople(people)
        for owner in (ada, mo):
            await people.form_team(owner, worker=[wren])
        series = await everybody.propose(ada, wren, everybody.pattern())
        await everybody.agree(series, ada)
        other, later = [await everybody.propose(mo, mo, everybody.pattern(hour=hour)) for hour in (15, 18)]
        gaps, noon = GapPeople(people), await everybody.propose(ada, ada, everybody.pattern(hour=13))
        gap = await gaps.propose(wren, (("series", series), ("series", noon)), 60, 240)
        of_mo = await gaps.propose(mo, (("series", other), ("series", later)), 60)
        stub = people.co_op.stub_at("scheduling", PersonRightsServiceStub)
        request = rights.ExportRequest(person_id=str(ada), page_size=200)
        records = (await call_service(stub.Export, request, people.token(ada))).records
        by_id = {(one := json.loads(record.json))["id"]: one for record in records if record.kind in ("visit_series", "visit_gap")}
        assert by_id.keys() == {series, noon, gap}
        exported, rule = by_id[series], by_id[gap]
        assert (rule["first_series"], rule["least"], rule["most"], rule["state"]) == (series, 60, 240, "proposed")
        assert (exported["id"], exported["proposed_by"], exported["state"]) == (series, str(wren), "agreed")
        assert {json.loads(record.json)["series"] for record in records if record.kind == "visit"} == {series, noon}

        erased = PersonErased(erasure_id=str(new_id()), person_ids=[str(ada)])
        await people.identity.publish((erased, str(ada)))
        await people.co_op.wait_until_consumed("scheduling", "identity")
        assert {row[0] for row in await people.co_op.all_rows("scheduling", "visit_series")} == {UUID(other), UUID(later)}
        assert len(await people.co_op.all_rows("scheduling", "visit")) == 2 * len((await everybody.get(other, mo)).visits)
        assert {row[0] for row in await people.co_op.all_rows("scheduling", "visit_gap")} == {UUID(of_mo)}
        [done] = [event for event in await people.co_op.published_events("scheduling") if isinstance(event, facts.PersonDataErased)]
        assert {"visit", "visit_series", "visit_gap"} <= set(done.deleted_kinds)
        await everybody.run_job(10)
        assert {row[1] for row in await people.co_op.all_rows("scheduling", "visit")} == {mo}, "nothing more is made for who is erased"


@pytest.mark.capability("L5")
async def test_a_series_is_kept_as_long_as_visits_from_its_last_day(infrastructure: Infrastructure) -> None:
    ada, mo, bo = (new_id() for _ in range(3))
    async with visit_people(infrastructure) as people, event_publisher(people.co_op, "governance") as governance:
        everybody = SeriesPeople(people)
        for owner in (ada, mo):
            await people.form_team(owner, friend=[bo])
        short, running, held = [
            await everybody.propose(owner, owner, everybody.pattern(last=last)) for owner, last in ((ada, 5), (ada, None), (mo, 5))
        ]
        unanswered = await everybody.propose(ada, bo, everybody.pattern())
        gaps, noon = GapPeople(people), await everybody.propose(ada, ada, everybody.pattern(hour=13))
        ended, lasting = [await gaps.propose(ada, (("series", running), ("series", noon)), 60, next_day=night) for night in (False, True)]
        await gaps.end(ended, ada)
        placed = HoldPlaced(hold_id=str(new_id()), person_id=str(mo))
        await people.identity.publish((placed, str(mo)))
        await people.co_op.wait_until_consumed("scheduling", "identity")
        adopted = RulebookAdopted()
        adopted.retention.add(kind="visits", years=1, after="visiting")
        await governance.publish((adopted, str(new_id())))
        await people.co_op.wait_until_consumed("scheduling", "governance")
        assert await dispose(people, days=300) == 0
        await dispose(people, days=366 + 10)
        left = {str(row[0]) for row in await people.co_op.all_rows("scheduling", "visit_series")}
        assert left == {running, held, noon}
        assert {str(row[0]) for row in await people.co_op.all_rows("scheduling", "visit_gap")} == {lasting}, "from the day of its end"
        assert unanswered not in left, "what was never answered goes from the day on which it would have begun"
        assert short not in left


@pytest.mark.capability("I1")
@pytest.mark.parametrize("other_is_older", [False, True])
async def test_the_series_of_two_entries_are_one_persons_also_after_a_rebuild(
    infrastructure: Infrastructure, *, other_is_older: bool
) -> None:
    kept, other, wren, bo = (new_id() for _ in range(4))
    async with visit_people(infrastructure) as people:
        everybody = SeriesPeople(people)
        owners = [(kept, wren), (other, bo)]
        for owner, worker in reversed(owners) if other_is_older else owners:
            await people.form_team(owner, worker=[worker])
        of_kept, of_other = (
            await everybody.propose(kept, kept, everybody.pattern()),
            await everybody.propose(other, other, everybody.pattern()),
        )
        by_other = await everybody.propose(other, bo, everybody.pattern())
        gaps, noon = GapPeople(people), await everybody.propose(other, other, everybody.pattern(hour=13))
        gap = await gaps.propose(bo, (("series", of_other), ("series", noon)), 60)
        with pytest.raises(NotFound, match="SERIES_UNKNOWN"):
            await everybody.get(of_other, kept)
        event = PersonsMerged(kept_person_id=str(kept), other_person_id=str(other))
        await people.identity.publish((event, str(kept)))
        await people.co_op.wait_until_consumed("scheduling", "identity")
        await people.co_op.rebuild("scheduling", matching.REACTIONS, identity.reactions(identity.eraser(ZONE), ZONE))
        for source in ("identity", "matching"):
            await people.co_op.wait_until_consumed("scheduling", source)
        assert set(await everybody.list_series(kept)) == {of_kept, of_other, by_other, noon}
        for worker in (wren, bo):
            assert set(await everybody.list_series(worker)) == {of_kept, of_other, by_other, noon}, "two teams of one owner are one"
            assert await gaps.list_of(kept, worker) == [gap]
        assert await gaps.agree(gap, kept) == 2
        assert await everybody.agree(by_other, kept) == 2
        assert (await everybody.get(of_other, kept)).series.state == pb.SERIES_STATE_AGREED
        await everybody.end(of_other, kept, people.day(5))
        await everybody.run_job(3)
        visits = await people.list_visits(kept, kept, days=60, size=200)
        assert {visit.series_id for visit in visits} == {of_kept, of_other, by_other, noon}
