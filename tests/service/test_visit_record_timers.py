"""Timers confirm only where the person agreed to it beforehand, after the rulebook's days; and records follow merges, erasure and time."""

from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from kith.governance.facts.v1.facts_pb2 import RulebookAdopted
from kith.identity.facts.v1.facts_pb2 import PersonErased, PersonsMerged
from kith.person.v1.person_rights_pb2 import ExportRequest
from kith.person.v1.person_rights_pb2_grpc import PersonRightsServiceStub
from kith.scheduling.facts.v1 import facts_pb2 as facts
from kith.scheduling.v1 import visit_records_pb2 as pb
from libs import callers
from libs.database.engine import Database, new_id
from libs.host.dispose_records import dispose_records_job
from libs.refusals import NotAllowed
from libs.rpc.client import call_service
from services.scheduling.storage.person_tables import PERSON_TABLES
from tests.support.running_co_op import Infrastructure, event_publisher
from tests.support.visit_people import VisitPeople, visit_people
from tests.support.visit_record_people import RecordPeople
from tests.support.waiting import wait_until


async def confirmations(people: VisitPeople) -> list[facts.VisitConfirmed]:
    return [event for event in await people.co_op.published_events("scheduling") if isinstance(event, facts.VisitConfirmed)]


@pytest.mark.capability("L6")
async def test_the_timer_confirms_for_who_agreed_before_and_the_entry_says_so(infrastructure: Infrastructure) -> None:
    ada, sister, mo, wren = (new_id() for _ in range(4))
    async with visit_people(infrastructure) as people, event_publisher(people.co_op, "governance") as governance:
        records = RecordPeople(people)
        await people.form_team(ada, worker=[wren])
        await people.form_team(mo, worker=[wren])
        assert (await records.timer(ada, ada)).after_days == 7
        adopted = RulebookAdopted()
        adopted.visits.confirm_after_days = 3
        await governance.publish((adopted, str(new_id())))
        await people.co_op.wait_until_consumed("scheduling", "governance")
        to_ada, to_mo = await records.visit(ada, wren, ahead=2), await records.visit(mo, wren, ahead=3)
        await records.set_timer(ada, await people.let_act(sister, ada))
        agreed = await records.timer(ada, ada)
        assert (agreed.agreed, agreed.after_days, agreed.HasField("since")) == (True, 3, True)
        await records.go_after(to_ada, wren)
        await records.write(to_ada, wren, records.at(12), records.at(13))
        confirms_at = (await records.get_one(to_ada, wren)).confirms_at.ToDatetime()
        await records.go_after(to_mo, wren)
        await records.write(to_mo, wren, records.at(12), records.at(13))
        await records.set_timer(mo, mo)
        assert not (await records.get_one(to_mo, mo)).HasField("confirms_at"), "beforehand means beforehand"

        await records.go_after(to_ada, wren, 120 + 3 * 24 * 60 - 2)
        assert await confirmations(people) == []
        await records.go_after(to_ada, wren, 120 + 30 * 24 * 60)
        await wait_until(lambda: _is_confirmed(records, to_ada, ada), "the timer has confirmed it")
        found = await records.get_one(to_ada, ada)
        timed = found.entries[-1]
        assert (timed.kind, timed.by, timed.at.ToDatetime() >= confirms_at) == (pb.VISIT_RECORD_ENTRY_KIND_CONFIRMED, "", True)
        assert (await records.get_one(to_mo, mo)).state == pb.VISIT_RECORD_STATE_WRITTEN
        [event] = await confirmations(people)
        assert (event.visit_id, event.confirmed_by) == (to_ada, "")
        notices = [event for event in await people.co_op.published_events("scheduling") if isinstance(event, facts.NoticeWanted)]
        assert [(notice.kind, list(notice.person_ids)) for notice in notices[-2:]] == [
            ("visit_confirmed", [str(wren)]), ("visit_timer_confirmed", [str(ada)]),
        ]  # fmt: skip
        await records.dispute(found.record_id, ada, 2, "I was away")


async def _is_confirmed(records: RecordPeople, visit: str, by: UUID) -> bool:
    return (await records.get_one(visit, by)).state == pb.VISIT_RECORD_STATE_CONFIRMED


@pytest.mark.capability("L6")
async def test_who_takes_it_back_or_disputes_stops_the_timer(infrastructure: Infrastructure) -> None:
    ada, wren = new_id(), new_id()
    async with visit_people(infrastructure) as people:
        records = RecordPeople(people)
        await people.form_team(ada, worker=[wren])
        visits = [await records.visit(ada, wren, ahead=ahead) for ahead in (2, 3)]
        await records.set_timer(ada, ada)
        ids = []
        for visit in visits:
            await records.go_after(visit, wren)
            ids.append(await records.write(visit, wren, records.at(12), records.at(13)))
            assert (await records.get_one(visit, ada)).HasField("confirms_at")
        await records.dispute(ids[0], ada, 1)
        await records.stand_by(ids[0], wren, 2)
        await records.set_timer(ada, ada, agreed=False)
        assert not (await records.timer(ada, ada)).agreed
        await records.set_timer(ada, ada)
        for visit in visits:
            assert not (await records.get_one(visit, ada)).HasField("confirms_at")
        due = await people.co_op.all_rows("scheduling", "visit_record")
        assert [row[8] for row in due] == [None, None]


@pytest.mark.capability("L6", "I1")
async def test_records_follow_a_merge_and_nobody_confirms_their_own(infrastructure: Infrastructure) -> None:
    ada, wren, kept, other = (new_id() for _ in range(4))
    async with visit_people(infrastructure) as people:
        records = RecordPeople(people)
        await people.form_team(other, worker=[wren])
        await people.form_team(ada, worker=[other, kept])
        await records.set_timer(other, other)
        to_other, by_both = await records.visit(other, wren), await records.visit(ada, other, kept, ahead=3)
        await records.go_after(to_other, wren)
        of_other = await records.write(to_other, wren, records.at(12), records.at(13))
        await records.go_after(by_both, ada)
        theirs = await records.write(by_both, other, records.at(12), records.at(12.5), "First half")
        own = await records.write(by_both, kept, records.at(12.5), records.at(13), "Second half")
        event = PersonsMerged(kept_person_id=str(kept), other_person_id=str(other))
        await people.identity.publish((event, str(kept)))
        await people.co_op.wait_until_consumed("scheduling", "identity")

        moved = await records.get_one(to_other, kept)
        assert (moved.person_id, moved.HasField("confirms_at")) == (str(kept), False)
        assert not (await records.timer(kept, kept)).agreed
        assert await records.confirm(of_other, kept, 1) == 2
        assert {found.record_id for found in (await records.get(by_both, kept)).records} == {theirs, own}
        await records.write(by_both, kept, records.at(12), records.at(12.75), "A bit more", theirs, 1)
        assert await records.confirm(theirs, ada, 2) == 3
        assert {entry.by for found in (await records.get(by_both, ada)).records for entry in found.entries} == {str(kept), str(ada)}

        again = PersonsMerged(kept_person_id=str(kept), other_person_id=str(wren))
        await people.identity.publish((again, str(kept)))
        await people.co_op.wait_until_consumed("scheduling", "identity")
        with pytest.raises(NotAllowed, match="RECORD_YOURS"):
            await records.dispute(of_other, kept, 2)


@pytest.mark.capability("L6", "L5")
async def test_a_person_gets_the_records_about_them_and_erasing_leaves_what_is_somebody_elses(infrastructure: Infrastructure) -> None:
    ada, mo, wren = (new_id() for _ in range(3))
    async with visit_people(infrastructure) as people:
        records = RecordPeople(people)
        await people.form_team(ada, worker=[wren])
        await people.form_team(mo, worker=[wren])
        to_ada, to_mo = await records.visit(ada, wren), await records.visit(mo, wren, ahead=3)
        await records.go_after(to_mo, wren)
        at = (records.at(12), records.at(13))
        record = await records.write(to_mo, wren, *at, "Mo's own words about soup")
        await records.confirm(record, mo, 1)
        await records.write(to_ada, wren, records.at(12, 1), records.at(13, 1), "About Ada")
        await records.set_timer(mo, mo)
        assert await exported(people, mo) >= {"visit_record", "visit_record_entry", "timed_confirmation"}
        assert "Mo's own words about soup" in await exported_words(people, wren)
        assert "Mo's own words about soup" not in await exported_words(people, ada)

        await erase(people, wren)
        assert (await records.get_one(to_mo, mo)).entries[0].note == "Mo's own words about soup", "it is in somebody else's record"
        await erase(people, mo)
        for table, left in (("visit_record", 1), ("visit_record_entry", 1), ("timed_confirmation", 0)):
            assert len(await people.co_op.all_rows("scheduling", table)) == left, table
        done = [event for event in await people.co_op.published_events("scheduling") if isinstance(event, facts.PersonDataErased)]
        assert "visit_record_entry" in done[0].kept_kinds
        assert {"visit_record", "visit_record_entry", "timed_confirmation"} <= set(done[1].deleted_kinds)


async def erase(people: VisitPeople, person: UUID) -> None:
    event = PersonErased(erasure_id=str(new_id()), person_ids=[str(person)])
    await people.identity.publish((event, str(person)))
    await people.co_op.wait_until_consumed("scheduling", "identity")


async def _export(people: VisitPeople, person: UUID) -> list[tuple[str, str]]:
    stub, request, found = (
        people.co_op.stub_at("scheduling", PersonRightsServiceStub),
        ExportRequest(person_id=str(person)),
        list[tuple[str, str]](),
    )
    while True:
        page = await call_service(stub.Export, request, people.token(person))
        found += [(record.kind, record.json) for record in page.records]
        if not page.next_page_token:
            return found
        request.page_token = page.next_page_token


async def exported(people: VisitPeople, person: UUID) -> set[str]:
    return {kind for kind, _ in await _export(people, person)}


async def exported_words(people: VisitPeople, person: UUID) -> str:
    return " ".join(json for _, json in await _export(people, person))


@pytest.mark.capability("L6", "L5")
async def test_records_go_with_their_visit(infrastructure: Infrastructure) -> None:
    ada, wren = new_id(), new_id()
    async with visit_people(infrastructure) as people, event_publisher(people.co_op, "governance") as governance:
        records = RecordPeople(people)
        await people.form_team(ada, worker=[wren])
        visit = await records.visit(ada, wren)
        await records.go_after(visit, wren)
        await records.confirm(await records.write(visit, wren, records.at(12), records.at(13)), ada, 1)
        adopted = RulebookAdopted()
        adopted.retention.add(kind="visits", years=1, after="visiting")
        await governance.publish((adopted, str(new_id())))
        await people.co_op.wait_until_consumed("scheduling", "governance")
        job = dispose_records_job(PERSON_TABLES, ZoneInfo("Europe/London"), ())
        database = Database(people.co_op.databases["scheduling"].run_url)
        try:
            async with database.work(callers.job(job.name), people.co_op.now() + timedelta(days=370), "tests") as work:
                assert await job.run(work) == 1
        finally:
            await database.close()
        for table in ("visit", "visit_place", "visit_record", "visit_record_entry"):
            assert await people.co_op.all_rows("scheduling", table) == [], table
