"""Events that scheduling publishes."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from kith.scheduling.facts.v1 import facts_pb2 as facts
from libs.access.audit_chain import ChainHead
from libs.access.erasing import Erased
from libs.database.engine import UnitOfWork
from libs.messages import outbox
from services.scheduling.domain.cover import Cover
from services.scheduling.domain.sharing import Sharing
from services.scheduling.domain.standing_place import StandingPlace
from services.scheduling.domain.visit import Visit, VisitTime
from services.scheduling.domain.visit_gap import VisitGap
from services.scheduling.domain.visit_record import RecordEntry, VisitRecord
from services.scheduling.domain.visit_series import VisitSeries
from services.scheduling.domain.visit_task import TaskList
from services.scheduling.domain.week_draft import WeekDraft
from services.scheduling.storage.visit_places import VisitPlace


async def visit_proposed(work: UnitOfWork, visit: Visit) -> None:
    event = facts.VisitProposed(
        visit_id=str(visit.id),
        person_id=str(visit.person),
        team_id=str(visit.team),
        starts_at=_timestamp(visit.starts),
        ends_at=_timestamp(visit.ends),
        workers=visit.workers,
        proposed_by=str(visit.proposed_by),
        series_id=str(visit.series) if visit.series else "",
    )
    await outbox.publish(work, (event, event.visit_id))


async def visit_agreed(work: UnitOfWork, visit: Visit) -> None:
    event = facts.VisitAgreed(
        visit_id=str(visit.id),
        person_id=str(visit.person),
        starts_at=_timestamp(visit.starts),
        ends_at=_timestamp(visit.ends),
        agreed_by=str(visit.agreed_by),
    )
    await outbox.publish(work, (event, event.visit_id))


async def visit_declined(work: UnitOfWork, visit: Visit, by: UUID, *, goes_on: bool) -> None:
    event = facts.VisitDeclined(visit_id=str(visit.id), person_id=str(visit.person), declined_by=str(by), goes_on=goes_on)
    await outbox.publish(work, (event, event.visit_id))


async def visit_moved(work: UnitOfWork, visit: Visit, to: VisitTime, by: UUID) -> None:
    event = facts.VisitMoved(
        visit_id=str(visit.id),
        person_id=str(visit.person),
        starts_at=_timestamp(to.starts),
        ends_at=_timestamp(to.ends),
        proposed_by=str(by),
    )
    await outbox.publish(work, (event, event.visit_id))


async def visit_cancelled(work: UnitOfWork, visit: Visit, by: UUID | None) -> None:
    event = facts.VisitCancelled(visit_id=str(visit.id), person_id=str(visit.person), cancelled_by=str(by or ""))
    await outbox.publish(work, (event, event.visit_id))


async def sharing_agreed(work: UnitOfWork, agreed: Sharing) -> None:
    event = facts.SharingAgreed(
        sharing_id=str(agreed.id),
        person_id=str(agreed.person),
        sharer_id=str(agreed.sharer),
        visit_id=str(agreed.visit or ""),
        series_id=str(agreed.series or ""),
        person_part=agreed.person_part,
        sharer_part=agreed.sharer_part,
        first_day=agreed.first_day.isoformat(),
        last_day=agreed.last_day.isoformat() if agreed.last_day else "",
    )
    await outbox.publish(work, (event, event.sharing_id))


async def sharing_ended(work: UnitOfWork, ended: Sharing) -> None:
    event = facts.SharingEnded(
        sharing_id=str(ended.id), person_id=str(ended.person), sharer_id=str(ended.sharer), last_day=str(ended.last_day or "")
    )
    await outbox.publish(work, (event, event.sharing_id))


async def activity_announced(work: UnitOfWork, activity: UUID, starts: datetime) -> None:
    event = facts.ActivityAnnounced(activity_id=str(activity), starts_at=_timestamp(starts))
    await outbox.publish(work, (event, event.activity_id))


async def activity_called_off(work: UnitOfWork, activity: UUID) -> None:
    event = facts.ActivityCalledOff(activity_id=str(activity))
    await outbox.publish(work, (event, event.activity_id))


async def activity_closed(work: UnitOfWork, activity: UUID, registered: UUID | None) -> None:
    event = facts.ActivityClosed(activity_id=str(activity), registered_id=str(registered or ""))
    await outbox.publish(work, (event, event.activity_id))


async def visit_taken(work: UnitOfWork, place: VisitPlace, rest_reason: str) -> None:
    event = facts.VisitTaken(
        visit_id=str(place.visit),
        person_id=str(place.person),
        worker_id=str(place.worker),
        starts_at=_timestamp(place.starts),
        ends_at=_timestamp(place.ends),
        rest_reason=rest_reason,
    )
    await outbox.publish(work, (event, event.visit_id))


async def visit_given_back(
    work: UnitOfWork,
    visit: UUID,
    person: UUID,
    worker: UUID,
    why: Literal["given_back", "moved", "left_team", "merged", "uncleared", "away", "swapped", "drafted"],
) -> None:
    event = facts.VisitGivenBack(visit_id=str(visit), person_id=str(person), worker_id=str(worker), why=why)
    await outbox.publish(work, (event, event.visit_id))


async def visit_swapped(work: UnitOfWork, swap: UUID, place: VisitPlace, from_worker: UUID) -> None:
    """`place` is that of who comes now."""
    event = facts.VisitSwapped(
        swap_id=str(swap),
        visit_id=str(place.visit),
        person_id=str(place.person),
        from_worker_id=str(from_worker),
        to_worker_id=str(place.worker),
    )
    await outbox.publish(work, (event, event.visit_id))


async def visit_tasks_set(work: UnitOfWork, tasks: TaskList, kinds: Collection[str]) -> None:
    event = facts.VisitTasksSet(
        list_id=str(tasks.id),
        person_id=str(tasks.person),
        visit_id=str(tasks.visit) if tasks.visit else "",
        series_id=str(tasks.series) if tasks.series else "",
        kinds=kinds,
    )
    await outbox.publish(work, (event, event.visit_id or event.series_id))


async def visit_recorded(work: UnitOfWork, record: VisitRecord, entry: RecordEntry) -> None:
    await _publish_record(work, facts.VisitRecorded(entry_id=str(entry.id)), record, entry)


async def visit_confirmed(work: UnitOfWork, record: VisitRecord, written: RecordEntry, by: UUID | None, before: UUID | None) -> None:
    """`written` is the entry that holds from now on, `before` the one that held."""
    event = facts.VisitConfirmed(
        entry_id=str(written.id),
        confirmed_by=str(by) if by else "",
        replaced_entry_id=str(before) if before and before != written.id else "",
    )
    await _publish_record(work, event, record, written)


async def visit_disputed(work: UnitOfWork, record: VisitRecord, by: UUID) -> None:
    event = facts.VisitDisputed(
        visit_id=str(record.visit),
        person_id=str(record.person),
        worker_id=str(record.worker),
        record_id=str(record.id),
        entry_id=str(record.entry),
        disputed_by=str(by),
    )
    await outbox.publish(work, (event, event.visit_id))


async def series_proposed(work: UnitOfWork, series: VisitSeries) -> None:
    event = facts.SeriesProposed(
        series_id=str(series.id),
        person_id=str(series.person),
        team_id=str(series.team),
        rule=series.rule,
        zone=series.zone,
        first_day=series.first_day.isoformat(),
        last_day=series.last_day.isoformat() if series.last_day else "",
        start=series.start,
        minutes=series.minutes,
        workers=series.workers,
        proposed_by=str(series.proposed_by),
        replaces_series_id=str(series.replaces) if series.replaces else "",
    )
    await outbox.publish(work, (event, event.series_id))


async def series_agreed(work: UnitOfWork, series: VisitSeries) -> None:
    event = facts.SeriesAgreed(series_id=str(series.id), person_id=str(series.person), agreed_by=str(series.agreed_by))
    await outbox.publish(work, (event, event.series_id))


async def series_declined(work: UnitOfWork, series: VisitSeries, by: UUID | None) -> None:
    event = facts.SeriesDeclined(series_id=str(series.id), person_id=str(series.person), declined_by=str(by or ""))
    await outbox.publish(work, (event, event.series_id))


async def series_withdrawn(work: UnitOfWork, series: VisitSeries) -> None:
    event = facts.SeriesWithdrawn(series_id=str(series.id), person_id=str(series.person), withdrawn_by=str(series.proposed_by))
    await outbox.publish(work, (event, event.series_id))


async def series_ended(work: UnitOfWork, series: VisitSeries, from_day: date, by: UUID | None) -> None:
    day = from_day.isoformat()
    event = facts.SeriesEnded(series_id=str(series.id), person_id=str(series.person), from_day=day, ended_by=str(by or ""))
    await outbox.publish(work, (event, event.series_id))


async def standing_place_taken(work: UnitOfWork, place: StandingPlace) -> None:
    event = facts.StandingPlaceTaken(series_id=str(place.series), worker_id=str(place.worker), since=place.since.isoformat())
    await outbox.publish(work, (event, event.series_id))


async def standing_place_ended(
    work: UnitOfWork, ended: StandingPlace, from_day: date | None, why: Literal["ended", "series_ended", "left_team"]
) -> None:
    """`from_day` is the first without them; None for at once."""
    day = from_day.isoformat() if from_day else ""
    event = facts.StandingPlaceEnded(series_id=str(ended.series), worker_id=str(ended.worker), from_day=day, why=why)
    await outbox.publish(work, (event, event.series_id))


async def visit_gap_proposed(work: UnitOfWork, gap: VisitGap) -> None:
    event = facts.VisitGapProposed(
        gap_id=str(gap.id),
        person_id=str(gap.person),
        first_visit_id=str(gap.first_visit or ""),
        first_series_id=str(gap.first_series or ""),
        second_visit_id=str(gap.second_visit or ""),
        second_series_id=str(gap.second_series or ""),
        least_minutes=gap.least,
        most_minutes=gap.most or 0,
        next_day=gap.next_day,
        proposed_by=str(gap.proposed_by),
    )
    await outbox.publish(work, (event, event.gap_id))


async def visit_gap_agreed(work: UnitOfWork, gap: VisitGap) -> None:
    event = facts.VisitGapAgreed(gap_id=str(gap.id), person_id=str(gap.person), agreed_by=str(gap.agreed_by))
    await outbox.publish(work, (event, event.gap_id))


async def visit_gap_declined(work: UnitOfWork, gap: VisitGap, by: UUID) -> None:
    event = facts.VisitGapDeclined(gap_id=str(gap.id), person_id=str(gap.person), declined_by=str(by))
    await outbox.publish(work, (event, event.gap_id))


async def visit_gap_ended(work: UnitOfWork, gap: VisitGap, by: UUID) -> None:
    event = facts.VisitGapEnded(gap_id=str(gap.id), person_id=str(gap.person), ended_by=str(by))
    await outbox.publish(work, (event, event.gap_id))


async def week_draft_published(work: UnitOfWork, draft: WeekDraft, by: UUID, visits: Collection[UUID]) -> None:
    event = facts.WeekDraftPublished(
        draft_id=str(draft.id), published_by=str(by), visit_ids=map(str, visits), inputs_hash=draft.inputs_hash
    )
    await outbox.publish(work, (event, event.draft_id))


async def cover_needed(work: UnitOfWork, cover: Cover) -> None:
    event = facts.CoverNeeded(
        cover_id=str(cover.id),
        person_id=str(cover.person),
        worker_id=str(cover.worker),
        visit_ids=map(str, cover.visits),
        left_at=_timestamp(cover.left_at),
        until=_timestamp(cover.until),
    )
    await outbox.publish(work, (event, event.cover_id))


async def cover_settled(work: UnitOfWork, cover: Cover) -> None:
    event = facts.CoverSettled(
        cover_id=str(cover.id),
        person_id=str(cover.person),
        worker_id=str(cover.worker),
        left_at=_timestamp(cover.left_at),
        how=cover.how,
    )
    await outbox.publish(work, (event, event.cover_id))


async def notice_wanted(work: UnitOfWork, kind: str, about: UUID, people: Collection[UUID], until: datetime) -> None:
    """Each time anew: a visit may be taken and given back several times. `about` is the visit, the series, the cover or the draft."""
    notice = facts.NoticeWanted(
        person_ids=sorted(map(str, people)),
        kind=kind,
        about_id=f"{about}.{work.new_id()}",
        due_at=_timestamp(work.now),
        until=_timestamp(until),
    )
    await outbox.publish(work, (notice, str(about)))


async def day_sheet_wanted(work: UnitOfWork, kind: str, person: UUID, day: date, number: int, until: datetime) -> None:
    """Once for each plan of the day that is sent: the notice is about the day, and the number tells it from the one before."""
    notice = facts.NoticeWanted(
        person_ids=[str(person)],
        kind=kind,
        about_id=f"{day.isoformat()}.{number}",
        due_at=_timestamp(work.now),
        until=_timestamp(until),
    )
    await outbox.publish(work, (notice, str(person)))


async def person_data_erased(work: UnitOfWork, erased: Erased) -> None:
    message = facts.PersonDataErased(
        erasure_id=str(erased.erasure),
        person_ids=map(str, erased.persons),
        deleted_kinds=erased.deleted,
        blanked_kinds=erased.blanked,
        kept_kinds=erased.kept,
    )
    await outbox.publish(work, (message, str(erased.persons[0])))


async def read_audit_sealed(work: UnitOfWork, head: ChainHead) -> None:
    await outbox.publish(work, (facts.ReadAuditSealed(number=head.number, chain=head.chain), str(head.number)))


async def _publish_record(
    work: UnitOfWork, event: facts.VisitRecorded | facts.VisitConfirmed, record: VisitRecord, written: RecordEntry
) -> None:
    """With what both events say of the record and its times."""
    event.visit_id, event.person_id = str(record.visit), str(record.person)
    event.worker_id, event.record_id = str(record.worker), str(record.id)
    if written.starts is not None and written.ends is not None:
        event.starts_at.FromDatetime(written.starts)
        event.ends_at.FromDatetime(written.ends)
    await outbox.publish(work, (event, event.visit_id))


def _timestamp(at: datetime) -> Timestamp:
    message = Timestamp()
    message.FromDatetime(at)
    return message
