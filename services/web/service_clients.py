"""Clients of the other services: their stubs, and one method to call them."""

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

RequestT = TypeVar("RequestT", bound=Message)
ResponseT = TypeVar("ResponseT", bound=Message)


@dataclass(frozen=True)
class ServiceClients:
    """The services that a page may call. Their refusals are raised as `libs.refusals`."""

    identity: IdentityServiceStub
    membership: MembershipServiceStub
    governance: GovernanceServiceStub
    votes: VoteServiceStub
    """Federated votes as our own governance stores them."""
    federation: FederationServiceStub
    evidence: EvidenceServiceStub
    """What the boards of a federated vote prove."""
    statuses: Mapping[str, StatusServiceStub]

    async def call(
        self, method: Method[RequestT, ResponseT], request: RequestT, token: str = "", seconds: float = client.DEADLINE_SECONDS
    ) -> ResponseT:
        """Call a method; without a token the call is anonymous. `seconds` is the deadline."""
        return await client.call_service(method, request, token, seconds)
