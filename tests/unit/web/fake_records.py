"""What people say of themselves, their qualifications and files, and how they want to be told."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from kith.identity.v1 import credentials_pb2 as cred
from kith.identity.v1 import identity_pb2 as ident
from kith.identity.v1 import notices_pb2 as told
from kith.identity.v1 import record_pb2 as record
from libs.refusals import NotFound
from tests.unit.web.fake_people import JO, MO, NAMES, NOW, FakeService, to_timestamp

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
        self.filled_in_by = ""
        """Who helped, if it was not the person."""
        self.texts = {"home.key_safe": "4711, left of the door", "about_me.story": "I was a bus driver.\nI like the sea."}

    def GetRecord(self, request: record.GetRecordRequest) -> record.GetRecordResponse:
        if request.person_id == MO:
            return record.GetRecordResponse()
        fields = [
            record.RecordField(
                field=field, text=text, version=3, changed_at=to_timestamp(NOW), changed_by=self.filled_in_by or request.person_id
            )
            for field, text in self.texts.items()
            if field in (request.fields or self.texts)
        ]
        return record.GetRecordResponse(fields=fields)

    def ListAccess(self, request: record.ListAccessRequest) -> record.ListAccessResponse:
        audiences = (
            record.Audience(kind=record.AUDIENCE_KIND_PERSON, person_id=JO),
            record.Audience(kind=record.AUDIENCE_KIND_HAT, hat="secretary"),
            record.Audience(kind=record.AUDIENCE_KIND_MEMBERS),
            record.Audience(kind=record.AUDIENCE_KIND_TEAM),
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
