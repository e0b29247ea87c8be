"""Fields that occur in the messages of every service: ids, days and points in time."""

from datetime import date, datetime
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from libs.refusals import invalid


def parse_id(field: str, value: str) -> UUID:
    """Raises Invalid ID_MALFORMED."""
    try:
        return UUID(value)
    except ValueError as error:
        raise invalid(field, "ID_MALFORMED") from error


def parse_day(field: str, value: str) -> date | None:
    """A day as `2026-11-28`; None for an empty one. Raises Invalid DATE_MALFORMED."""
    if not value:
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError as error:
        raise invalid(field, "DATE_MALFORMED") from error
    # `fromisoformat` reads other forms too, such as 20261128 and 2026-W48-6.
    if day.isoformat() != value:
        raise invalid(field, "DATE_MALFORMED")
    return day


def timestamp(at: datetime) -> Timestamp:
    message = Timestamp()
    message.FromDatetime(at)
    return message
