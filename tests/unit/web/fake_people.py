"""The invented people and the fixed time of the page tests, and the base class of the fake services."""

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

NOW = datetime(2026, 11, 24, 9, 5, tzinfo=UTC)
ADA, JO, MO = (f"01939f00-0000-7000-8000-00000000000{number}" for number in (1, 2, 3))
NAMES = {ADA: ("Ada Fenwick", "Ada"), JO: ("Jo Bright", "Jo"), MO: ("Mo Stone", "Mo")}


def to_timestamp(at: datetime) -> Timestamp:
    timestamp = Timestamp()
    timestamp.FromDatetime(at)
    return timestamp


class FakeService:
    """Base of the fake services: records requests and raises the refusals that a test sets."""

    def __init__(self) -> None:
        self.requests: list[object] = []
        self.refusals: dict[str, Exception] = {}

    def record(self, request: object) -> None:
        self.requests.append(request)
        refusal = self.refusals.get(type(request).__name__.removesuffix("Request"))
        if refusal:
            raise refusal
