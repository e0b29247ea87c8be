"""The week of the demonstration's team: a visit that was, those that the person asked for or agreed to, and mornings that repeat."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from google.protobuf.timestamp_pb2 import Timestamp

from kith.scheduling.v1 import visit_records_pb2 as records
from kith.scheduling.v1 import visit_series_pb2 as series
from kith.scheduling.v1 import visits_pb2 as pb
from scripts.cli.connection import Connection
from scripts.cli.demo.clocks import local_now, once_heard

_SLOT_MINUTES = 30
_MINUTES_A_DAY = 24 * 60
_NOT_HEARD_YET = {"TEAM_UNKNOWN", "NOT_IN_TEAM", "VISIT_UNKNOWN", "PERSON_UNKNOWN"}
"""Refusals for as long as scheduling has not heard of the team."""


@dataclass(frozen=True)
class TeamTokens:
    """Whose team it is, and tokens of the two who plan."""

    person_id: str
    person: str
    worker: str


async def take_first_visit(connection: Connection, team: TeamTokens, minutes: int) -> pb.Visit:
    """In the next half hour. The person asks for it, and the worker takes it."""
    now = local_now(connection)
    visit = await _propose(connection, team, team.person, _local_time({"minutes": minutes}, now))
    await _take(connection, team, visit)
    return visit


async def write_down(connection: Connection, team: TeamTokens, visit: pb.Visit, note: str) -> None:
    """The worker writes what happened; it waits for the person."""
    zone = connection.instance.co_op.zone
    starts, ends = (_local_moment(moment, zone) for moment in (visit.starts_at, visit.ends_at))
    request = records.RecordVisitRequest(visit_id=visit.visit_id, starts=starts, ends=ends, note=note)
    await connection.call(connection.visit_records.RecordVisit, request, team.worker)


async def repeat(connection: Connection, team: TeamTokens, every: dict[str, Any]) -> None:
    """The person plans visits that repeat from tomorrow on, and the worker takes all that are there."""
    first_day = (local_now(connection) + timedelta(days=1)).date()
    hours, _, rest = every["start"].partition(":")
    pattern = series.SeriesPattern(
        first_day=first_day.isoformat(),
        weekdays=every["weekdays"],
        every_weeks=1,
        start=60 * int(hours) + int(rest),
        minutes=every["minutes"],
    )
    request = series.ProposeSeriesRequest(person_id=team.person_id, pattern=pattern, workers=1)
    proposed: series.ProposeSeriesResponse = await connection.call(connection.visit_series.ProposeSeries, request, team.person)
    shown: series.GetSeriesResponse = await connection.call(
        connection.visit_series.GetSeries, series.GetSeriesRequest(series_id=proposed.series_id), team.worker
    )
    seen = [series.ShownVisit(visit_id=visit.visit_id, version=visit.version) for visit in shown.visits]
    take = series.TakeSeriesRequest(series_id=proposed.series_id, visits=seen)
    await connection.call(connection.visit_series.TakeSeries, take, team.worker)


async def plan_week(connection: Connection, team: TeamTokens, visits: list[dict[str, Any]]) -> None:
    """Proposes, agrees and takes the visits of the examples."""
    now = local_now(connection)
    for visit in visits:
        proposer = team.worker if visit["waits_for"] == "agreement" else team.person
        proposed = await _propose(connection, team, proposer, _local_time(visit, now))
        if visit["waits_for"] == "nobody":
            await _take(connection, team, proposed)


async def _propose(connection: Connection, team: TeamTokens, proposer: str, when: pb.LocalTime) -> pb.Visit:
    request = pb.ProposeVisitRequest(person_id=team.person_id, when=when, workers=1)
    proposed: pb.ProposeVisitResponse = await once_heard(
        partial(connection.call, connection.visits.ProposeVisit, request, proposer), _NOT_HEARD_YET, "a visit"
    )
    shown: pb.GetVisitResponse = await connection.call(
        connection.visits.GetVisit, pb.GetVisitRequest(visit_id=proposed.visit_id), team.person
    )
    return shown.visit


async def _take(connection: Connection, team: TeamTokens, visit: pb.Visit) -> None:
    take = pb.TakeVisitRequest(visit_id=visit.visit_id, version=visit.version)
    await once_heard(partial(connection.call, connection.visits.TakeVisit, take, team.worker), _NOT_HEARD_YET, "a visit")


def _local_time(visit: dict[str, Any], now: datetime) -> pb.LocalTime:
    """A day and a time by the co-op's clock. Without `start` it is the next half hour that leaves room for the visit before midnight."""
    minutes = visit["minutes"]
    if "start" in visit:
        hours, _, rest = visit["start"].partition(":")
        day, start = now.date() + timedelta(days=visit["day"]), 60 * int(hours) + int(rest)
    else:
        start = (now.hour * 60 + now.minute) // _SLOT_MINUTES * _SLOT_MINUTES + _SLOT_MINUTES
        is_late = start + minutes >= _MINUTES_A_DAY
        day, start = (now.date() + timedelta(days=1), 0) if is_late else (now.date(), start)
    return pb.LocalTime(day=day.isoformat(), start=start, minutes=minutes)


def _local_moment(at: Timestamp, zone: ZoneInfo) -> records.LocalMoment:
    local = at.ToDatetime(tzinfo=UTC).astimezone(zone)
    return records.LocalMoment(day=local.date().isoformat(), minute=60 * local.hour + local.minute)
