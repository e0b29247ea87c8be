"""Fields that occur in the messages of every service: ids and points in time."""

from datetime import datetime
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp

from libs.refusals import invalid


def parse_id(field: str, value: str) -> UUID:
    """Raises Invalid ID_MALFORMED."""
    try:
        return UUID(value)
    except ValueError as error:
        raise invalid(field, "ID_MALFORMED") from error


def timestamp(at: datetime) -> Timestamp:
    message = Timestamp()
    message.FromDatetime(at)
    return message
