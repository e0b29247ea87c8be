"""Fakes of the services behind the pages, with a handful of invented people and some motions."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.governance.v1 import governance_pb2 as gov
from kith.identity.v1 import consent_pb2 as consent
from kith.identity.v1 import credentials_pb2 as cred
from kith.identity.v1 import data_requests_pb2 as asked
from kith.identity.v1 import emergency_pb2 as emergency
from kith.identity.v1 import helping_pb2 as helping
from kith.identity.v1 import identity_pb2 as ident
from kith.identity.v1 import notices_pb2 as told
from kith.identity.v1 import passkeys_pb2 as passk
from kith.identity.v1 import record_pb2 as record
from kith.identity.v1 import recovery_pb2 as recov
from kith.identity.v1 import relationships_pb2 as rel
from kith.identity.v1.enums import NoticeTopic
from kith.membership.v1 import membership_pb2 as memb
from kith.person.v1 import person_data_pb2 as person_data
from kith.person.v1 import person_rights_pb2 as rights
from kith.status.v1 import status_pb2 as stat
from libs.clock import Clock, FixedClock
from libs.database.paging import Page
from libs.refusals import Conflict, FailedPrecondition, NotFound, NotSignedIn, Unavailable, invalid
from services.clients import ServiceClients
from services.topology import PEOPLE_SERVICE_NAMES, PERSON_SERVICES
from services.web.app_state import AppState, CoOp
from services.web.http.access_tokens import AccessTokenCache
from services.web.http.cookies import Cookies
from services.web.http.rate_limiter import RateLimiter
from services.web.http.sessions import HelpedPage, IdentitySession, Session
from services.web.localisation.catalogue import EASY_READ, PLAIN_ENGLISH, load_catalogues
from services.web.notices.rendering import NoticeRenderer, NoticeSender
from services.web.notices.stop_links import StopLinks
from services.web.storage.news import NewsItem
from services.web.storage.notices import Notice, NoticeState
from services.web.templates import create_environment
from tests.unit.web.fake_matching import FakeSupportProfileService
from tests.unit.web.fake_people import ADA, JO, MO, NAMES, NOW, FakeService, to_timestamp
from tests.unit.web.fake_teams import FakeIntroductionService, FakeTeamService
from tests.unit.web.fake_visits import FakeVisitService
from tests.unit.web.fake_vote_services import FakeEvidenceService, FakeFederationService, FakeVoteService

TEMPLATES, REGISTERS = create_environment(), load_catalogues()
"""Loaded once: they never change, and loading takes longer than rendering any page."""

OPEN_MOTION, CLOSED_MOTION, ANNOUNCED_MOTION, CAPPED_MOTION = (f"01939f00-0000-7000-8000-0000000000a{number}" for number in (1, 2, 3, 4))
OTHERS_ENTRY = "01939f00-0000-7000-8000-0000000000e1"
OWN_ENTRY = "01939f00-0000-7000-8000-0000000000e2"
EMERGENCY = "01939f00-0000-7000-8000-0000000000b1"
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
    helped_pages: list[HelpedPage] = field(default_factory=list)

    async def create(self, identity: IdentitySession) -> Session:
        session = Session(hashlib.sha256(f"{identity.session_id}{len(self.sessions)}".encode()).hexdigest(), identity)
        self.sessions[session.cookie] = session
        return session

    async def find(self, cookie: str) -> Session | None:
        session = self.sessions.get(cookie)
        return session if session and session.identity.expires_at > NOW else None

    async def set_hats(self, session: Session, hats: Sequence[str]) -> None:
        self.sessions[session.cookie] = replace(session, identity=replace(session.identity, hats=tuple(hats)))

    async def set_acting_for(self, session: Session, subject: str) -> Session:
        self.sessions[session.cookie] = replace(session, acting_for=subject)
        return self.sessions[session.cookie]

    async def record_helped_page(self, session: Session, path: str) -> None:
        self.helped_pages.append(HelpedPage(session.identity.session_id, path, NOW))

    async def list_helped_pages(
        self,
        person_id: str,  # noqa: ARG002 - all of it is Ada's
        session_ids: Sequence[str],
    ) -> Sequence[HelpedPage]:
        return [page for page in self.helped_pages if page.session_id in session_ids]

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
        ("emergency_opened", EMERGENCY, MO),
        ("motion_opened", ANNOUNCED_MOTION, ""),
    ]
    return [NewsItem(kind, about, word, NOW - timedelta(hours=at)) for at, (kind, about, word) in enumerate(items)]


class FakeIdentityService(FakeService):
    hats: tuple[str, ...] = ("secretary", "operator", "scrutineer")
    may_act_for: tuple[str, ...] = ()

    def __init__(self) -> None:
        super().__init__(ident.DESCRIPTOR.services_by_name["IdentityService"])

    def SignIn(self, request: ident.SignInRequest) -> ident.SignInResponse:
        if request.code != CODE and (request.email, request.password) != ("ada@elm-row.example", "a good long password"):
            raise NotSignedIn("CODE_WRONG" if request.code else "PASSWORD_WRONG")
        is_shared = request.device_use == ident.DEVICE_USE_SHARED
        return ident.SignInResponse(
            person_id=ADA,
            session_id="s1",
            session_key="k1",
            token="t",
            hats=self.hats,
            session_expires_at=to_timestamp(NOW + (timedelta(hours=1) if is_shared else timedelta(days=30))),
            quiet_seconds=900 if is_shared else 0,
        )

    def RenewToken(self, request: ident.RenewTokenRequest) -> ident.RenewTokenResponse:
        acting = f" for {request.acting_for}" if request.acting_for else ""
        return ident.RenewTokenResponse(
            token=f"token of {request.session_id} as {request.hat}{acting}", hats=self.hats, may_act_for=self.may_act_for
        )

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
                device_use=ident.DEVICE_USE_SHARED if number else ident.DEVICE_USE_OWN,
                device_kind=(ident.DEVICE_KIND_UNSPECIFIED, ident.DEVICE_KIND_PHONE, ident.DEVICE_KIND_TABLET)[number],
                quiet_seconds=900 if number else 0,
                helped_by=JO if strength == "link" else "",
                help_kind=ident.HELP_KIND_FILLS_IN if strength == "link" else ident.HELP_KIND_UNSPECIFIED,
            )
            for number, strength in enumerate(("card", "password", "link"))
        ]
        return ident.ListSessionsResponse(sessions=sessions)

    def EndSessions(self, request: ident.EndSessionsRequest) -> ident.EndSessionsResponse:
        return ident.EndSessionsResponse(ended=1 if request.session_id else 3)

    def RevokeSignInCodes(self, _request: ident.RevokeSignInCodesRequest) -> ident.RevokeSignInCodesResponse:
        return ident.RevokeSignInCodesResponse(revoked=1)


HELPED_SESSION = "01939f00-0000-7000-8000-0000000000f2"


class FakeHelpingService(FakeService):
    """Jo helps Ada now, and Mo did before."""

    def __init__(self) -> None:
        super().__init__(helping.DESCRIPTOR.services_by_name["HelpingService"])

    def BeginHelping(self, request: helping.BeginHelpingRequest) -> helping.BeginHelpingResponse:
        if request.code != CODE:
            raise invalid("code", "HELP_CODE_WRONG")
        return helping.BeginHelpingResponse(
            person_id=JO,
            session_id=HELPED_SESSION,
            session_key="k9",
            session_expires_at=to_timestamp(NOW + timedelta(minutes=60)),
            quiet_seconds=900,
        )

    def ListHelp(self, _request: helping.ListHelpRequest) -> helping.ListHelpResponse:
        help_ = [
            helping.Help(
                session_id=HELPED_SESSION, helper_id=JO, kind=ident.HELP_KIND_FILLS_IN,
                began_at=to_timestamp(NOW - timedelta(minutes=10)), ended_at=to_timestamp(NOW + timedelta(minutes=50)),
            ),
            helping.Help(
                session_id="s0", helper_id=MO, kind=ident.HELP_KIND_READS_OUT, is_over=True,
                began_at=to_timestamp(NOW - timedelta(days=3, minutes=20)), ended_at=to_timestamp(NOW - timedelta(days=3)),
            ),
        ]  # fmt: skip
        return helping.ListHelpResponse(help=help_)


SISTER, LPA, ASKED = (f"01939f00-0000-7000-8000-0000000000b{number}" for number in (1, 2, 3))


def make_relationship(**overrides: Any) -> rel.Relationship:
    relationship: dict[str, Any] = {
        "relationship_id": SISTER,
        "subject_id": ADA,
        "holder_id": JO,
        "kind": rel.RELATIONSHIP_KIND_RELATIVE,
        "state": rel.RELATIONSHIP_STATE_IN_FORCE,
        "scopes": [rel.ACTING_SCOPE_CONTACTS, rel.ACTING_SCOPE_HEALTH],
        "from_day": "2026-11-02",
        "until_day": "2027-03-31",
        "recorded_by": ADA,
        "recorded_at": to_timestamp(NOW - timedelta(days=22)),
        "confirmed_by": JO,
        "confirmed_at": to_timestamp(NOW - timedelta(days=21)),
    }
    return rel.Relationship(**(relationship | overrides))


class FakeRelationshipService(FakeService):
    """Jo may act for Ada, and an attorney for Ada waits for a second look; Mo has asked Ada to act for him, and in `acts_for` she may."""

    def __init__(self) -> None:
        self.acts_for: dict[str, list[rel.ActingScope.ValueType]] = {}
        self.attorney_for = ADA
        super().__init__(rel.DESCRIPTOR.services_by_name["RelationshipService"])

    def ListRelationships(self, request: rel.ListRelationshipsRequest) -> rel.ListRelationshipsResponse:
        attorney = make_relationship(
            relationship_id=LPA, kind=rel.RELATIONSHIP_KIND_ATTORNEY_FOR_MONEY, state=rel.RELATIONSHIP_STATE_RECORDED, until_day="",
            scopes=[rel.ACTING_SCOPE_MONEY], evidence=rel.EVIDENCE_KIND_LASTING_POWER, evidence_reference="7000 1234 5678",
            evidence_seen_on="2026-11-20", recorded_by=MO if self.attorney_for == ADA else JO, confirmed_by="", confirmed_at=None,
            holder_id=JO, subject_id=self.attorney_for,
        )  # fmt: skip
        asked = make_relationship(
            relationship_id=ASKED, subject_id=MO, holder_id=ADA, state=rel.RELATIONSHIP_STATE_PROPOSED, confirmed_by="", confirmed_at=None,
        )  # fmt: skip
        over = make_relationship(
            state=rel.RELATIONSHIP_STATE_ENDED, end_reason=rel.END_REASON_HOLDER_LEFT, ended_at=to_timestamp(NOW - timedelta(days=1))
        )
        if request.unconfirmed:
            return rel.ListRelationshipsResponse(relationships=[attorney])
        if request.person_id:
            decider = make_relationship(subject_id=request.person_id, holder_id=MO, scopes=[rel.ACTING_SCOPE_CONSENT])
            return rel.ListRelationshipsResponse(relationships=[make_relationship(), attorney, asked, decider, over])
        mine = [make_relationship(subject_id=subject, holder_id=ADA) for subject in self.acts_for]
        return rel.ListRelationshipsResponse(
            relationships=[make_relationship(), attorney, asked, *mine, *([over] if request.ended_too else [])]
        )

    def GetActingRights(self, _request: rel.GetActingRightsRequest) -> rel.GetActingRightsResponse:
        rights = [rel.ActingRight(subject_id=subject, scopes=scopes) for subject, scopes in self.acts_for.items()]
        return rel.GetActingRightsResponse(rights=rights)


CLAIMED_PAPER, VERIFIED_PAPER, EXPIRED_PAPER = (f"01939f00-0000-7000-8000-0000000000d{number}" for number in (1, 2, 3))
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


def make_credential(**overrides: Any) -> cred.Credential:
    credential: dict[str, Any] = {
        "credential_id": CLAIMED_PAPER, "person_id": JO, "kind": "dbs", "state": cred.CREDENTIAL_STATE_CLAIMED, "issued_on": "2026-11-02",
        "expires_on": "2029-11-02", "file_id": "01939f00-0000-7000-8000-0000000000d9", "media_type": "image/png", "added_by": JO,
        "added_at": to_timestamp(NOW), "version": 1,
    }  # fmt: skip
    return cred.Credential(**(credential | overrides))


class FakeCredentialService(FakeService):
    def __init__(self) -> None:
        super().__init__(cred.DESCRIPTOR.services_by_name["CredentialService"])
        self.credentials = {
            CLAIMED_PAPER: make_credential(),
            VERIFIED_PAPER: make_credential(
                credential_id=VERIFIED_PAPER, kind="medicines", state=cred.CREDENTIAL_STATE_VERIFIED, file_id="", media_type="",
                note="I saw the certificate on Monday.", added_by=MO, verified_by=MO, verified_at=to_timestamp(NOW), version=2,
            ),
            EXPIRED_PAPER: make_credential(
                credential_id=EXPIRED_PAPER, kind="wizardry", state=cred.CREDENTIAL_STATE_EXPIRED, expires_on="", version=3
            ),
        }  # fmt: skip

    def GetCredential(self, request: cred.GetCredentialRequest) -> cred.GetCredentialResponse:
        if request.credential_id not in self.credentials:
            raise NotFound("CREDENTIAL_UNKNOWN")
        return cred.GetCredentialResponse(credential=self.credentials[request.credential_id])

    def ListCredentials(self, _request: cred.ListCredentialsRequest) -> cred.ListCredentialsResponse:
        return cred.ListCredentialsResponse(credentials=self.credentials.values())

    def ListWatchedCredentials(self, request: cred.ListWatchedCredentialsRequest) -> cred.ListWatchedCredentialsResponse:
        paper = CLAIMED_PAPER if request.watched == cred.WATCHED_CREDENTIALS_CLAIMED else VERIFIED_PAPER
        return cred.ListWatchedCredentialsResponse(credentials=[self.credentials[paper]])

    def CheckGate(self, request: cred.CheckGateRequest) -> cred.CheckGateResponse:
        lacking = [
            cred.GateItem(kind="dbs", problem=cred.GATE_PROBLEM_UNVERIFIED),
            cred.GateItem(kind="medicines", problem=cred.GATE_PROBLEM_EXPIRED),
        ]
        person = request.person_ids[0]
        checks = [
            cred.GateCheck(person_id=person, gate="visits", lacking=lacking),
            cred.GateCheck(person_id=person, gate="medicines", may_pass=True),
        ]
        return cred.CheckGateResponse(checks=checks)


class FakeFileService(FakeService):
    def __init__(self) -> None:
        super().__init__(cred.DESCRIPTOR.services_by_name["FileService"])

    def BeginFile(self, _request: cred.BeginFileRequest) -> cred.BeginFileResponse:
        return cred.BeginFileResponse(file_id="01939f00-0000-7000-8000-0000000000d9", part_size=1024 * 1024)

    def GetFilePart(self, request: cred.GetFilePartRequest) -> cred.GetFilePartResponse:
        return cred.GetFilePartResponse(content=PNG[request.offset : request.offset + 30], media_type="image/png", size=len(PNG))


class FakeRecordService(FakeService):
    """Ada has filled in two fields and shares one with Jo, with the secretaries and, later, with everybody; Jo shares two with her."""

    def __init__(self) -> None:
        super().__init__(record.DESCRIPTOR.services_by_name["RecordService"])
        self.texts = {"home.key_safe": "4711, left of the door", "about_me.story": "I was a bus driver.\nI like the sea."}

    def GetRecord(self, request: record.GetRecordRequest) -> record.GetRecordResponse:
        if request.person_id == MO:
            return record.GetRecordResponse()
        fields = [
            record.RecordField(field=field, text=text, version=3, changed_at=to_timestamp(NOW), changed_by=request.person_id)
            for field, text in self.texts.items()
            if field in (request.fields or self.texts)
        ]
        return record.GetRecordResponse(fields=fields)

    def ListAccess(self, request: record.ListAccessRequest) -> record.ListAccessResponse:
        audiences = (
            record.Audience(kind=record.AUDIENCE_KIND_PERSON, person_id=JO),
            record.Audience(kind=record.AUDIENCE_KIND_HAT, hat="secretary"),
            record.Audience(kind=record.AUDIENCE_KIND_MEMBERS),
        )
        grants = [
            record.AccessGrant(
                grant_id=f"01939f00-0000-7000-8000-0000000000d{number}",
                field="home.key_safe",
                audience=audience,
                given_at=to_timestamp(NOW),
                valid_from=to_timestamp(NOW + timedelta(days=number - 1)),
                valid_until=to_timestamp(datetime(2027, 4, 1, tzinfo=ZoneInfo("Europe/London"))) if number == 0 else None,
            )
            for number, audience in enumerate(audiences)
        ]
        return record.ListAccessResponse(grants=[grant for grant in grants if grant.field == (request.field or grant.field)])

    def ListSharedWithMe(self, _request: record.ListSharedWithMeRequest) -> record.ListSharedWithMeResponse:
        until = to_timestamp(NOW + timedelta(days=9))
        return record.ListSharedWithMeResponse(
            fields=[
                record.SharedField(person_id=JO, field="about_me.story"),
                record.SharedField(person_id=JO, field="home.key_safe", valid_until=until),
            ]
        )

    def SearchMembers(self, request: record.SearchMembersRequest) -> record.SearchMembersResponse:
        names = [
            ident.Name(person_id=person, full_name=full, called=called)
            for person, (full, called) in NAMES.items()
            if request.text.lower() in full.lower()
        ]
        return record.SearchMembersResponse(names=names)


class FakeConsentService(FakeService):
    """Somebody agreed to three things, and took back a fourth."""

    def __init__(self) -> None:
        super().__init__(consent.DESCRIPTOR.services_by_name["ConsentService"])

    def RecordConsent(self, _request: consent.RecordConsentRequest) -> consent.RecordConsentResponse:
        return consent.RecordConsentResponse(consent_id=OTHERS_ENTRY)

    def RecordCapacity(self, _request: consent.RecordCapacityRequest) -> consent.RecordCapacityResponse:
        return consent.RecordCapacityResponse(capacity_id=OWN_ENTRY)

    def WithdrawConsent(self, _request: consent.WithdrawConsentRequest) -> consent.WithdrawConsentResponse:
        return consent.WithdrawConsentResponse()

    def GetConsents(self, request: consent.GetConsentsRequest) -> consent.GetConsentsResponse:
        states = (
            (consent.CONSENT_STATE_IN_FORCE, consent.CONSENT_DECISION_KEY_SAFE, consent.CONSENT_BASIS_OWN),
            (consent.CONSENT_STATE_PLANNED, consent.CONSENT_DECISION_OTHER, consent.CONSENT_BASIS_DECIDER),
            (consent.CONSENT_STATE_IN_FORCE, consent.CONSENT_DECISION_MEDICINES, consent.CONSENT_BASIS_BEST_INTERESTS),
            (consent.CONSENT_STATE_WITHDRAWN, consent.CONSENT_DECISION_PHOTO, consent.CONSENT_BASIS_OWN),
        )
        entries = [
            consent.ConsentEntry(
                consent_id=f"01939f00-0000-7000-8000-0000000000c{number}", decision=decision, state=state, basis=basis,
                answer=consent.CONSENT_ANSWER_CONDITIONS, words="Only Jo.", explained=[consent.EXPLANATION_EASY_READ], present="my sister",
                about="Feeding the cat" if decision == consent.CONSENT_DECISION_OTHER else "", valid_from=to_timestamp(NOW),
                until_day="2027-03-31", review_day="2027-02-01",
                decided_by=JO if basis != consent.CONSENT_BASIS_OWN else request.person_id,
                withdrawn_at=to_timestamp(NOW) if state == consent.CONSENT_STATE_WITHDRAWN else None,
                best_interests=consent.BestInterests(
                    authority=consent.BEST_INTERESTS_AUTHORITY_CARE, decided_by="Dr Example and her sister", consulted="Her sister",
                    less_restrictive="A visit less", wishes="Her own bed", reasons="She sleeps better",
                ) if basis == consent.CONSENT_BASIS_BEST_INTERESTS else None,
                capacity_id=OWN_ENTRY if basis == consent.CONSENT_BASIS_BEST_INTERESTS else "",
                withdrawal_cause=consent.WITHDRAWAL_CAUSE_PERSON, corrected=state == consent.CONSENT_STATE_WITHDRAWN,
            )
            for number, (state, decision, basis) in enumerate(states)
        ]  # fmt: skip
        record = consent.CapacityRecord(
            capacity_id=OWN_ENTRY,
            decision=consent.CONSENT_DECISION_MEDICINES,
            counts=True,
            assessed_on="2026-11-01",
            assessed_by="Dr Example",
            until_day="2027-05-01",
        )
        return consent.GetConsentsResponse(entries=entries, capacity=[record])


class FakeNoticeService(FakeService):
    """Ada is told by e-mail, and Jo may be her helper."""

    def __init__(self) -> None:
        super().__init__(told.DESCRIPTOR.services_by_name["NoticeService"])

    def GetWaysToBeTold(self, _request: told.GetWaysToBeToldRequest) -> told.GetWaysToBeToldResponse:
        ways = told.WaysToBeTold(
            language="pl", channel=told.NOTICE_CHANNEL_EMAIL, quiet_from=20 * 60, quiet_until=8 * 60,
            stopped=[told.NOTICE_TOPIC_MOTIONS],
        )  # fmt: skip
        return told.GetWaysToBeToldResponse(ways=ways, helper_person_ids=[JO], has_email=True)


@dataclass
class InMemoryNotices:
    """The delivery state of notices in memory."""

    notices: list[Notice] = field(default_factory=list)
    finished: list[tuple[Sequence[UUID], NoticeState, str]] = field(default_factory=list)

    async def count_by_state(self) -> Mapping[str, int]:
        return Counter(notice.state.value for notice in self.notices)

    async def list_all(self, limit: int, page_token: str = "") -> Page[Notice]:  # noqa: ARG002 - there is one page
        return Page(self.notices[:limit], "")

    async def list_in_state(self, state: NoticeState, limit: int) -> list[Notice]:
        return [notice for notice in self.notices if notice.state is state][:limit]

    async def finish(self, ids: Sequence[UUID], before: NoticeState, secretary: str) -> int:
        self.finished.append((ids, before, secretary))
        return len(ids)


def make_notices() -> list[Notice]:
    """A notice in every state, in turn for Jo and Ada."""
    return [
        Notice(
            UUID(int=number), UUID(JO if number % 2 else ADA), "vote_changed", str(number), OPEN_MOTION, "governance", NOW, NOW,
            NOW + timedelta(days=3), state, "MAIL_ADDRESS" if state is NoticeState.REFUSED else "", large_print=bool(number % 2),
        )
        for number, state in enumerate(NoticeState)
    ]  # fmt: skip


STOP_LINKS = StopLinks(FORMS_KEY)
STOP_TOKEN = STOP_LINKS.token(UUID(ADA), NoticeTopic.MOTIONS)


class FakeRecoveryService(FakeService):
    """Jo and Mo help Ada; Ada helps Jo, who asks, and is asked to help Mo."""

    progress = recov.GetRecoveryResponse(
        state=recov.RECOVERY_STATE_WAITING, spoken_number="204816", vouched=1, expires_at=to_timestamp(NOW + timedelta(days=3))
    )

    def __init__(self) -> None:
        super().__init__(recov.DESCRIPTOR.services_by_name["RecoveryService"])

    def RequestRecovery(self, request: recov.RequestRecoveryRequest) -> recov.RequestRecoveryResponse:
        if not request.who:
            raise invalid("who", "WHO_MISSING")
        return recov.RequestRecoveryResponse(recovery_key="a key of this browser")

    def GetRecovery(self, _request: recov.GetRecoveryRequest) -> recov.GetRecoveryResponse:
        return self.progress

    def FinishRecovery(self, _request: recov.FinishRecoveryRequest) -> recov.FinishRecoveryResponse:
        if self.progress.state != recov.RECOVERY_STATE_READY:
            raise NotSignedIn("RECOVERY_NOT_READY")
        return recov.FinishRecoveryResponse(
            person_id=ADA, session_id="s2", session_key="k2", session_expires_at=to_timestamp(NOW + timedelta(hours=12))
        )

    def GetRecoveryHelp(self, _request: recov.GetRecoveryHelpRequest) -> recov.GetRecoveryHelpResponse:
        return recov.GetRecoveryHelpResponse(
            helpers=[
                recov.RecoveryHelp(person_id=ADA, helper_id=JO, accepted=True),
                recov.RecoveryHelp(person_id=ADA, helper_id=MO),
            ],
            helped=[
                recov.RecoveryHelp(person_id=JO, helper_id=ADA, accepted=True, wanted=True),
                recov.RecoveryHelp(person_id=MO, helper_id=ADA),
            ],
            asked=True,
        )


PASSKEY = "01a223ee-0000-7000-8000-0000000000f1"
PASSKEY_ANSWER = '{"id": "what a device signed"}'
"""What the fake service takes for an answer of Ada's device."""


class FakePasskeyService(FakeService):
    """Ada has a passkey that she used, and one without a name that she has not."""

    def __init__(self) -> None:
        super().__init__(passk.DESCRIPTOR.services_by_name["PasskeyService"])

    def BeginPasskeyRegistration(self, _request: passk.BeginPasskeyRegistrationRequest) -> passk.BeginPasskeyRegistrationResponse:
        return passk.BeginPasskeyRegistrationResponse(options_json='{"challenge": "AAAA"}')

    def FinishPasskeyRegistration(self, request: passk.FinishPasskeyRegistrationRequest) -> passk.FinishPasskeyRegistrationResponse:
        if request.credential_json != PASSKEY_ANSWER:
            raise invalid("credential_json", "PASSKEY_WRONG")
        return passk.FinishPasskeyRegistrationResponse(passkey_id=PASSKEY)

    def BeginPasskeySignIn(self, _request: passk.BeginPasskeySignInRequest) -> passk.BeginPasskeySignInResponse:
        return passk.BeginPasskeySignInResponse(options_json='{"challenge": "AAAA"}')

    def FinishPasskeySignIn(self, request: passk.FinishPasskeySignInRequest) -> passk.FinishPasskeySignInResponse:
        if request.credential_json != PASSKEY_ANSWER:
            raise NotSignedIn("PASSKEY_REFUSED")
        return passk.FinishPasskeySignInResponse(
            person_id=ADA, session_id="s3", session_key="k3", session_expires_at=to_timestamp(NOW + timedelta(days=30))
        )

    def GetPasskeys(self, _request: passk.GetPasskeysRequest) -> passk.GetPasskeysResponse:
        return passk.GetPasskeysResponse(
            passkeys=[
                passk.Passkey(
                    passkey_id=PASSKEY, name="My phone", added_at=to_timestamp(NOW - timedelta(days=9)), last_used_at=to_timestamp(NOW)
                ),
                passk.Passkey(passkey_id=PASSKEY[:-1] + "2", added_at=to_timestamp(NOW), synced=True),
            ]
        )


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
            credentials=[
                gov.CredentialKind(key=key, name=name, description="What this is.", easy_description="A paper.", gates=["visits"])
                for key, name in (("dbs", "DBS check"), ("medicines", "Medicines"))
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


class FakePersonDataService(FakeService):
    """What one service has logged of Ada: the reads of `reads_of_ada` that are its own."""

    def __init__(self, name: str) -> None:
        super().__init__(person_data.DESCRIPTOR.services_by_name["PersonDataService"])
        self.name = name

    def ListReads(self, request: person_data.ListReadsRequest) -> person_data.ListReadsResponse:
        left = [read for read in reads_of_ada(self.name) if not request.page_token or read.page_token > request.page_token]
        size = request.page_size or 50
        return person_data.ListReadsResponse(reads=left[:size], next_page_token=left[size - 1].page_token if len(left) > size else "")


def reads_of_ada(service: str) -> list[person_data.Read]:
    """Forty looks in three services, one each hour back from now; the latest first."""
    records = {
        "identity": (
            {"record": "profile", "action": "get", "fields": ["health.risks", "home.key_safe"], "emergency_access_id": EMERGENCY},
            {"record": "emergency access", "action": "list", "hat": "secretary"},
        ),
        "membership": ({"record": "register entry", "action": "list", "hat": "secretary"},),
        "governance": (
            {"record": "card of a vote", "action": "read", "acting_for_person_id": JO, "reason": "Jo asked me to", "stale": True},
        ),
    }
    order = [(name, fields) for name, rows in records.items() for fields in rows] * 10
    return [
        person_data.Read(
            read_id=f"01939f00-0000-7000-8000-0000000{number:05}", reader_id=MO, read_at=to_timestamp(NOW - timedelta(hours=number)),
            page_token=f"{number:03}", **fields,
        )
        for number, (name, fields) in enumerate(order, 1)
        if name == service
    ]  # fmt: skip


class FakeEmergencyService(FakeService):
    def __init__(self) -> None:
        super().__init__(emergency.DESCRIPTOR.services_by_name["EmergencyService"])

    def ListEmergencyAccess(self, _request: emergency.ListEmergencyAccessRequest) -> emergency.ListEmergencyAccessResponse:
        opened = [
            emergency.EmergencyAccess(
                access_id=access, reader_id=reader, person_id=person, reason="She fell and cannot speak.",
                opened_at=to_timestamp(NOW - timedelta(days=days)), ends_at=to_timestamp(NOW - timedelta(days=days, hours=-1)),
                reviewed_by=reviewer, reviewed_at=to_timestamp(NOW) if reviewer else None,
            )
            for access, reader, person, days, reviewer in (
                (EMERGENCY, MO, ADA, 0, ""), (OWN_ENTRY, ADA, JO, 1, ""), (OTHERS_ENTRY, MO, JO, 9, ADA),
            )
        ]  # fmt: skip
        return emergency.ListEmergencyAccessResponse(accesses=opened)


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
        waiting[1].kind = asked.DATA_REQUEST_KIND_ERASURE
        return asked.ListDataRequestsResponse(data_requests=waiting)

    def ListErasures(self, _request: asked.ListErasuresRequest) -> asked.ListErasuresResponse:
        at = to_timestamp(NOW)
        parts = [asked.ErasedPart(service="identity", confirmed_at=at, deleted_kinds=["session"], blanked_kinds=["contact"])]
        return asked.ListErasuresResponse(erasures=[asked.Erasure(erasure_id=OTHERS_ENTRY, person_id=JO, decided_at=at, parts=parts)])

    def ListHolds(self, request: asked.ListHoldsRequest) -> asked.ListHoldsResponse:
        hold = asked.Hold(
            hold_id=OWN_ENTRY,
            person_id=request.person_id or JO,
            kind=asked.HOLD_KIND_CLAIM,
            reason="A claim after a fall.",
            review_day=NOW.date().isoformat(),
            placed_by=ADA,
            placed_at=to_timestamp(NOW),
            shown=True,
        )
        return asked.ListHoldsResponse(holds=[hold])


class FakePersonRightsService(FakeService):
    """What one service stores about a person: here, a few records of each kind of value."""

    def __init__(self, service: str) -> None:
        super().__init__(rights.DESCRIPTOR.services_by_name["PersonRightsService"])
        self.service = service
        self.records: list[tuple[str, Mapping[str, object]]] = []

    def DescribeErasure(self, _request: rights.DescribeErasureRequest) -> rights.DescribeErasureResponse:
        if self.service != "identity":
            return rights.DescribeErasureResponse()
        kept = rights.ErasureOfKind(kind="contact", action=rights.ERASURE_ACTION_BLANK, kept_for="others")
        return rights.DescribeErasureResponse(kinds=[rights.ErasureOfKind(kind="session", action=rights.ERASURE_ACTION_DELETE), kept])

    def ListDisposals(self, _request: rights.ListDisposalsRequest) -> rights.ListDisposalsResponse:
        line = rights.Disposal(day=NOW.date().isoformat(), kind="profile", records=3, years=8, after="leaving")
        return rights.ListDisposalsResponse(disposals=[line] if self.service == "identity" else [])

    def Export(self, request: rights.ExportRequest) -> rights.ExportResponse:
        if self.service != "identity":
            return rights.ExportResponse()
        if self.records:
            return rights.ExportResponse(records=[_exported(kind, fields) for kind, fields in self.records])
        if not request.page_token:
            contact = {"person": ADA, "email": "ada@example.org", "phone": ""}
            return rights.ExportResponse(records=[_exported("contact", contact)], next_page_token="more")
        session = {"id": OWN_ENTRY, "person": ADA, "strength": "card", "started_at": NOW.isoformat(), "expires_at": None, "ended_at": None}
        read = {
            "id": OTHERS_ENTRY, "reader": MO, "hat": "secretary", "subject": ADA, "record": "person", "action": "get", "stale": False,
            "at": NOW.isoformat(), "fields": [], "reason": "", "acting_for": None, "helped_by": None,
        }  # fmt: skip
        return rights.ExportResponse(records=[_exported("session", session), _exported("read_audit", read)])


def _exported(kind: str, fields: Mapping[str, object]) -> rights.ExportedRecord:
    return rights.ExportedRecord(kind=kind, json=json.dumps(fields))


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
    visits: FakeVisitService = field(default_factory=FakeVisitService)
    sessions: InMemorySessions = field(default_factory=InMemorySessions)
    kept_forms: InMemoryKeptForms = field(default_factory=InMemoryKeptForms)
    notices: FakeNoticeService = field(default_factory=FakeNoticeService)
    support_profiles: FakeSupportProfileService = field(default_factory=FakeSupportProfileService)
    notice_state: InMemoryNotices = field(default_factory=lambda: InMemoryNotices(make_notices()))
    news: InMemoryNews = field(default_factory=lambda: InMemoryNews(make_news()))
    first_steps: InMemoryFirstSteps = field(default_factory=InMemoryFirstSteps)
    public_url: str = "https://elm-row.example"
    forms_a_minute: int = 100_000
    """Tests send more forms than a person, and their clock stands still."""
    co_op: str = ""
    clock: Clock = field(default_factory=lambda: FixedClock(NOW))

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
            "introductions",
            "teams",
            "visits",
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
