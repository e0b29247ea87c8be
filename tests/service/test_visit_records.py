"""Records of visits: the worker writes, the person confirms or disputes, and nothing that was said is ever changed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
import pytest
from google.protobuf.message import Message

from kith.scheduling.facts.v1 import facts_pb2 as facts
from kith.scheduling.v1 import visit_records_pb2 as pb
from libs import callers
from libs.database.engine import new_id
from libs.refusals import Conflict, FailedPrecondition, Invalid, NotAllowed, NotFound
from tests.support.running_co_op import Infrastructure
from tests.support.visit_people import VisitPeople, visit_people
from tests.support.visit_record_people import RecordPeople

_KINDS = pb.VisitRecordEntryKind.DESCRIPTOR.values_by_number


@asynccontextmanager
async def record_people(infrastructure: Infrastructure) -> AsyncIterator[tuple[VisitPeople, RecordPeople]]:
    async with visit_people(infrastructure) as people:
        yield people, RecordPeople(people)


def said(record: pb.VisitRecord) -> list[tuple[str, str]]:
    """What was said, and by whom, in its order."""
    return [(_KINDS[entry.kind].name.removeprefix("VISIT_RECORD_ENTRY_KIND_").lower(), entry.by) for entry in record.entries]


async def record_events(people: VisitPeople) -> list[Message]:
    kinds = (facts.VisitRecorded, facts.VisitConfirmed, facts.VisitDisputed)
    return [event for event in await people.co_op.published_events("scheduling") if isinstance(event, kinds)]


async def told(people: VisitPeople) -> list[tuple[str, set[str]]]:
    """Of records: kinds of notices, and whom they are for."""
    notices = [event for event in await people.co_op.published_events("scheduling") if isinstance(event, facts.NoticeWanted)]
    return [(notice.kind, set(notice.person_ids)) for notice in notices if notice.kind not in {"visit_agreed", "visit_taken"}]


@pytest.mark.capability("L6")
async def test_a_dispute_is_answered_with_a_new_entry_and_what_both_confirmed_stays(infrastructure: Infrastructure) -> None:
    ada, sister, wren = (new_id() for _ in range(3))
    async with record_people(infrastructure) as (people, records):
        await people.form_team(ada, worker=[wren])
        await people.let_act(sister, ada)
        visit = await records.visit(ada, wren)
        await records.go_after(visit, wren)
        as_ada = people.co_op.token(sister, acting_for=ada)
        assert (await records.get(visit, wren)).may_begin
        record = await records.write(visit, wren, records.at(12), records.at(13.5), "Lunch, and a walk")
        assert await records.dispute(record, as_ada, 1, "You left at one") == 2
        assert await records.stand_by(record, wren, 2, "I stayed for the walk") == 3
        assert await records.dispute(record, ada, 3, "There was no walk") == 4
        await records.write(visit, wren, records.at(12), records.at(13), "Lunch", record, 4)
        assert await records.confirm(record, ada, 5) == 6

        found = await records.get_one(visit, ada)
        assert found == await records.get_one(visit, wren) == await records.get_one(visit, as_ada)
        assert found.state == pb.VISIT_RECORD_STATE_CONFIRMED
        assert said(found) == [
            ("written", str(wren)), ("disputed", str(sister)), ("stood_by", str(wren)), ("disputed", str(ada)), ("written", str(wren)),
            ("confirmed", str(ada)),
        ]  # fmt: skip
        first, second = found.entries[0], found.entries[4]
        assert (first.note, second.note, found.entries[1].note) == ("Lunch, and a walk", "Lunch", "You left at one")
        assert found.confirmed_entry_id == found.entry_id == second.entry_id == found.entries[5].about_entry_id
        assert second.ends_at.ToDatetime() - second.starts_at.ToDatetime() == timedelta(hours=1)

        assert await told(people) == [
            ("visit_recorded", {str(ada)}), ("visit_disputed", {str(ada), str(wren)}), ("visit_stood_by", {str(ada)}),
            ("visit_disputed", {str(wren)}), ("visit_recorded", {str(ada)}), ("visit_confirmed", {str(wren)}),
        ]  # fmt: skip
        events = await record_events(people)
        assert [type(event) for event in events] == [
            facts.VisitRecorded, facts.VisitDisputed, facts.VisitDisputed, facts.VisitRecorded, facts.VisitConfirmed,
        ]  # fmt: skip
        confirmed = events[-1]
        assert isinstance(confirmed, facts.VisitConfirmed)
        assert (confirmed.visit_id, confirmed.worker_id, confirmed.confirmed_by) == (visit, str(wren), str(ada))
        assert (confirmed.starts_at, confirmed.ends_at, confirmed.replaced_entry_id) == (second.starts_at, second.ends_at, "")


@pytest.mark.capability("L6")
async def test_a_correction_of_what_is_confirmed_needs_both_again(infrastructure: Infrastructure) -> None:
    ada, wren = new_id(), new_id()
    async with record_people(infrastructure) as (people, records):
        await people.form_team(ada, worker=[wren])
        await records.set_timer(ada, ada)
        visit = await records.visit(ada, wren)
        await records.go_after(visit, wren)
        record = await records.write(visit, wren, records.at(12), records.at(13))
        await records.confirm(record, ada, 1)
        before = await records.get_one(visit, ada)
        await records.write(visit, wren, records.at(12), records.at(13.5), "And the post", record, 2)
        corrected = await records.get_one(visit, ada)
        assert (corrected.state, corrected.confirmed_entry_id) == (pb.VISIT_RECORD_STATE_WRITTEN, before.entry_id)
        assert not corrected.HasField("confirms_at"), "a correction waits for the person, however long it takes"
        await records.dispute(record, ada, 3)
        assert (await records.get_one(visit, ada)).confirmed_entry_id == before.entry_id
        assert await records.confirm(record, ada, 4) == 5, "who has looked again may say that it is right after all"
        after = await records.get_one(visit, ada)
        assert after.confirmed_entry_id == corrected.entry_id
        assert list(after.entries[:2]) == list(before.entries), "the old one stays as it was"
        await records.dispute(record, ada, 5, "Sorry, it was not")
        disputed = await records.get_one(visit, ada)
        assert (disputed.state, disputed.confirmed_entry_id) == (pb.VISIT_RECORD_STATE_DISPUTED, corrected.entry_id)
        replaced = [event.replaced_entry_id for event in await record_events(people) if isinstance(event, facts.VisitConfirmed)]
        assert replaced == ["", before.entry_id]


@pytest.mark.capability("L6")
async def test_with_one_tap_a_worker_says_that_they_start_and_that_they_finish(infrastructure: Infrastructure) -> None:
    ada, wren, robin = (new_id() for _ in range(3))
    async with record_people(infrastructure) as (people, records):
        await people.form_team(ada, worker=[wren, robin])
        visit = await records.visit(ada, wren, robin)
        await records.go_after(visit, wren, -16)
        assert not (await records.get(visit, wren)).may_begin
        with pytest.raises(FailedPrecondition, match="RECORD_TOO_EARLY"):
            await records.start(visit, wren)
        await records.go_after(visit, wren, -14)
        begun = await records.start(visit, wren)
        assert begun.version == 1
        attempt: Awaitable[object]
        for attempt in (people.cancel(visit, ada, 2), people.move(visit, ada, people.at(3), 2), people.give_back(visit, wren)):
            with pytest.raises(FailedPrecondition, match="VISIT_STARTED"):
                await attempt
        await people.give_back(visit, robin)
        with pytest.raises(FailedPrecondition, match="RECORD_BEGUN"):
            await records.start(visit, wren)
        with pytest.raises(FailedPrecondition, match="RECORD_NOT_WAITING"):
            await records.confirm(begun.record_id, ada, 1)
        await people.leave_team(ada, wren)
        assert str(wren) in (await people.get(visit, ada)).worker_ids, "who is there is there"
        await records.go_after(visit, wren, 50)
        await records.write(visit, wren, None, None, "", begun.record_id, 1)
        written = (await records.get_one(visit, ada)).entries[-1]
        assert written.ends_at.ToDatetime() - written.starts_at.ToDatetime() == timedelta(minutes=64)
        assert written.note == ""
        assert await records.confirm(begun.record_id, ada, 2) == 3


@pytest.mark.capability("L6")
async def test_nobody_but_the_two_sides_reads_or_answers(infrastructure: Infrastructure) -> None:
    ada, sister, wren, robin, bo, stranger = (new_id() for _ in range(6))
    async with record_people(infrastructure) as (people, records):
        await people.form_team(ada, worker=[wren, robin], friend=[bo])
        for holder, scope in ((sister, "team"), (bo, "money"), (wren, "team")):
            await people.let_act(holder, ada, scope)
        visit = await records.visit(ada, wren, robin)
        await records.go_after(visit, wren)
        as_ada, outside, wren_as_ada = (people.co_op.token(holder, acting_for=ada) for holder in (sister, bo, wren))
        record = await records.write(visit, wren, records.at(12), records.at(13), "Private")
        own = await records.write(visit, robin, records.at(12), records.at(13))
        attempt: Awaitable[object]
        for attempt in (records.get(visit, stranger), records.get(visit, sister)):
            with pytest.raises(NotFound, match="VISIT_UNKNOWN"):
                await attempt
        assert [found.record_id for found in (await records.get(visit, bo)).records] == [], "the rest of the team has its own eyes"
        assert [found.record_id for found in (await records.get(visit, robin)).records] == [own]
        assert [found.record_id for found in (await records.get(visit, as_ada)).records] == [record, own]
        for attempt in (records.confirm(record, bo, 1), records.dispute(record, stranger, 1), records.confirm(record, robin, 1)):
            with pytest.raises(NotFound, match="RECORD_UNKNOWN"):
                await attempt
        for attempt in (
            records.confirm(record, wren, 1),
            records.write(visit, ada, None, None, "", record, 1),
            records.stand_by(record, ada, 1),
        ):
            with pytest.raises(NotAllowed, match="NOT_YOURS"):
                await attempt
        for attempt in (records.get(visit, outside), records.confirm(record, outside, 1), records.set_timer(ada, outside)):
            with pytest.raises(NotAllowed, match="ACTING_OUTSIDE_SCOPE"):
                await attempt
        for attempt in (records.confirm(record, wren_as_ada, 1), records.dispute(record, wren_as_ada, 1)):
            with pytest.raises(NotAllowed, match="RECORD_YOURS"):
                await attempt
        for attempt in (records.set_timer(ada, wren), records.timer(ada, wren)):
            with pytest.raises(NotAllowed, match="NOT_YOURS"):
                await attempt
        await records.set_timer(ada, wren_as_ada)
        for worker, begun in ((wren, record), (robin, own)):
            await records.write(visit, worker, records.at(12), records.at(13), "Once more", begun, 1)
        timed = {found.record_id for found in (await records.get(visit, ada)).records if found.HasField("confirms_at")}
        assert timed == {own}, "no worker sets the timer for their own word"
        with pytest.raises(FailedPrecondition, match="VISIT_NOT_YOURS"):
            await records.start(visit, bo)
        reads = await people.co_op.all_rows("scheduling", "read_audit")
        assert {"visit record"} <= {str(cell) for row in reads for cell in row}


@pytest.mark.capability("L6")
async def test_times_that_cannot_be_are_refused_and_nothing_is_written(infrastructure: Infrastructure) -> None:
    ada, wren = new_id(), new_id()
    async with record_people(infrastructure) as (people, records):
        await people.form_team(ada, worker=[wren])
        visit = await records.visit(ada, wren)
        await records.go_after(visit, wren, 26 * 60)
        for starts, ends, reason in (
            (records.at(12, 1), records.at(11.5, 1), "RECORD_ENDS_FIRST"),
            (records.at(11, 1), records.at(13), "RECORD_TOO_LONG"),
            (records.at(12, 1), records.at(15), "RECORD_IN_FUTURE"),
            (records.at(12), records.at(13), "RECORD_OTHER_DAY"),
            (None, records.at(13), "RECORD_START_MISSING"),
            (pb.LocalMoment(day="2026-13-01"), records.at(13), "DATE_MALFORMED"),
        ):
            with pytest.raises(Invalid, match=reason):
                await records.write(visit, wren, starts, ends)
        with pytest.raises(Invalid, match="WORDS_TOO_LONG"):
            await records.write(visit, wren, records.at(12, 1), records.at(13, 1), "x" * 2001)
        with pytest.raises(Invalid, match="RECORD_OTHER_DAY"):
            await records.start(visit, wren)
        found = await records.get(visit, ada)
        assert (list(found.records), await record_events(people)) == ([], [])


@pytest.mark.capability("L6")
async def test_what_is_sent_twice_counts_once_and_of_two_at_one_moment_one(infrastructure: Infrastructure) -> None:
    ada, wren = new_id(), new_id()
    async with record_people(infrastructure) as (people, records):
        await people.form_team(ada, worker=[wren])
        visit = await records.visit(ada, wren)
        await records.go_after(visit, wren)
        starts, ends, request_id = records.at(12), records.at(13), str(new_id())
        sent = [await records.write(visit, wren, starts, ends, request_id=request_id) for _ in range(2)]
        assert sent[0] == sent[1]
        with pytest.raises(Conflict):
            await records.write(visit, wren, starts, records.at(13.5), request_id=request_id)
        with pytest.raises(FailedPrecondition, match="RECORD_BEGUN"):
            await records.write(visit, wren, starts, ends)
        assert said(await records.get_one(visit, ada)) == [("written", str(wren))]

        both = await asyncio.gather(
            records.write(visit, wren, starts, records.at(13.5), "More", sent[0], 1),
            records.confirm(sent[0], ada, 1),
            records.dispute(sent[0], ada, 1),
            return_exceptions=True,
        )
        refused = [result for result in both if isinstance(result, BaseException)]
        assert len(refused) == 2
        assert {type(refusal) for refusal in refused} == {Conflict}
        assert (await records.get_one(visit, ada)).version == 2

        other = await records.visit(ada, wren, ahead=3)
        await records.go_after(other, wren)
        begun = await asyncio.gather(*(records.start(other, wren) for _ in range(4)), return_exceptions=True)
        assert len([one for one in begun if not isinstance(one, BaseException)]) == 1
        assert {type(one) for one in begun if isinstance(one, BaseException)} == {FailedPrecondition}


@pytest.mark.capability("L6")
async def test_the_database_itself_keeps_what_was_said(infrastructure: Infrastructure) -> None:
    ada, wren = new_id(), new_id()
    async with record_people(infrastructure) as (people, records):
        await people.form_team(ada, worker=[wren])
        visit = await records.visit(ada, wren)
        await records.go_after(visit, wren)
        record = await records.write(visit, wren, records.at(12), records.at(13))
        await records.confirm(record, ada, 1)
        before = await people.co_op.all_rows("scheduling", "visit_record_entry")
        forbidden = (
            "update visit_record_entry set starts = starts - interval '1 hour'",
            "truncate visit_record_entry",
        )
        for caller in (callers.job("confirm_by_timer"), callers.Caller(str(wren), wren)):
            for statement in forbidden:
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    async with people.co_op.database_transaction("scheduling", caller=caller) as connection:
                        await connection.execute(statement)
            for statement in ("delete from visit_record_entry", "update visit_record_entry set said_by = worker, note = ''"):
                async with people.co_op.database_transaction("scheduling", caller=caller) as connection:
                    assert (await connection.execute(statement)).endswith(" 0")
        # Erasing empties what was said for who shared a visit, and nothing else.
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="stays as it was said"):
            async with people.co_op.database_transaction("scheduling", caller=callers.reaction("identity")) as connection:
                await connection.execute("update visit_record_entry set note = 'changed'")
        assert await people.co_op.all_rows("scheduling", "visit_record_entry") == before
