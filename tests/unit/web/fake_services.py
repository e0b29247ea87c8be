"""Fakes of the services behind the pages, with a handful of invented people and some motions."""

from dataclasses import dataclass, field
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.identity.v1.enums import NoticeTopic
from kith.matching.v1 import tasks_pb2 as tasks
from kith.matching.v1 import team_questions_pb2 as team_questions
from libs.clock import Clock, FixedClock
from services.clients import ServiceClients
from services.topology import PEOPLE_SERVICE_NAMES, PERSON_SERVICES
from services.web.app_state import AppState, CoOp
from services.web.http.access_tokens import AccessTokenCache
from services.web.http.cookies import Cookies
from services.web.http.rate_limiter import RateLimiter
from services.web.localisation.catalogue import EASY_READ, PLAIN_ENGLISH, load_catalogues
from services.web.notices.rendering import NoticeRenderer, NoticeSender
from services.web.notices.stop_links import StopLinks
from services.web.templates import create_environment
from tests.unit.web.fake_asks import FakeAskService
from tests.unit.web.fake_calendars import FakeCalendarService
from tests.unit.web.fake_concerns import FakeConcernService, FakeCoverService
from tests.unit.web.fake_day_sheets import FakeDaySheetService
from tests.unit.web.fake_distances import FakeVisitGapService
from tests.unit.web.fake_every_service import FakePersonDataService, FakePersonRightsService, FakeStatusService, reads_of_ada
from tests.unit.web.fake_federation_services import FakeEvidenceService, FakeFederationService
from tests.unit.web.fake_ids import (
    ANNOUNCED_MOTION,
    CAPPED_MOTION,
    CLOSED_MOTION,
    CODE,
    EMERGENCY,
    FORMS_KEY,
    OPEN_MOTION,
    OTHERS_ENTRY,
    OWN_ENTRY,
)
from tests.unit.web.fake_matching import (
    FakeCallOutService,
    FakeReviewService,
    FakeSuggestionService,
    FakeSupportProfileService,
    FakeTaskService,
)
from tests.unit.web.fake_matching_days import FakeMatchingDayService
from tests.unit.web.fake_membership_governance import (
    CAPPED_RULE,
    CLASSES,
    FakeGovernanceService,
    FakeMembershipService,
    make_counting_rule,
    make_motion,
)
from tests.unit.web.fake_money import FakeActivityService, FakeEngagementService, FakeFundingService, FakePayPeriodService
from tests.unit.web.fake_neighbours import FakePeerPostService, FakePeerService
from tests.unit.web.fake_partners import FakePartnerService, FakeReferralService
from tests.unit.web.fake_people import ADA, NOW
from tests.unit.web.fake_records import (
    CLAIMED_PAPER,
    EXPIRED_PAPER,
    PNG,
    VERIFIED_PAPER,
    FakeCredentialService,
    FakeFileService,
    FakeNoticeService,
    FakeRecordService,
)
from tests.unit.web.fake_rights import ASKED, LPA, FakeConsentService, FakeDataRequestService, FakeEmergencyService, FakeRelationshipService
from tests.unit.web.fake_series import FakeVisitSeriesService
from tests.unit.web.fake_sharing import FakeGroupActivityService, FakeSharingService
from tests.unit.web.fake_sign_in import (
    HELPED_SESSION,
    PASSKEY,
    PASSKEY_ANSWER,
    FakeHelpingService,
    FakeIdentityService,
    FakePasskeyService,
    FakeRecoveryService,
)
from tests.unit.web.fake_stores import (
    InMemoryFirstSteps,
    InMemoryKeptForms,
    InMemoryNews,
    InMemoryNotices,
    InMemorySessions,
    make_news,
    make_notices,
)
from tests.unit.web.fake_team_questions import FakeTeamQuestionService
from tests.unit.web.fake_teams import FakeIntroductionService, FakeTeamService
from tests.unit.web.fake_visit_records import FakeVisitRecordService
from tests.unit.web.fake_visit_tasks import FakeVisitTaskService
from tests.unit.web.fake_visits import FakeVisitService
from tests.unit.web.fake_vote_services import FakeVoteService
from tests.unit.web.fake_waiting import FakeWaitingService
from tests.unit.web.fake_watch import FakeWatchService
from tests.unit.web.fake_week_drafts import FakeWeekDraftService
from tests.unit.web.fake_whole_visits import FakeWholeVisitService
from tests.unit.web.fake_worker_weeks import FakeWorkerWeekService
from tests.unit.web.fake_working_time import FakeWorkingTimeService

__all__ = [
    "ANNOUNCED_MOTION",
    "ASKED",
    "CAPPED_MOTION",
    "CAPPED_RULE",
    "CLAIMED_PAPER",
    "CLASSES",
    "CLOSED_MOTION",
    "CODE",
    "EMERGENCY",
    "EXPIRED_PAPER",
    "FORMS_KEY",
    "HELPED_SESSION",
    "LPA",
    "OPEN_MOTION",
    "OTHERS_ENTRY",
    "OWN_ENTRY",
    "PASSKEY",
    "PASSKEY_ANSWER",
    "PNG",
    "REGISTERS",
    "STOP_LINKS",
    "STOP_TOKEN",
    "TEMPLATES",
    "VERIFIED_PAPER",
    "FakeServices",
    "InMemoryFirstSteps",
    "InMemoryNews",
    "make_counting_rule",
    "make_motion",
    "make_notices",
    "reads_of_ada",
]
"""Also what tests name of the fakes: they import it from here."""

TEMPLATES, REGISTERS = create_environment(), load_catalogues()
"""Loaded once: they never change, and loading takes longer than rendering any page."""
STOP_LINKS = StopLinks(FORMS_KEY)
STOP_TOKEN = STOP_LINKS.token(UUID(ADA), NoticeTopic.MOTIONS)


@dataclass
class FakeServices:
    """All fake services of the pages; tests can inspect them afterwards."""

    identity: FakeIdentityService = field(default_factory=FakeIdentityService)
    data_requests: FakeDataRequestService = field(default_factory=FakeDataRequestService)
    relationships: FakeRelationshipService = field(default_factory=FakeRelationshipService)
    credentials: FakeCredentialService = field(default_factory=FakeCredentialService)
    files: FakeFileService = field(default_factory=FakeFileService)
    records: FakeRecordService = field(default_factory=FakeRecordService)
    consents: FakeConsentService = field(default_factory=FakeConsentService)
    helping: FakeHelpingService = field(default_factory=FakeHelpingService)
    passkeys: FakePasskeyService = field(default_factory=FakePasskeyService)
    recovery: FakeRecoveryService = field(default_factory=FakeRecoveryService)
    membership: FakeMembershipService = field(default_factory=FakeMembershipService)
    governance: FakeGovernanceService = field(default_factory=FakeGovernanceService)
    votes: FakeVoteService = field(default_factory=FakeVoteService)
    federation: FakeFederationService = field(default_factory=FakeFederationService)
    evidence: FakeEvidenceService = field(default_factory=FakeEvidenceService)
    emergency: FakeEmergencyService = field(default_factory=FakeEmergencyService)
    person_data: dict[str, FakePersonDataService] = field(
        default_factory=lambda: {name: FakePersonDataService(name) for name in PEOPLE_SERVICE_NAMES}
    )
    person_rights: dict[str, FakePersonRightsService] = field(
        default_factory=lambda: {name: FakePersonRightsService(name) for name in PERSON_SERVICES}
    )
    introductions: FakeIntroductionService = field(default_factory=FakeIntroductionService)
    teams: FakeTeamService = field(default_factory=FakeTeamService)
    team_questions: FakeTeamQuestionService = field(default_factory=FakeTeamQuestionService)
    waiting: FakeWaitingService = field(default_factory=FakeWaitingService)
    visits: FakeVisitService = field(default_factory=FakeVisitService)
    calendars: FakeCalendarService = field(default_factory=FakeCalendarService)
    worker_weeks: FakeWorkerWeekService = field(default_factory=FakeWorkerWeekService)
    week_drafts: FakeWeekDraftService = field(default_factory=FakeWeekDraftService)
    day_sheets: FakeDaySheetService = field(default_factory=FakeDaySheetService)
    visit_tasks: FakeVisitTaskService = field(default_factory=FakeVisitTaskService)
    visit_records: FakeVisitRecordService = field(default_factory=FakeVisitRecordService)
    watch: FakeWatchService = field(default_factory=FakeWatchService)
    whole_visits: FakeWholeVisitService = field(default_factory=FakeWholeVisitService)
    visit_series: FakeVisitSeriesService = field(default_factory=FakeVisitSeriesService)
    funding: FakeFundingService = field(default_factory=FakeFundingService)
    engagements: FakeEngagementService = field(default_factory=FakeEngagementService)
    working_time: FakeWorkingTimeService = field(default_factory=FakeWorkingTimeService)
    pay_periods: FakePayPeriodService = field(default_factory=FakePayPeriodService)
    activities: FakeActivityService = field(default_factory=FakeActivityService)
    visit_gaps: FakeVisitGapService = field(default_factory=FakeVisitGapService)
    sharings: FakeSharingService = field(default_factory=FakeSharingService)
    group_activities: FakeGroupActivityService = field(default_factory=FakeGroupActivityService)
    sessions: InMemorySessions = field(default_factory=InMemorySessions)
    kept_forms: InMemoryKeptForms = field(default_factory=InMemoryKeptForms)
    notices: FakeNoticeService = field(default_factory=FakeNoticeService)
    support_profiles: FakeSupportProfileService = field(default_factory=FakeSupportProfileService)
    call_outs: FakeCallOutService = field(default_factory=FakeCallOutService)
    asks: FakeAskService = field(default_factory=FakeAskService)
    matching_days: FakeMatchingDayService = field(default_factory=FakeMatchingDayService)
    concerns: FakeConcernService = field(default_factory=FakeConcernService)
    covers: FakeCoverService = field(default_factory=FakeCoverService)
    peer_posts: FakePeerPostService = field(default_factory=FakePeerPostService)
    peers: FakePeerService = field(default_factory=FakePeerService)
    partners: FakePartnerService = field(default_factory=FakePartnerService)
    referrals: FakeReferralService = field(default_factory=FakeReferralService)
    reviews: FakeReviewService = field(default_factory=FakeReviewService)
    tasks: FakeTaskService = field(default_factory=FakeTaskService)
    suggestions: FakeSuggestionService = field(default_factory=FakeSuggestionService)
    notice_state: InMemoryNotices = field(default_factory=lambda: InMemoryNotices(make_notices()))
    news: InMemoryNews = field(default_factory=lambda: InMemoryNews(make_news()))
    first_steps: InMemoryFirstSteps = field(default_factory=InMemoryFirstSteps)
    public_url: str = "https://elm-row.example"
    forms_a_minute: int = 100_000
    """Tests send more forms than a person, and their clock stands still."""
    co_op: str = ""
    clock: Clock = field(default_factory=lambda: FixedClock(NOW))

    def __post_init__(self) -> None:
        self.teams.tasks_in = lambda team: FakeTaskService.GetTeamTasks(self.tasks, tasks.GetTeamTasksRequest(team_id=team))
        self.teams.questions_to = lambda team: FakeTeamQuestionService.GetTeamQuestions(
            self.team_questions, team_questions.GetTeamQuestionsRequest(team_id=team)
        )

        self.whole_visits.parts = {
            "plan": self.visits,
            "tasks": self.visit_tasks,
            "distances": self.visit_gaps,
            "alerts": self.watch,
            "records": self.visit_records,
        }

    def app_state(self, *, https: bool = False) -> AppState:
        statuses = {name: FakeStatusService(name) for name in ("identity", "membership", "governance", "web")}
        services = object.__new__(ServiceClients)  # without channels: the fakes take the place of every stub
        fakes = (
            "identity",
            "membership",
            "governance",
            "votes",
            "federation",
            "evidence",
            "emergency",
            "person_data",
            "person_rights",
            "relationships",
            "credentials",
            "files",
            "records",
            "consents",
            "notices",
            "data_requests",
            "passkeys",
            "recovery",
            "helping",
            "support_profiles",
            "suggestions",
            "reviews",
            "call_outs",
            "asks",
            "matching_days",
            "concerns",
            "covers",
            "peer_posts",
            "peers",
            "partners",
            "referrals",
            "tasks",
            "introductions",
            "teams",
            "team_questions",
            "visits",
            "waiting",
            "calendars",
            "worker_weeks",
            "week_drafts",
            "visit_records",
            "visit_tasks",
            "day_sheets",
            "watch",
            "whole_visits",
            "visit_series",
            *("funding", "engagements", "working_time", "pay_periods", "activities"),
            *("visit_gaps", "sharings", "group_activities"),
        )
        vars(services).update({name: getattr(self, name) for name in fakes}, statuses=statuses)
        co_op = CoOp(
            "Elm Row Care Co-op", "01632 960 001", ZoneInfo("Europe/London"), "https://elm-row.example/source", "0.1.0", self.public_url
        )
        return AppState(
            co_op=co_op,
            services=services,
            sessions=self.sessions,
            kept_forms=self.kept_forms,
            news=self.news,
            first_steps=self.first_steps,
            access_tokens=AccessTokenCache(services, self.sessions),
            clock=self.clock,
            cookies=Cookies(https, self.co_op),
            form_limiter=RateLimiter(self.forms_a_minute),
            forms_key=FORMS_KEY,
            templates=TEMPLATES,
            catalogues=REGISTERS,
            notices=self.notice_state,
            renderer=NoticeRenderer(
                NoticeSender(co_op.name, co_op.phone, co_op.public_url, co_op.zone),
                {False: REGISTERS[PLAIN_ENGLISH], True: REGISTERS[EASY_READ]},
                STOP_LINKS,
            ),
            service_token=lambda: "web",
        )
