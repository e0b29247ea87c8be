"""People who share visits, and calls about what they agreed."""

from collections.abc import Sequence
from uuid import UUID

from kith.matching.facts.v1.facts_pb2 import PeerPairFormed
from kith.scheduling.v1 import sharings_pb2 as pb
from kith.scheduling.v1.sharings_pb2_grpc import SharingServiceStub
from libs.database.engine import new_id
from libs.rpc.client import call_service
from tests.support.visit_people import VisitPeople


class SharingPeople:
    """Neighbours of a co-op."""

    def __init__(self, people: VisitPeople) -> None:
        self.people = people
        self.stub = people.co_op.stub(SharingServiceStub)

    async def pair(self, one: UUID, other: UUID) -> None:
        """They are neighbours of one another from now on."""
        formed = PeerPairFormed(pair_id=str(new_id()), person_ids=sorted(map(str, (one, other))))
        await self.people.matching.publish((formed, formed.pair_id))
        await self.people.co_op.wait_until_consumed("scheduling", "matching")

    async def propose(
        self,
        person: UUID,
        sharer: UUID,
        by: UUID | str,
        parts: tuple[int, int] = (1, 1),
        *,
        visit: str = "",
        series: str = "",
        by_minutes: bool = False,
    ) -> str:
        request = pb.ProposeSharingRequest(
            request_id=str(new_id()),
            person_id=str(person),
            sharer_id=str(sharer),
            visit_id=visit,
            series_id=series,
            person_part=parts[0],
            sharer_part=parts[1],
            by_minutes=by_minutes,
        )
        return str((await call_service(self.stub.ProposeSharing, request, self.people.token(by))).sharing_id)

    async def answer(self, sharing: str, by: UUID | str, *, agrees: bool = True, version: int = 1) -> int:
        request = pb.AnswerSharingRequest(request_id=str(new_id()), sharing_id=sharing, version=version, agrees=agrees)
        return int((await call_service(self.stub.AnswerSharing, request, self.people.token(by))).visits)

    async def share(self, person: UUID, sharer: UUID, parts: tuple[int, int] = (1, 1), **what: str) -> str:
        """Proposed by the person, and agreed."""
        sharing = await self.propose(person, sharer, person, parts, **what)  # type: ignore[arg-type]  # a visit or a series
        await self.answer(sharing, sharer)
        return sharing

    async def end(self, sharing: str, by: UUID | str, version: int = 2) -> int:
        request = pb.EndSharingRequest(request_id=str(new_id()), sharing_id=sharing, version=version)
        return int((await call_service(self.stub.EndSharing, request, self.people.token(by))).visits)

    async def get(self, sharing: str, by: UUID | str) -> pb.GetSharingResponse:
        request = pb.GetSharingRequest(sharing_id=sharing)
        found: pb.GetSharingResponse = await call_service(self.stub.GetSharing, request, self.people.token(by))
        return found

    async def list_of(self, person: UUID, by: UUID | str = "") -> Sequence[pb.Sharing]:
        request = pb.GetSharingsRequest(person_id=str(person))
        response: pb.GetSharingsResponse = await call_service(self.stub.GetSharings, request, self.people.token(by or person))
        return response.sharings
