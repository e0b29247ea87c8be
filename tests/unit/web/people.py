"""Who lives in the small town, what time it is there, and what all its services have. Every name is invented."""

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

NOW = datetime(2026, 11, 24, 9, 5, tzinfo=UTC)
ADA, JO, MO = (f"01939f00-0000-7000-8000-00000000000{one}" for one in (1, 2, 3))
NAMES = {ADA: ("Ada Fenwick", "Ada"), JO: ("Jo Bright", "Jo"), MO: ("Mo Stone", "Mo")}


def stamp(at: datetime) -> Timestamp:
    made = Timestamp()
    made.FromDatetime(at)
    return made


class Asked:
    """What all the town's services have: they note what was asked, and refuse when told to."""

    def __init__(self) -> None:
        self.heard: list[object] = []
        self.refuse: dict[str, Exception] = {}

    def hear(self, request: object) -> None:
        self.heard.append(request)
        refusal = self.refuse.get(type(request).__name__.removesuffix("Request"))
        if refusal:
            raise refusal
