"""Clients of every service: the one list of stubs, for pages and for the command line."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import grpc
from google.protobuf.message import Message

from kith.federation.v1.federation_pb2_grpc import EvidenceServiceStub, FederationServiceStub
from kith.governance.v1.governance_pb2_grpc import GovernanceServiceStub
from kith.governance.v1.votes_pb2_grpc import VoteServiceStub
from kith.identity.v1.consent_pb2_grpc import ConsentServiceStub
from kith.identity.v1.credentials_pb2_grpc import CredentialServiceStub, FileServiceStub
from kith.identity.v1.data_requests_pb2_grpc import DataRequestServiceStub
from kith.identity.v1.emergency_pb2_grpc import EmergencyServiceStub
from kith.identity.v1.helping_pb2_grpc import HelpingServiceStub
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from kith.identity.v1.notices_pb2_grpc import NoticeServiceStub
from kith.identity.v1.passkeys_pb2_grpc import PasskeyServiceStub
from kith.identity.v1.record_pb2_grpc import RecordServiceStub
from kith.identity.v1.recovery_pb2_grpc import RecoveryServiceStub
from kith.identity.v1.relationships_pb2_grpc import RelationshipServiceStub
from kith.matching.v1.call_outs_pb2_grpc import CallOutServiceStub
from kith.matching.v1.introductions_pb2_grpc import IntroductionServiceStub
from kith.matching.v1.reviews_pb2_grpc import ReviewServiceStub
from kith.matching.v1.suggestions_pb2_grpc import SuggestionServiceStub
from kith.matching.v1.support_profiles_pb2_grpc import SupportProfileServiceStub
from kith.matching.v1.tasks_pb2_grpc import TaskServiceStub
from kith.matching.v1.teams_pb2_grpc import TeamServiceStub
from kith.membership.v1.membership_pb2_grpc import MembershipServiceStub
from kith.person.v1.person_data_pb2_grpc import PersonDataServiceStub
from kith.person.v1.person_rights_pb2_grpc import PersonRightsServiceStub
from kith.scheduling.v1.visit_series_pb2_grpc import VisitSeriesServiceStub
from kith.scheduling.v1.visits_pb2_grpc import VisitServiceStub
from kith.status.v1.status_pb2_grpc import StatusServiceStub
from libs.rpc import client
from libs.rpc.client import Method
from services.topology import PEOPLE_SERVICE_NAMES, PERSON_SERVICES, SERVICE_NAMES

RequestT = TypeVar("RequestT", bound=Message)
ResponseT = TypeVar("ResponseT", bound=Message)


class ServiceClients:
    """Stubs by what they are about, over one channel for each service. Refusals are raised as `libs.refusals`."""

    def __init__(self, open_channel: Callable[[str], grpc.aio.Channel]) -> None:
        self._channels = {name: open_channel(name) for name in SERVICE_NAMES}
        self.identity = IdentityServiceStub(self._channels["identity"])
        self.data_requests = DataRequestServiceStub(self._channels["identity"])
        """Requests of people for all that is held about them."""
        self.relationships = RelationshipServiceStub(self._channels["identity"])
        self.credentials = CredentialServiceStub(self._channels["identity"])
        """What people are qualified for."""
        self.files = FileServiceStub(self._channels["identity"])
        self.records = RecordServiceStub(self._channels["identity"])
        """What people say of themselves, and whom they let see it."""
        self.consents = ConsentServiceStub(self._channels["identity"])
        self.notices = NoticeServiceStub(self._channels["identity"])
        """How persons want to be told."""
        self.passkeys = PasskeyServiceStub(self._channels["identity"])
        """Signing in with what a device holds."""
        self.recovery = RecoveryServiceStub(self._channels["identity"])
        """Signing in again as two people vouch."""
        self.helping = HelpingServiceStub(self._channels["identity"])
        self.membership = MembershipServiceStub(self._channels["membership"])
        self.governance = GovernanceServiceStub(self._channels["governance"])
        self.votes = VoteServiceStub(self._channels["governance"])
        """Federated votes as our own governance stores them."""
        self.support_profiles = SupportProfileServiceStub(self._channels["matching"])
        """What people look for and what they offer."""
        self.suggestions = SuggestionServiceStub(self._channels["matching"])
        """Offers that fit, with every reason."""
        self.call_outs = CallOutServiceStub(self._channels["matching"])
        """What people openly say that they look for."""
        self.introductions = IntroductionServiceStub(self._channels["matching"])
        self.teams = TeamServiceStub(self._channels["matching"])
        """Who is in whose team."""
        self.tasks = TaskServiceStub(self._channels["matching"])
        """Who in a team does what needs papers."""
        self.reviews = ReviewServiceStub(self._channels["matching"])
        """Visits that count, and how both say it goes."""
        self.visits = VisitServiceStub(self._channels["scheduling"])
        """When who comes to whom."""
        self.visit_series = VisitSeriesServiceStub(self._channels["scheduling"])
        """Visits that repeat."""
        self.federation = FederationServiceStub(self._channels["federation"])
        self.evidence = EvidenceServiceStub(self._channels["federation"])
        """What the boards of a federated vote prove."""
        self.person_rights = {name: PersonRightsServiceStub(self._channels[name]) for name in PERSON_SERVICES}
        """What each service stores about a person, for that person."""
        self.emergency = EmergencyServiceStub(self._channels["identity"])
        self.person_data = {name: PersonDataServiceStub(self._channels[name]) for name in PEOPLE_SERVICE_NAMES}
        """What each service has of a person."""
        self.statuses = {name: StatusServiceStub(channel) for name, channel in self._channels.items()}

    async def call(
        self, method: Method[RequestT, ResponseT], request: RequestT, token: str = "", seconds: float = client.DEADLINE_SECONDS
    ) -> ResponseT:
        """Calls a method; without a token the call is anonymous. `seconds` is the deadline."""
        return await client.call_service(method, request, token, seconds)

    async def close(self) -> None:
        await asyncio.gather(*(channel.close() for channel in self._channels.values()))
