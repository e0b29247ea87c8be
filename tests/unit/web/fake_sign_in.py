"""Identity, as the pages see it: people, how they sign in, and who helps them."""

from datetime import timedelta

from kith.identity.v1 import helping_pb2 as helping
from kith.identity.v1 import identity_pb2 as ident
from kith.identity.v1 import passkeys_pb2 as passk
from kith.identity.v1 import recovery_pb2 as recov
from libs.refusals import NotSignedIn, invalid
from tests.unit.web.fake_ids import CODE
from tests.unit.web.fake_people import ACTING_TOKEN, ADA, JO, MO, NAMES, NOW, FakeService, to_timestamp


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
        acting = f"{ACTING_TOKEN}{request.acting_for}" if request.acting_for else ""
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
