"""Fields that occur in the messages of every service: ids, days and points in time."""

from datetime import UTC, date, datetime
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from libs.refusals import invalid
from libs.texts.days import read_day


def parse_id(field: str, value: str) -> UUID:
    """Raises Invalid ID_MALFORMED."""
    try:
        return UUID(value)
    except ValueError as error:
        raise invalid(field, "ID_MALFORMED") from error


def parse_day(field: str, value: str) -> date | None:
    """A day as `2026-11-28`; None for an empty one. Raises Invalid DATE_MALFORMED."""
    day = read_day(value)
    if value and day is None:
        raise invalid(field, "DATE_MALFORMED")
    return day


def parse_moment(field: str, value: Timestamp) -> datetime:
    """A point in time. Raises Invalid DATE_MALFORMED for one that no calendar has."""
    try:
        return value.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise invalid(field, "DATE_MALFORMED") from error


def timestamp(at: datetime) -> Timestamp:
    message = Timestamp()
    message.FromDatetime(at)
    return message
