"""Who lives in the small fakes, what time it is there, and what all its services have. Every name is invented."""

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
    """What all the fakes's services have: they note what was asked, and refuse when told to."""

    def __init__(self) -> None:
        self.requests: list[object] = []
        self.refusals: dict[str, Exception] = {}

    def record(self, request: object) -> None:
        self.requests.append(request)
        refusal = self.refusals.get(type(request).__name__.removesuffix("Request"))
        if refusal:
            raise refusal
