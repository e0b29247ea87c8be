"""What pages ask the other services: their stubs, and one way to call them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from google.protobuf.message import Message

from kith.federation.v1.federation_pb2_grpc import EvidenceServiceStub, FederationServiceStub
from kith.governance.v1.governance_pb2_grpc import GovernanceServiceStub
from kith.governance.v1.votes_pb2_grpc import VoteServiceStub
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from kith.membership.v1.membership_pb2_grpc import MembershipServiceStub
from kith.status.v1.status_pb2_grpc import StatusServiceStub
from libs.rpc import client
from libs.rpc.client import Method

Asked = TypeVar("Asked", bound=Message)
Answered = TypeVar("Answered", bound=Message)


@dataclass(frozen=True)
class Services:
    """The services a page may ask. Their refusals arrive as `libs.refusals`."""

    identity: IdentityServiceStub
    membership: MembershipServiceStub
    governance: GovernanceServiceStub
    votes: VoteServiceStub
    """Votes with other co-ops, as governance keeps them at home."""
    federation: FederationServiceStub
    evidence: EvidenceServiceStub
    """What the boards of such a vote prove."""
    statuses: Mapping[str, StatusServiceStub]

    async def ask(
        self, method: Method[Asked, Answered], request: Asked, token: str = "", seconds: float = client.DEADLINE_SECONDS
    ) -> Answered:
        """One question and its answer; without a token nobody is asking. `seconds` is how long the answer may take."""
        return await client.ask(method, request, token, seconds)
