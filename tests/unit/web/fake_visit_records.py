"""Fake of visits' records: one about Ada that waits for her, one by Ada that Mo says is not right."""

from datetime import datetime, timedelta

from kith.scheduling.v1 import visit_records_pb2 as pb
from kith.scheduling.v1 import visit_tasks_pb2 as tasks
from tests.unit.web.fake_people import ADA, MO, NOW, FakeService, to_timestamp
from tests.unit.web.fake_visit_tasks import TABLETS, WASH
from tests.unit.web.fake_visits import GIVEN, HAD

TO_ADA, BY_ADA = (f"01939f00-0000-7000-8000-0000000000e{number}" for number in (1, 2))


class FakeVisitRecordService(FakeService):
    """Tests change `records` and `may_begin` for what they want to see."""

    def __init__(self) -> None:
        self.records = {
            HAD: _record(TO_ADA, HAD, ADA, MO, pb.VISIT_RECORD_STATE_WRITTEN, NOW - timedelta(days=1)),
            GIVEN: _record(BY_ADA, GIVEN, MO, ADA, pb.VISIT_RECORD_STATE_DISPUTED, NOW - timedelta(days=2)),
        }
        say(self.records[GIVEN], pb.VISIT_RECORD_ENTRY_KIND_DISPUTED, MO, "You left at ten")
        self.may_begin = False
        self.timer = pb.GetTimedConfirmationResponse(after_days=7)
        super().__init__(pb.DESCRIPTOR.services_by_name["VisitRecordService"])

    def GetVisitRecords(self, request: pb.GetVisitRecordsRequest) -> pb.GetVisitRecordsResponse:
        record = self.records.get(request.visit_id)
        is_time = self.may_begin or record is not None or request.visit_id in {HAD, GIVEN}
        return pb.GetVisitRecordsResponse(records=[record] if record else [], is_time=is_time, may_begin=self.may_begin)

    def GetTimedConfirmation(self, _request: pb.GetTimedConfirmationRequest) -> pb.GetTimedConfirmationResponse:
        return self.timer


def say(record: pb.VisitRecord, kind: "pb.VisitRecordEntryKind.ValueType", by: str, note: str = "") -> pb.VisitRecordEntry:
    """One entry more, an hour after the one before."""
    at = record.entries[-1].at.ToDatetime() + timedelta(hours=1)
    record.version += 1
    return record.entries.add(
        entry_id=f"{record.record_id[:-2]}{record.version:02}",
        kind=kind,
        by=by,
        at=to_timestamp(at),
        note=note,
        about_entry_id=record.entry_id,
    )


def _record(record: str, visit: str, person: str, worker: str, state: "pb.VisitRecordState.ValueType", starts: datetime) -> pb.VisitRecord:
    ends = starts + timedelta(hours=1)
    entry = pb.VisitRecordEntry(
        entry_id=f"{record[:-2]}01",
        kind=pb.VISIT_RECORD_ENTRY_KIND_WRITTEN,
        by=worker,
        at=to_timestamp(ends),
        starts_at=to_timestamp(starts),
        ends_at=to_timestamp(ends),
        note="Breakfast, and the post",
    )
    entry.tasks.add(
        task_id=WASH,
        kind=tasks.VISIT_TASK_KIND_PERSONAL_CARE,
        words="Help me wash",
        outcome=pb.TASK_OUTCOME_KIND_NOT_DONE,
        reason="No hot water",
    )
    entry.tasks.add(
        task_id=TABLETS,
        kind=tasks.VISIT_TASK_KIND_MEDICINES,
        words="The blue tablets",
        outcome=pb.TASK_OUTCOME_KIND_TAKEN,
        at=to_timestamp(starts),
    )
    return pb.VisitRecord(
        record_id=record,
        visit_id=visit,
        person_id=person,
        worker_id=worker,
        state=state,
        version=1,
        entry_id=entry.entry_id,
        entries=[entry],
    )
