"""Fakes of the services behind the pages, with a handful of invented people and some motions."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from kith.governance.v1 import governance_pb2 as gov
from kith.identity.v1 import data_requests_pb2 as asked
from kith.identity.v1 import identity_pb2 as ident
from kith.membership.v1 import membership_pb2 as memb
from kith.person.v1 import person_rights_pb2 as rights
from kith.status.v1 import status_pb2 as stat
from libs.clock import Clock, FixedClock
from libs.database.paging import Page
from libs.refusals import Conflict, FailedPrecondition, NotFound, NotSignedIn, Unavailable
from services.clients import ServiceClients
from services.topology import PERSON_SERVICES
from services.web.app_state import AppState, CoOp
from services.web.http.access_tokens import AccessTokenCache
from services.web.http.cookies import Cookies
from services.web.http.sessions import IdentitySession, Session
from services.web.localisation.catalogue import load_catalogues
from services.web.storage.news import NewsItem
from services.web.templates import create_environment
from tests.unit.web.fake_people import ADA, JO, MO, NAMES, NOW, FakeService, to_timestamp
from tests.unit.web.fake_vote_services import FakeEvidenceService, FakeFederationService, FakeVoteService

TEMPLATES, REGISTERS = create_environment(), load_catalogues()
"""Loaded once: they never change, and loading takes longer than rendering any page."""

OPEN_MOTION, CLOSED_MOTION, ANNOUNCED_MOTION, CAPPED_MOTION = (f"01939f00-0000-7000-8000-0000000000a{number}" for number in (1, 2, 3, 4))
OTHERS_ENTRY = "01939f00-0000-7000-8000-0000000000e1"
OWN_ENTRY = "01939f00-0000-7000-8000-0000000000e2"
CODE = "7K3M9QWD2XTR5HVA"
FORMS_KEY = b"forms" * 7
CLASSES = {"supported": "Supported member", "worker": "Worker member", "investor": "Investor member"}
SIZES = {"supported": 120, "worker": 85, "investor": 15}


def make_counting_rule(**overrides: Any) -> gov.CountingRule:
    rule: dict[str, Any] = {
        "method": "yes_no_abstain",
        "class_rule": "none",
        "threshold": "1/2",
        "strict": True,
        "of": "cast",
        "quorum_fraction": "1/10",
    }
    return gov.CountingRule(**(rule | overrides))


CAPPED_RULE = make_counting_rule(
    class_rule="cap", measured_on="cast", class_figures=[gov.ClassFigure(member_class="investor", fraction="1/10")], quorum_count=3
)


def make_motion(**overrides: Any) -> gov.Motion:
    motion: dict[str, Any] = {
        "motion_id": OPEN_MOTION,
        "title": "Should we share one night team with Harbour and Mill Lane?",
        "text": "Today each co-op finds its own people for the night. That is hard, and it costs a lot.\n\n"
        "One team for all three could always have somebody awake. It would begin in January.",
        "easy_title": "Shall we share a night team?",
        "easy_text": "Some people need help at night.\nThree co-ops could share one team.\nThe team would start in January.",
        "resolution_type": "ordinary",
        "resolution_type_name": "Ordinary resolution",
        "state": gov.MOTION_STATE_OPEN,
        "announced_at": to_timestamp(NOW - timedelta(days=17)),
        "opens_at": to_timestamp(NOW - timedelta(days=3)),
        "closes_at": to_timestamp(datetime(2026, 11, 27, 20, tzinfo=UTC)),
        "opened_by": MO,
        "roll": [gov.ClassSize(member_class=key, name=CLASSES[key], eligible=size) for key, size in SIZES.items()],
        "ballots": 74,
        "options": ["for", "against", "abstain"],
        "i_may_vote": True,
        "my_class": "supported",
        "counting": CAPPED_RULE,
        "for_means": "We share a night team from January.",
        "against_means": "Each co-op keeps its own.",
    }
    return gov.Motion(**(motion | overrides))


def make_result(**overrides: Any) -> gov.Result:
    """The golden case of a cap of one tenth: 35, 28 and 48 votes, 79/160 for."""
    result: dict[str, Any] = {
        "motion_id": CAPPED_MOTION,
        "passes": False,
        "share_for": "79/160",
        "classes": [
            gov.ClassTally(
                member_class="supported", name="Supported member", eligible=120, votes_for=25, votes_against=10, abstentions=2,
                ballot_weight="1", weight="35", share_for="5/7",
            ),
            gov.ClassTally(
                member_class="worker", name="Worker member", eligible=85, votes_for=3, votes_against=25, abstentions=0,
                ballot_weight="1", weight="28", share_for="3/28",
            ),
            gov.ClassTally(
                member_class="investor", name="Investor member", eligible=60, votes_for=45, votes_against=3, abstentions=1,
                ballot_weight="7/48", weight="7", share_for="15/16",
            ),
        ],
        "reasons": [gov.Reason(code="threshold")],
        "turnout": "114/265",
        "counting": CAPPED_RULE,
        "rulebook_hash": "5f" * 32,
        "counted_at": to_timestamp(NOW - timedelta(days=4)),
        "weight_for": "553/16",
        "weight_against": "567/16",
    }  # fmt: skip
    return gov.Result(**(result | overrides))


@dataclass
class InMemorySessions:
    """A session store in memory."""

    sessions: dict[str, Session] = field(default_factory=dict)

    async def create(self, identity: IdentitySession) -> Session:
        session = Session(hashlib.sha256(f"{identity.session_id}{len(self.sessions)}".encode()).hexdigest(), identity)
        self.sessions[session.cookie] = session
        return session

    async def find(self, cookie: str) -> Session | None:
        session = self.sessions.get(cookie)
        return session if session and session.identity.expires_at > NOW else None

    async def set_hats(self, session: Session, hats: Sequence[str]) -> None:
        self.sessions[session.cookie] = replace(session, identity=replace(session.identity, hats=tuple(hats)))

    async def end(self, session: Session) -> None:
        self.sessions.pop(session.cookie, None)


@dataclass
class InMemoryKeptForms:
    """A store of kept forms in memory, by owner and name."""

    forms: dict[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)

    async def save(self, owner: str, name: str, fields: Mapping[str, str]) -> None:
        self.forms[owner, name] = dict(fields)

    async def load(self, owner: str, name: str) -> Mapping[str, str]:
        return self.forms.get((owner, name), {})

    async def delete(self, owner: str, name: str) -> None:
        self.forms.pop((owner, name), None)


@dataclass
class InMemoryFirstSteps:
    """First steps that are ticked off, in memory; by default all are done."""

    ticked: set[str] = field(default_factory=lambda: {"all"})

    async def list_ticked(self) -> frozenset[str]:
        return frozenset(self.ticked)

    async def tick(self, person_id: str, step: str) -> None:  # noqa: ARG002 - in memory nobody asks who it was
        self.ticked.add(step)


@dataclass
class InMemoryNews:
    """A news feed in memory, newest first."""

    happened: list[NewsItem] = field(default_factory=list)

    async def list_for(
        self,
        person_id: str,  # noqa: ARG002 - all of it is Ada's
        limit: int,
        page_token: str = "",
        hats: Sequence[str] = (),  # noqa: ARG002 - and she wears all hats
    ) -> Page[NewsItem]:
        start = int(page_token or 0)
        rest = self.happened[start + limit :]
        return Page(self.happened[start : start + limit], str(start + limit) if rest else "")


def make_news() -> list[NewsItem]:
    """Some recent news items for Ada."""
    items = [
        ("vote_recorded", OPEN_MOTION, "paper"),
        ("motion_opened", OPEN_MOTION, ""),
        ("motion_closed", CAPPED_MOTION, ""),
        ("code_issued", "", "card"),
        ("motion_opened", ANNOUNCED_MOTION, ""),
    ]
    return [NewsItem(kind, about, word, NOW - timedelta(hours=at)) for at, (kind, about, word) in enumerate(items)]


class FakeIdentityService(FakeService):
    hats: tuple[str, ...] = ("secretary", "operator", "scrutineer")

    def __init__(self) -> None:
        super().__init__(ident.DESCRIPTOR.services_by_name["IdentityService"])

    def SignIn(self, request: ident.SignInRequest) -> ident.SignInResponse:
        if request.code != CODE and (request.email, request.password) != ("ada@elm-row.example", "a good long password"):
            raise NotSignedIn("CODE_WRONG" if request.code else "PASSWORD_WRONG")
        return ident.SignInResponse(
            person_id=ADA,
            session_id="s1",
            session_key="k1",
            token="t",
            hats=self.hats,
            session_expires_at=to_timestamp(NOW + timedelta(days=30)),
        )

    def RenewToken(self, request: ident.RenewTokenRequest) -> ident.RenewTokenResponse:
        return ident.RenewTokenResponse(token=f"token of {request.session_id} as {request.hat}", hats=self.hats)

    def GetNames(self, request: ident.GetNamesRequest) -> ident.GetNamesResponse:
        known = [(item_id, *NAMES[item_id]) for item_id in request.person_ids if item_id in NAMES]
        return ident.GetNamesResponse(
            names=[ident.Name(person_id=person_id, full_name=full, called=called) for person_id, full, called in known]
        )

    def GetPerson(self, request: ident.GetPersonRequest) -> ident.GetPersonResponse:
        full, called = NAMES[request.person_id]
        return ident.GetPersonResponse(
            person=ident.Person(
                person_id=request.person_id, full_name=full, called=called, email="jo@elm-row.example", phone="01632 960 017",
                registered_at=to_timestamp(NOW - timedelta(days=300)), live_cards=1, hats=["secretary"], version=3,
            )
        )  # fmt: skip

    def SearchPersons(self, request: ident.SearchPersonsRequest) -> ident.SearchPersonsResponse:
        found = sorted((full, called, person) for person, (full, called) in NAMES.items() if request.text.lower() in full.lower())
        names = [ident.Name(person_id=person, full_name=full, called=called) for full, called, person in found]
        return ident.SearchPersonsResponse(names=names)

    def RegisterPersons(self, request: ident.RegisterPersonsRequest) -> ident.RegisterPersonsResponse:
        missing = not request.persons[0].full_name
        row = ident.RegisteredPerson(refusal="NAME_MISSING", field="full_name") if missing else ident.RegisteredPerson(person_id=JO)
        return ident.RegisterPersonsResponse(persons=[row])

    def IssueSignInCode(self, _request: ident.IssueSignInCodeRequest) -> ident.IssueSignInCodeResponse:
        return ident.IssueSignInCodeResponse(code=CODE, expires_at=to_timestamp(NOW + timedelta(days=365)))

    def ListSessions(self, _request: ident.ListSessionsRequest) -> ident.ListSessionsResponse:
        sessions = [
            ident.OwnSession(
                session_id=f"01939f00-0000-7000-8000-0000000000f{number}",
                strength=strength,
                started_at=to_timestamp(NOW - timedelta(days=number)),
                expires_at=to_timestamp(NOW + timedelta(days=30 - number)),
                current=not number,
            )
            for number, strength in enumerate(("card", "password", "link"))
        ]
        return ident.ListSessionsResponse(sessions=sessions)

    def EndSessions(self, request: ident.EndSessionsRequest) -> ident.EndSessionsResponse:
        return ident.EndSessionsResponse(ended=1 if request.session_id else 3)

    def RevokeSignInCodes(self, _request: ident.RevokeSignInCodesRequest) -> ident.RevokeSignInCodesResponse:
        return ident.RevokeSignInCodesResponse(revoked=1)


class FakeMembershipService(FakeService):
    def __init__(self) -> None:
        super().__init__(memb.DESCRIPTOR.services_by_name["MembershipService"])

    def ListMembers(self, request: memb.ListMembersRequest) -> memb.ListMembersResponse:
        members = [
            memb.Member(person_id=person, member_number=str(number), member_class=key, may_vote=True, admitted_on="2025-03-01")
            for person, number, key in ((ADA, 1, "supported"), (JO, 2, "worker"), (MO, 3, "investor"))
        ]
        members = [member for member in members if request.member_number in ("", member.member_number)]
        return memb.ListMembersResponse(members=[member for member in members if member.person_id in (request.person_ids or NAMES)])

    def CountMembers(self, request: memb.CountMembersRequest) -> memb.CountMembersResponse:
        sizes = [memb.ClassSize(member_class=key, members=size) for key, size in SIZES.items()]
        return memb.CountMembersResponse(classes=sizes, as_of=request.as_of or "2026-11-24")

    def GetMember(self, request: memb.GetMemberRequest) -> memb.GetMemberResponse:
        standings = [
            memb.Standing(member_class="supported", may_vote=True, from_day="2025-03-01", to_day="2026-01-31"),
            memb.Standing(member_class="worker", may_vote=True, from_day="2026-02-01"),
        ]
        member = memb.Member(
            person_id=request.person_id, member_number="2", member_class="worker", admitted_on="2025-03-01", standings=standings,
            register_name="Jo Bright", register_address="1 Example Row\nExampleton", version=7,
        )  # fmt: skip
        return memb.GetMemberResponse(member=member)

    def Apply(self, _request: memb.ApplyRequest) -> memb.ApplyResponse:
        return memb.ApplyResponse(application_id="a2")

    def ListApplications(self, _request: memb.ListApplicationsRequest) -> memb.ListApplicationsResponse:
        application = memb.Application(
            application_id="a1",
            person_id=JO,
            member_class="worker",
            why="I would like to help in the evenings.",
            applied_at=to_timestamp(NOW),
        )
        return memb.ListApplicationsResponse(applications=[application])

    def AdmitMembers(self, request: memb.AdmitMembersRequest) -> memb.AdmitMembersResponse:
        if not request.admissions[0].register_address:
            return memb.AdmitMembersResponse(members=[memb.Admitted(refusal="ADDRESS_MISSING", field="register_address")])
        return memb.AdmitMembersResponse(members=[memb.Admitted(member_number="4")])


class FakeGovernanceService(FakeService):
    def __init__(self) -> None:
        super().__init__(gov.DESCRIPTOR.services_by_name["GovernanceService"])
        self.ballot: gov.Ballot | None = None
        self.motions = {
            OPEN_MOTION: make_motion(),
            ANNOUNCED_MOTION: make_motion(
                motion_id=ANNOUNCED_MOTION, title="Should Jo Bright be our treasurer?", state=gov.MOTION_STATE_ANNOUNCED,
                opens_at=to_timestamp(NOW + timedelta(days=2)), i_may_vote=False, my_standing="JOINED_TOO_LATE",
            ),
            CAPPED_MOTION: make_motion(
                motion_id=CAPPED_MOTION, title="Should we buy a second minibus?", state=gov.MOTION_STATE_NOT_PASSED,
                closes_at=to_timestamp(NOW - timedelta(days=4)), closed_at=to_timestamp(NOW - timedelta(days=4)),
            ),
            CLOSED_MOTION: make_motion(
                motion_id=CLOSED_MOTION, title="Should we open the kitchen on Sundays?", state=gov.MOTION_STATE_PASSED,
                closes_at=to_timestamp(NOW - timedelta(days=9)), closed_at=to_timestamp(NOW - timedelta(days=9)),
                counting=make_counting_rule(quorum_fraction=""),
            ),
        }  # fmt: skip
        self.results = {
            CAPPED_MOTION: make_result(),
            CLOSED_MOTION: make_result(
                motion_id=CLOSED_MOTION, passes=True, share_for="268/399", reasons=[], turnout="412/500",
                counting=make_counting_rule(quorum_fraction=""),
                weight_for="268", weight_against="131",
                classes=[
                    gov.ClassTally(
                        member_class="supported", name="Supported member", eligible=300, votes_for=234, votes_against=126, abstentions=13,
                        ballot_weight="1", weight="360", share_for="234/360",
                    ),
                    gov.ClassTally(
                        member_class="worker", name="Worker member", eligible=200, votes_for=34, votes_against=5,
                        ballot_weight="1", weight="39", share_for="34/39",
                    ),
                ],
            ),
        }  # fmt: skip

    def GetMotion(self, request: gov.GetMotionRequest) -> gov.GetMotionResponse:
        if request.motion_id not in self.motions:
            raise NotFound("MOTION_UNKNOWN")
        motion = gov.Motion()
        motion.CopyFrom(self.motions[request.motion_id])
        motion.i_have_voted = self.ballot is not None and request.motion_id == OPEN_MOTION
        return gov.GetMotionResponse(motion=motion)

    def ListMotions(self, request: gov.ListMotionsRequest) -> gov.ListMotionsResponse:
        chosen = {
            gov.MOTION_FILTER_NEEDS_MY_VOICE: [] if self.ballot else [OPEN_MOTION],
            gov.MOTION_FILTER_OPEN: [OPEN_MOTION, ANNOUNCED_MOTION],
            gov.MOTION_FILTER_CLOSED: [CAPPED_MOTION, CLOSED_MOTION],
        }[request.filter]
        return gov.ListMotionsResponse(motions=[self.motions[item] for item in chosen])

    def CastBallot(self, request: gov.CastBallotRequest) -> gov.CastBallotResponse:
        if request.revision != (self.ballot.revision if self.ballot else 0):
            raise Conflict("BALLOT_STALE")
        self.ballot = gov.Ballot(
            ballot_id="01939f00-0000-7000-8000-0000000000b1", motion_id=request.motion_id, person_id=ADA, choice=request.choice,
            revision=request.revision + 1, taken="page", recorded_at=to_timestamp(NOW),
        )  # fmt: skip
        return gov.CastBallotResponse(ballot=self.ballot)

    def GetMyBallot(self, _request: gov.GetMyBallotRequest) -> gov.GetMyBallotResponse:
        return gov.GetMyBallotResponse(ballot=self.ballot)

    def GetResult(self, request: gov.GetResultRequest) -> gov.GetResultResponse:
        if request.motion_id not in self.results:
            raise FailedPrecondition("NOT_COUNTED_YET")
        return gov.GetResultResponse(result=self.results[request.motion_id])

    def ListDecisions(self, _request: gov.ListDecisionsRequest) -> gov.ListDecisionsResponse:
        rows = [
            gov.Decision(
                number=3, kind="motion", motion_id=CAPPED_MOTION, title="Should we buy a second minibus?", decided_at=to_timestamp(NOW)
            ),
            gov.Decision(
                number=2,
                kind="motion",
                motion_id=CLOSED_MOTION,
                title="Shall we open on Sundays?",
                passed=True,
                decided_at=to_timestamp(NOW),
            ),
            gov.Decision(
                number=1, kind="founding", passed=True, decided_at=to_timestamp(NOW - timedelta(days=400)), effect="rulebook_adopted"
            ),
        ]
        return gov.ListDecisionsResponse(decisions=rows)

    def GetRulebook(self, _request: gov.GetRulebookRequest) -> gov.GetRulebookResponse:
        return gov.GetRulebookResponse(
            rulebook_hash="5f" * 32,
            text='schema = "kith.rulebook.v1"\n\n[classes.supported]\nname = "Supported member"\n',
            adopted_at=to_timestamp(NOW - timedelta(days=400)),
            classes=[
                gov.MemberClass(key=key, name=name, description="Who this is.", easy_description="You get support.", votes=True)
                for key, name in CLASSES.items()
            ],
            resolution_types=[
                gov.ResolutionType(
                    key="ordinary", name="Ordinary resolution", explanation="More than half must say yes.", minimum_open_hours=72,
                    maximum_open_days=28, notice_days=14, counting=CAPPED_RULE,
                ),
                gov.ResolutionType(
                    key="rules", name="Change of the rules", explanation="Three quarters must say yes.", minimum_open_hours=72,
                    maximum_open_days=28, notice_days=14, changes_rulebook=True, counting=make_counting_rule(threshold="3/4", of="present"),
                ),
                gov.ResolutionType(
                    key="merge", name="Special resolution: merge", explanation="Two meetings must say yes.", minimum_open_hours=72,
                    maximum_open_days=28, notice_days=14, needs_second_meeting=True, counting=make_counting_rule(threshold="2/3"),
                ),
            ],
        )  # fmt: skip

    def OpenMotion(self, _request: gov.OpenMotionRequest) -> gov.OpenMotionResponse:
        return gov.OpenMotionResponse(motion_id=OPEN_MOTION)

    def RecordBallot(self, _request: gov.RecordBallotRequest) -> gov.RecordBallotResponse:
        return gov.RecordBallotResponse(record_id=OTHERS_ENTRY)

    def ListUnconfirmedBallots(self, _request: gov.ListUnconfirmedBallotsRequest) -> gov.ListUnconfirmedBallotsResponse:
        waiting = [
            gov.UnconfirmedBallot(
                record_id=OTHERS_ENTRY, motion_id=OPEN_MOTION, person_id=JO, taken="paper", recorder=MO, recorded_at=to_timestamp(NOW)
            ),
            gov.UnconfirmedBallot(
                record_id=OWN_ENTRY, motion_id=OPEN_MOTION, person_id=MO, taken="phone", recorder=ADA, recorded_at=to_timestamp(NOW)
            ),
        ]
        return gov.ListUnconfirmedBallotsResponse(ballots=waiting)


class FakeStatusService(FakeService):
    def __init__(self, name: str) -> None:
        super().__init__(stat.DESCRIPTOR.services_by_name["StatusService"])
        self.name = name

    def GetStatus(self, _request: stat.GetStatusRequest) -> stat.GetStatusResponse:
        if self.name == "membership":
            raise Unavailable("SERVICE_AWAY")
        degraded = self.name == "governance"
        return stat.GetStatusResponse(
            service=self.name, state=stat.STATE_DEGRADED if degraded else stat.STATE_WELL, reasons=["BUS_AWAY"] if degraded else [],
            facts_stated=1204, facts_waiting=1 if degraded else 0, last_fact_at=to_timestamp(NOW),
            version="0.1.0", started_at=to_timestamp(NOW),
            listening=[stat.Listening(source="identity", position=40, head=42)] if degraded else [],
        )  # fmt: skip


class FakeDataRequestService(FakeService):
    def __init__(self) -> None:
        super().__init__(asked.DESCRIPTOR.services_by_name["DataRequestService"])

    def ListDataRequests(self, _request: asked.ListDataRequestsRequest) -> asked.ListDataRequestsResponse:
        at = to_timestamp(NOW - timedelta(days=25))
        days = {OWN_ENTRY: (JO, NOW.date() - timedelta(days=1)), OTHERS_ENTRY: (ADA, NOW.date() + timedelta(days=6))}
        waiting = [
            asked.DataRequest(data_request_id=item, person_id=person, asked_by=person, asked_at=at, due_day=day.isoformat())
            for item, (person, day) in days.items()
        ]
        return asked.ListDataRequestsResponse(data_requests=waiting)


class FakePersonRightsService(FakeService):
    """What one service stores about a person: here, a few records of each kind of value."""

    def __init__(self, service: str) -> None:
        super().__init__(rights.DESCRIPTOR.services_by_name["PersonRightsService"])
        self.service = service

    def Export(self, request: rights.ExportRequest) -> rights.ExportResponse:
        if self.service != "identity":
            return rights.ExportResponse()
        if not request.page_token:
            contact = {"person": ADA, "email": "ada@example.org", "phone": ""}
            return rights.ExportResponse(records=[_exported("contact", contact)], next_page_token="more")
        session = {"id": OWN_ENTRY, "person": ADA, "strength": "card", "started_at": NOW.isoformat(), "expires_at": None, "ended_at": None}
        read = {
            "id": OTHERS_ENTRY, "reader": MO, "hat": "secretary", "subject": ADA, "record": "person", "action": "get", "stale": False,
            "at": NOW.isoformat(), "fields": [], "reason": "", "acting_for": None,
        }  # fmt: skip
        return rights.ExportResponse(records=[_exported("session", session), _exported("read_audit", read)])


def _exported(kind: str, fields: Mapping[str, object]) -> rights.ExportedRecord:
    return rights.ExportedRecord(kind=kind, json=json.dumps(fields))


@dataclass
class FakeServices:
    """All fake services of the pages; tests can inspect them afterwards."""

    identity: FakeIdentityService = field(default_factory=FakeIdentityService)
    data_requests: FakeDataRequestService = field(default_factory=FakeDataRequestService)
    membership: FakeMembershipService = field(default_factory=FakeMembershipService)
    governance: FakeGovernanceService = field(default_factory=FakeGovernanceService)
    votes: FakeVoteService = field(default_factory=FakeVoteService)
    federation: FakeFederationService = field(default_factory=FakeFederationService)
    evidence: FakeEvidenceService = field(default_factory=FakeEvidenceService)
    sessions: InMemorySessions = field(default_factory=InMemorySessions)
    kept_forms: InMemoryKeptForms = field(default_factory=InMemoryKeptForms)
    news: InMemoryNews = field(default_factory=lambda: InMemoryNews(make_news()))
    first_steps: InMemoryFirstSteps = field(default_factory=InMemoryFirstSteps)
    public_url: str = "https://elm-row.example"
    co_op: str = ""
    clock: Clock = field(default_factory=lambda: FixedClock(NOW))

    def app_state(self, *, https: bool = False) -> AppState:
        statuses = {name: FakeStatusService(name) for name in ("identity", "membership", "governance", "web")}
        services = object.__new__(ServiceClients)  # without channels: the fakes take the place of every stub
        fakes = ("identity", "data_requests", "membership", "governance", "votes", "federation", "evidence")
        person_rights = {name: FakePersonRightsService(name) for name in PERSON_SERVICES}
        vars(services).update({name: getattr(self, name) for name in fakes}, statuses=statuses, person_rights=person_rights)
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
            forms_key=FORMS_KEY,
            templates=TEMPLATES,
            catalogues=REGISTERS,
        )
