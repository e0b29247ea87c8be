"""Which visits a person's calendar holds: recent ones and those to come, few enough for a phone to fetch again and again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

BACK = timedelta(days=30)
AHEAD = timedelta(days=180)
NEWER = 1_000_000
"""So much is added to every version for each time that the co-op's records went back to an older copy: what a phone has seen of versions
that are lost is older than anything that comes after it. No plan changes so often, and 2,000 such times fit into SEQUENCE.
"""
MOST = 200
"""About 40 kB as a calendar file."""


@dataclass(frozen=True)
class CalendarVisit:
    """One visit at its agreed time; nothing says whose it is. `version` counts the changes of its plan, and never goes back."""

    id: UUID
    starts: datetime
    ends: datetime
    version: int
    cancelled: bool


def fit(visits: Sequence[CalendarVisit], now: datetime) -> list[CalendarVisit]:
    """At most MOST of them, by their starts: first the next ones, then as many of the latest past ones as there is room for.

    A cancelled visit stays until it would have started, so that every phone has heard of it; after that it is gone.
    """
    kept = sorted((visit for visit in visits if visit.starts > now or not visit.cancelled), key=lambda visit: (visit.starts, visit.id))
    past = sum(visit.starts <= now for visit in kept)
    first = max(0, min(past, len(kept) - MOST))
    return kept[first : first + MOST]
