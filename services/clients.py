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
from kith.matching.v1.asks_pb2_grpc import AskServiceStub
from kith.matching.v1.call_outs_pb2_grpc import CallOutServiceStub
from kith.matching.v1.concerns_pb2_grpc import ConcernServiceStub
from kith.matching.v1.introductions_pb2_grpc import IntroductionServiceStub
from kith.matching.v1.matching_days_pb2_grpc import MatchingDayServiceStub
from kith.matching.v1.partners_pb2_grpc import PartnerServiceStub
from kith.matching.v1.peer_posts_pb2_grpc import PeerPostServiceStub
from kith.matching.v1.peers_pb2_grpc import PeerServiceStub
from kith.matching.v1.referrals_pb2_grpc import ReferralServiceStub
from kith.matching.v1.reviews_pb2_grpc import ReviewServiceStub
from kith.matching.v1.suggestions_pb2_grpc import SuggestionServiceStub
from kith.matching.v1.support_profiles_pb2_grpc import SupportProfileServiceStub
from kith.matching.v1.tasks_pb2_grpc import TaskServiceStub
from kith.matching.v1.team_questions_pb2_grpc import TeamQuestionServiceStub
from kith.matching.v1.teams_pb2_grpc import TeamServiceStub
from kith.matching.v1.waiting_pb2_grpc import WaitingServiceStub
from kith.membership.v1.membership_pb2_grpc import MembershipServiceStub
from kith.person.v1.person_data_pb2_grpc import PersonDataServiceStub
from kith.person.v1.person_rights_pb2_grpc import PersonRightsServiceStub
from kith.scheduling.v1.activities_pb2_grpc import ActivityServiceStub
from kith.scheduling.v1.calendars_pb2_grpc import CalendarServiceStub
from kith.scheduling.v1.covers_pb2_grpc import CoverServiceStub
from kith.scheduling.v1.day_sheets_pb2_grpc import DaySheetServiceStub
from kith.scheduling.v1.engagements_pb2_grpc import EngagementServiceStub
from kith.scheduling.v1.funding_pb2_grpc import FundingServiceStub
from kith.scheduling.v1.group_activities_pb2_grpc import GroupActivityServiceStub
from kith.scheduling.v1.pay_periods_pb2_grpc import PayPeriodServiceStub
from kith.scheduling.v1.sharings_pb2_grpc import SharingServiceStub
from kith.scheduling.v1.visit_gaps_pb2_grpc import VisitGapServiceStub
from kith.scheduling.v1.visit_records_pb2_grpc import VisitRecordServiceStub
from kith.scheduling.v1.visit_series_pb2_grpc import VisitSeriesServiceStub
from kith.scheduling.v1.visit_tasks_pb2_grpc import VisitTaskServiceStub
from kith.scheduling.v1.visits_pb2_grpc import VisitServiceStub
from kith.scheduling.v1.watch_pb2_grpc import WatchServiceStub
from kith.scheduling.v1.week_drafts_pb2_grpc import WeekDraftServiceStub
from kith.scheduling.v1.whole_visits_pb2_grpc import WholeVisitServiceStub
from kith.scheduling.v1.worker_weeks_pb2_grpc import WorkerWeekServiceStub
from kith.scheduling.v1.working_time_pb2_grpc import WorkingTimeServiceStub
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
        self._open_identity(self._channels["identity"])
        self.membership = MembershipServiceStub(self._channels["membership"])
        self.governance = GovernanceServiceStub(self._channels["governance"])
        self.votes = VoteServiceStub(self._channels["governance"])
        """Federated votes as our own governance stores them."""
        self._open_matching(self._channels["matching"])
        self._open_scheduling(self._channels["scheduling"])
        self._open_money(self._channels["scheduling"])
        self.federation = FederationServiceStub(self._channels["federation"])
        self.evidence = EvidenceServiceStub(self._channels["federation"])
        """What the boards of a federated vote prove."""
        self.person_rights = {name: PersonRightsServiceStub(self._channels[name]) for name in PERSON_SERVICES}
        """What each service stores about a person, for that person."""
        self.person_data = {name: PersonDataServiceStub(self._channels[name]) for name in PEOPLE_SERVICE_NAMES}
        """What each service has of a person."""
        self.statuses = {name: StatusServiceStub(channel) for name, channel in self._channels.items()}

    def _open_identity(self, channel: grpc.aio.Channel) -> None:
        self.identity = IdentityServiceStub(channel)
        self.data_requests = DataRequestServiceStub(channel)
        """Requests of people for all that is held about them."""
        self.relationships = RelationshipServiceStub(channel)
        self.credentials = CredentialServiceStub(channel)
        """What people are qualified for."""
        self.files = FileServiceStub(channel)
        self.records = RecordServiceStub(channel)
        """What people say of themselves, and whom they let see it."""
        self.consents = ConsentServiceStub(channel)
        self.notices = NoticeServiceStub(channel)
        """How persons want to be told."""
        self.passkeys = PasskeyServiceStub(channel)
        """Signing in with what a device holds."""
        self.recovery = RecoveryServiceStub(channel)
        """Signing in again as two people vouch."""
        self.helping = HelpingServiceStub(channel)
        self.emergency = EmergencyServiceStub(channel)

    def _open_scheduling(self, channel: grpc.aio.Channel) -> None:
        self.visits = VisitServiceStub(channel)
        """When who comes to whom."""
        self.whole_visits = WholeVisitServiceStub(channel)
        """One of them, with all that is said of it."""
        self.visit_series = VisitSeriesServiceStub(channel)
        """Visits that repeat."""
        self.visit_tasks = VisitTaskServiceStub(channel)
        """What is to be done there."""
        self.visit_records = VisitRecordServiceStub(channel)
        """What happened there, as both sides say."""
        self.visit_gaps = VisitGapServiceStub(channel)
        """How far two of them stay apart."""
        self.watch = WatchServiceStub(channel)
        """Who is told when one does not start."""
        self.sharings = SharingServiceStub(channel)
        """Visits that serve two."""
        self.group_activities = GroupActivityServiceStub(channel)
        self.worker_weeks = WorkerWeekServiceStub(channel)
        """When workers are away, who could come, swaps, and weeks that are right."""
        self.week_drafts = WeekDraftServiceStub(channel)
        """A week as the engine would plan it."""
        self.covers = CoverServiceStub(channel)
        """Which visits need somebody since one of the team has left."""
        self.day_sheets = DaySheetServiceStub(channel)
        self.calendars = CalendarServiceStub(channel)

    def _open_money(self, channel: grpc.aio.Channel) -> None:
        self.funding = FundingServiceStub(channel)
        """Who pays for visits."""
        self.engagements = EngagementServiceStub(channel)
        self.working_time = WorkingTimeServiceStub(channel)
        """How workers work."""
        self.pay_periods = PayPeriodServiceStub(channel)
        """What was settled, and what would be."""
        self.activities = ActivityServiceStub(channel)
        """What people do together, free for all."""

    def _open_matching(self, channel: grpc.aio.Channel) -> None:
        self.support_profiles = SupportProfileServiceStub(channel)
        """What people look for and what they offer."""
        self.suggestions = SuggestionServiceStub(channel)
        """Offers that fit, with every reason."""
        self.call_outs = CallOutServiceStub(channel)
        """What people openly say that they look for."""
        self.concerns = ConcernServiceStub(channel)
        """What is wrong between two of a team, and what becomes of it."""
        self.introductions = IntroductionServiceStub(channel)
        self.asks = AskServiceStub(channel)
        """What people ask other co-ops, and what these ask."""
        self.matching_days = MatchingDayServiceStub(channel)
        """When many are paired at once."""
        self.peer_posts = PeerPostServiceStub(channel)
        """What neighbours offer each other, and ask for."""
        self.peers = PeerServiceStub(channel)
        """Who gets to know whom as a peer."""
        self.partners = PartnerServiceStub(channel)
        """Organisations that the co-op works with, and what both agreed on."""
        self.referrals = ReferralServiceStub(channel)
        """Who is referred to the co-op, or to a partner."""
        self.teams = TeamServiceStub(channel)
        """Who is in whose team."""
        self.team_questions = TeamQuestionServiceStub(channel)
        """What teams decide among themselves."""
        self.tasks = TaskServiceStub(channel)
        """Who in a team does what needs papers."""
        self.waiting = WaitingServiceStub(channel)
        """What of these waits for somebody's answer."""
        self.reviews = ReviewServiceStub(channel)
        """Visits that count, and how both say it goes."""

    async def call(
        self, method: Method[RequestT, ResponseT], request: RequestT, token: str = "", seconds: float = client.DEADLINE_SECONDS
    ) -> ResponseT:
        """Calls a method; without a token the call is anonymous. `seconds` is the deadline."""
        return await client.call_service(method, request, token, seconds)

    async def close(self) -> None:
        await asyncio.gather(*(channel.close() for channel in self._channels.values()))
