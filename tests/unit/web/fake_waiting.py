"""Fake of what waits in matching: nothing, until a test changes `waiting`."""

from kith.matching.v1 import waiting_pb2 as pb
from tests.unit.web.fake_people import FakeService


class FakeWaitingService(FakeService):
    def __init__(self) -> None:
        self.waiting = pb.GetWaitingResponse()
        super().__init__(pb.DESCRIPTOR.services_by_name["WaitingService"])

    def GetWaiting(self, _request: pb.GetWaitingRequest) -> pb.GetWaitingResponse:
        return self.waiting
