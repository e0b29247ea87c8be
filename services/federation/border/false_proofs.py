"""Counts signatures that peers brought and that are false, and how long a peer that brings many is not listened to.

Checking a false signature costs more than sending one. A parcel with a few is put aside from there on; a peer that sends such parcels again
and again is left alone for a while, longer each time. Nothing is lost by that: what is true comes from others, or later.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

PARCELS_FORGIVEN = 2
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=1)


@dataclass(frozen=True)
class _Record:
    parcels: int
    last: datetime
    ignored_until: datetime


class FalseProofs:
    """By peer, since this process began."""

    def __init__(self) -> None:
        self._records: dict[str, _Record] = {}

    def is_ignored(self, peer: str, now: datetime) -> bool:
        """Whether what this peer brings is not looked at now."""
        record = self._records.get(peer)
        return record is not None and now < record.ignored_until

    def count(self, peer: str, now: datetime) -> timedelta:
        """Counts a parcel that was put aside for its false signatures. Returns how long the peer is not listened to."""
        record = self._records.get(peer)
        parcels = record.parcels + 1 if record is not None and now - record.last < FORGOTTEN_AFTER else 1
        beyond = parcels - PARCELS_FORGIVEN - 1
        pause = min(FIRST_PAUSE * 2 ** min(beyond, 10), LONGEST_PAUSE) if beyond >= 0 else timedelta()
        self._records[peer] = _Record(parcels, now, now + pause)
        return pause
