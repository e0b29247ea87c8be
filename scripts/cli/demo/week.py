"""The week of the demonstration's team: visits that the person asked for or agreed to, and one that waits for somebody."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from kith.scheduling.v1 import visits_pb2 as pb
from libs.refusals import FailedPrecondition, NotFound
from scripts.cli.connection import Connection
from scripts.cli.demo.clocks import poll_until

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


async def plan_week(connection: Connection, team: TeamTokens, visits: list[dict[str, Any]]) -> None:
    """Proposes, agrees and takes the visits of the examples."""
    now = connection.now().astimezone(connection.instance.co_op.zone)
    for visit in visits:
        when = _local_time(visit, now)
        proposer = team.worker if visit["waits_for"] == "agreement" else team.person
        request = pb.ProposeVisitRequest(person_id=team.person_id, when=when, workers=1)
        proposed: pb.ProposeVisitResponse = await _once_heard(partial(connection.call, connection.visits.ProposeVisit, request, proposer))
        if visit["waits_for"] == "nobody":
            shown = await connection.call(connection.visits.GetVisit, pb.GetVisitRequest(visit_id=proposed.visit_id), team.person)
            take = pb.TakeVisitRequest(visit_id=proposed.visit_id, version=shown.visit.version)
            await _once_heard(partial(connection.call, connection.visits.TakeVisit, take, team.worker))


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


async def _once_heard(call: Callable[[], Awaitable[Any]]) -> Any:
    async def attempt() -> Any:
        try:
            return await call()
        except (FailedPrecondition, NotFound) as refusal:
            if refusal.reason not in _NOT_HEARD_YET:
                raise
            return None

    return await poll_until(attempt, awaited="a visit")
