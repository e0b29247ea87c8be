"""The RPCs of visits' records."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1 import visit_records_pb2 as pb
from kith.scheduling.v1 import visit_tasks_pb2 as tasks
from kith.scheduling.v1.enums import TaskOutcomeKind
from libs.access.acting_audit import while_acting
from libs.host.component import Runtime
from libs.rpc.binding import BoundService, bind, command, query
from libs.rpc.enums import from_wire, to_wire
from libs.rpc.fields import parse_day, parse_id, parse_moment, timestamp
from services.scheduling.commands.confirm_visit import confirm_visit
from services.scheduling.commands.dispute_visit import dispute_visit
from services.scheduling.commands.record_visit import record_visit
from services.scheduling.commands.send_visit import send_visit
from services.scheduling.commands.set_timed_confirmation import set_timed_confirmation
from services.scheduling.commands.stand_by_visit import stand_by_visit
from services.scheduling.commands.start_visit import start_visit
from services.scheduling.domain.record_times import LocalMoment
from services.scheduling.domain.task_outcome import SaidOutcome, TaskOutcome
from services.scheduling.domain.visit_record import RecordEntry, VisitRecord
from services.scheduling.queries.get_timed_confirmation import get_timed_confirmation
from services.scheduling.queries.get_visit_records import VisitRecords, get_visit_records


def visit_record_service(runtime: Runtime, zone: ZoneInfo) -> BoundService:
    acting = partial(while_acting, "visit record", catch_up=runtime.catch_up_with("identity"))
    return bind(
        pb,
        "VisitRecordService",
        runtime.transactions,
        {
            "StartVisit": command(_start, start_visit, _started),
            "RecordVisit": command(_written, partial(record_visit, zone=zone), _recorded),
            "SendVisit": command(_sent, partial(send_visit, zone=zone), _send_answer),
            "ConfirmVisit": acting(command(_shown, confirm_visit, lambda version: pb.ConfirmVisitResponse(version=version))),
            "DisputeVisit": acting(command(_words, dispute_visit, lambda version: pb.DisputeVisitResponse(version=version))),
            "StandByVisit": command(_words, stand_by_visit, lambda version: pb.StandByVisitResponse(version=version)),
            "GetVisitRecords": acting(query(_visit, get_visit_records, records_of_visit)),
            "SetTimedConfirmation": acting(
                command(
                    lambda request: (parse_id("person_id", request.person_id), request.agreed),
                    set_timed_confirmation,
                    lambda _: pb.SetTimedConfirmationResponse(),
                )
            ),
            "GetTimedConfirmation": acting(
                query(lambda request: (parse_id("person_id", request.person_id),), get_timed_confirmation, _timed_confirmation)
            ),
        },
    )


def _start(request: pb.StartVisitRequest) -> tuple[UUID, datetime | None, bool]:
    started = parse_moment("started_at", request.started_at) if request.HasField("started_at") else None
    return parse_id("visit_id", request.visit_id), started, request.alone


def _visit(request: pb.GetVisitRecordsRequest) -> tuple[UUID]:
    return (parse_id("visit_id", request.visit_id),)


def _shown(request: pb.ConfirmVisitRequest | pb.DisputeVisitRequest | pb.StandByVisitRequest) -> tuple[UUID, int]:
    return parse_id("record_id", request.record_id), request.version


def _words(request: pb.DisputeVisitRequest | pb.StandByVisitRequest) -> tuple[UUID, int, str]:
    return *_shown(request), request.words


_Said = tuple[LocalMoment | None, LocalMoment | None, str, int, int, UUID | None, list[SaidOutcome]]


def _written(request: pb.RecordVisitRequest) -> tuple[UUID, UUID | None, int, *_Said]:
    record = parse_id("record_id", request.record_id) if request.record_id else None
    return parse_id("visit_id", request.visit_id), record, request.version, *_said(request)


def _sent(request: pb.SendVisitRequest) -> tuple[UUID, *_Said]:
    return parse_id("visit_id", request.visit_id), *_said(request)


def _said(request: pb.RecordVisitRequest | pb.SendVisitRequest) -> _Said:
    task_list = parse_id("task_list_id", request.task_list_id) if request.task_list_id else None
    outcomes = [_outcome(number, one) for number, one in enumerate(request.tasks, 1)]
    return *_times(request), request.note, request.travel_minutes, request.waiting_minutes, task_list, outcomes


def _outcome(number: int, said: pb.TaskOutcome) -> SaidOutcome:
    field = f"tasks.{number}"
    outcome = from_wire(pb.TaskOutcomeKind, TaskOutcomeKind, said.outcome, field, "TASK_OUTCOME_MISSING")
    at = _moment(f"{field}.at", said.at) if said.HasField("at") else None
    return SaidOutcome(parse_id("tasks", said.task_id), outcome, said.reason, at)


def _times(request: pb.RecordVisitRequest | pb.SendVisitRequest) -> tuple[LocalMoment | None, LocalMoment | None]:
    starts = _moment("starts", request.starts) if request.HasField("starts") else None
    return starts, _moment("ends", request.ends) if request.HasField("ends") else None


def _moment(field: str, moment: pb.LocalMoment) -> LocalMoment:
    return LocalMoment(parse_day(field, moment.day), moment.minute)


def _started(record: VisitRecord) -> pb.StartVisitResponse:
    return pb.StartVisitResponse(record_id=str(record.id), version=record.version)


def _recorded(record: VisitRecord) -> pb.RecordVisitResponse:
    return pb.RecordVisitResponse(record_id=str(record.id), version=record.version)


def _send_answer(record: VisitRecord) -> pb.SendVisitResponse:
    return pb.SendVisitResponse(record_id=str(record.id), version=record.version)


def records_of_visit(found: VisitRecords) -> pb.GetVisitRecordsResponse:
    records = [_message(record, found.entries[record.id], found.outcomes) for record in found.records]
    return pb.GetVisitRecordsResponse(records=records, is_time=found.is_time, may_begin=found.may_begin)


def _message(record: VisitRecord, entries: Iterable[RecordEntry], outcomes: Mapping[UUID, Sequence[TaskOutcome]]) -> pb.VisitRecord:
    return pb.VisitRecord(
        record_id=str(record.id),
        visit_id=str(record.visit),
        person_id=str(record.person),
        worker_id=str(record.worker),
        state=to_wire(pb.VisitRecordState, record.state) if record.state else pb.VISIT_RECORD_STATE_UNSPECIFIED,
        version=record.version,
        entry_id=_optional_id(record.entry),
        confirmed_entry_id=_optional_id(record.confirmed),
        confirms_at=timestamp(record.timer_at) if record.timer_at else None,
        entries=[_entry(entry, outcomes.get(entry.id, ())) for entry in entries],
    )


def _entry(entry: RecordEntry, outcomes: Iterable[TaskOutcome]) -> pb.VisitRecordEntry:
    return pb.VisitRecordEntry(
        entry_id=str(entry.id),
        kind=to_wire(pb.VisitRecordEntryKind, entry.kind),
        by=_optional_id(entry.said_by),
        at=timestamp(entry.said_at),
        starts_at=timestamp(entry.starts) if entry.starts else None,
        ends_at=timestamp(entry.ends) if entry.ends else None,
        note=entry.note,
        about_entry_id=_optional_id(entry.about),
        travel_minutes=entry.travel,
        waiting_minutes=entry.waiting,
        tasks=map(_recorded_task, outcomes),
    )


def _recorded_task(outcome: TaskOutcome) -> pb.RecordedTask:
    return pb.RecordedTask(
        task_id=str(outcome.task),
        kind=to_wire(tasks.VisitTaskKind, outcome.kind),
        words=outcome.words,
        outcome=to_wire(pb.TaskOutcomeKind, outcome.outcome),
        reason=outcome.reason,
        at=timestamp(outcome.at) if outcome.at else None,
    )


def _optional_id(value: UUID | None) -> str:
    return str(value) if value else ""


def _timed_confirmation(found: tuple[datetime | None, int]) -> pb.GetTimedConfirmationResponse:
    since, days = found
    return pb.GetTimedConfirmationResponse(agreed=since is not None, since=timestamp(since) if since else None, after_days=days)
