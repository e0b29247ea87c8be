"""A person asked identity for something."""

from dataclasses import replace
from datetime import datetime

import grpc
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kith.identity.v1 import identity_pb2 as pb
from kith.identity.v1 import identity_pb2_grpc
from libs import callers
from libs.callers import Caller, Strength, tokens
from libs.database.engine import Work
from libs.refusals import AlreadyDone, NotSignedIn
from libs.rpc.call import CURRENT
from libs.rpc.desk import Desk
from services.identity.commands.founding import FOUNDER, founding
from services.identity.commands.give_hat import give_hat
from services.identity.commands.issue_sign_in_code import issue_sign_in_code
from services.identity.commands.register_persons import register_persons
from services.identity.commands.renew_token import RENEW_TOKEN, renew_token
from services.identity.commands.revoke_sign_in_codes import revoke_sign_in_codes
from services.identity.commands.set_password import set_password
from services.identity.commands.sign_in import SIGN_IN, SignedIn, sign_in_with_code, sign_in_with_password
from services.identity.commands.sign_out import SIGN_OUT, sign_out
from services.identity.commands.take_hat import take_hat
from services.identity.domain import sign_in_code
from services.identity.domain.seal import Seal
from services.identity.queries.get_names import get_names
from services.identity.queries.get_person import get_person
from services.identity.queries.list_hats import list_hats
from services.identity.rpc import translate
from services.identity.storage.passwords import Passwords

OPEN_METHODS = frozenset({"IdentityService/SignIn", "IdentityService/RenewToken", "IdentityService/SignOut"})


class Servicer(identity_pb2_grpc.IdentityServiceServicer):
    """Translates, opens the work, calls one command, translates."""

    def __init__(self, desk: Desk, seal: Seal, signing_key: Ed25519PrivateKey, hasher: Passwords) -> None:
        self._desk = desk
        self._seal = seal
        self._signing_key = signing_key
        self._hasher = hasher

    async def RegisterPersons(
        self,
        request: pb.RegisterPersonsRequest,
        _context: "grpc.aio.ServicerContext[pb.RegisterPersonsRequest, pb.RegisterPersonsResponse]",
    ) -> pb.RegisterPersonsResponse:
        async def do(work: Work) -> pb.RegisterPersonsResponse:
            rows = [translate.told(row) for row in request.persons]
            return translate.registered(await register_persons(work, rows, validate_only=request.validate_only))

        _as_founder_if_one()
        return await self._desk.command(request, pb.RegisterPersonsResponse, do)

    async def GetPerson(
        self, request: pb.GetPersonRequest, _context: "grpc.aio.ServicerContext[pb.GetPersonRequest, pb.GetPersonResponse]"
    ) -> pb.GetPersonResponse:
        async with self._desk.query() as work:
            found = await get_person(work, translate.id_of("person_id", request.person_id))
        return pb.GetPersonResponse(person=translate.person(found))

    async def GetNames(
        self, request: pb.GetNamesRequest, _context: "grpc.aio.ServicerContext[pb.GetNamesRequest, pb.GetNamesResponse]"
    ) -> pb.GetNamesResponse:
        async with self._desk.query() as work:
            found = await get_names(work, [translate.id_of("person_ids", one) for one in request.person_ids])
        return pb.GetNamesResponse(names=map(translate.name, found))

    async def IssueSignInCode(
        self,
        request: pb.IssueSignInCodeRequest,
        _context: "grpc.aio.ServicerContext[pb.IssueSignInCodeRequest, pb.IssueSignInCodeResponse]",
    ) -> pb.IssueSignInCodeResponse:
        shown = ""

        async def do(work: Work) -> pb.IssueSignInCodeResponse:
            nonlocal shown
            person, kind = translate.id_of("person_id", request.person_id), translate.kind_of(request.kind)
            shown, answer = sign_in_code.draw(), pb.IssueSignInCodeResponse()
            answer.expires_at.FromDatetime(await issue_sign_in_code(work, person, kind, shown, self._seal))
            return answer

        answer = await self._desk.command(request, pb.IssueSignInCodeResponse, do)
        # The answer is kept for repeats without the code: what is kept of a code is its mark, nowhere more.
        if not shown:
            raise AlreadyDone("CODE_SHOWN_BEFORE")
        answer.code = shown
        return answer

    async def RevokeSignInCodes(
        self,
        request: pb.RevokeSignInCodesRequest,
        _context: "grpc.aio.ServicerContext[pb.RevokeSignInCodesRequest, pb.RevokeSignInCodesResponse]",
    ) -> pb.RevokeSignInCodesResponse:
        async def do(work: Work) -> pb.RevokeSignInCodesResponse:
            return pb.RevokeSignInCodesResponse(revoked=await revoke_sign_in_codes(work, translate.id_of("person_id", request.person_id)))

        return await self._desk.command(request, pb.RevokeSignInCodesResponse, do)

    async def SetPassword(
        self, request: pb.SetPasswordRequest, _context: "grpc.aio.ServicerContext[pb.SetPasswordRequest, pb.SetPasswordResponse]"
    ) -> pb.SetPasswordResponse:
        async def do(work: Work) -> pb.SetPasswordResponse:
            await set_password(work, request.password, self._hasher)
            return pb.SetPasswordResponse()

        # The request's plain hash is kept for repeats; of a password that would be something to guess against.
        marked = self._seal.mark("password asked for", request.password).hex()
        return await self._desk.command(pb.SetPasswordRequest(request_id=request.request_id, password=marked), pb.SetPasswordResponse, do)

    async def SignIn(
        self, request: pb.SignInRequest, _context: "grpc.aio.ServicerContext[pb.SignInRequest, pb.SignInResponse]"
    ) -> pb.SignInResponse:
        now = self._desk.clock.now()
        async with self._desk.database.work(SIGN_IN, now, traceparent=CURRENT.get().traceparent) as work:
            if request.code:
                signed_in = await sign_in_with_code(work, request.code, self._seal)
            else:
                signed_in = await sign_in_with_password(work, request.email, request.password, self._seal, self._hasher)
        if signed_in is None:
            raise NotSignedIn("SIGN_IN_FAILED")
        return self._welcome(signed_in, now)

    async def RenewToken(
        self, request: pb.RenewTokenRequest, _context: "grpc.aio.ServicerContext[pb.RenewTokenRequest, pb.RenewTokenResponse]"
    ) -> pb.RenewTokenResponse:
        session, via, now = translate.session_of(request.session_id), translate.via_of(request.via), self._desk.clock.now()
        async with self._desk.database.reading(RENEW_TOKEN, now) as work:
            renewed = await renew_token(work, session, request.session_key, request.hat, via, self._seal)
        answer = pb.RenewTokenResponse(token=tokens.mint(self._signing_key, renewed.caller, now), hats=renewed.hats)
        answer.token_expires_at.FromDatetime(now + tokens.LIFETIME)
        return answer

    async def SignOut(
        self, request: pb.SignOutRequest, _context: "grpc.aio.ServicerContext[pb.SignOutRequest, pb.SignOutResponse]"
    ) -> pb.SignOutResponse:
        session = translate.session_of(request.session_id)
        async with self._desk.database.work(SIGN_OUT, self._desk.clock.now()) as work:
            await sign_out(work, session, request.session_key, self._seal)
        return pb.SignOutResponse()

    async def GiveHat(
        self, request: pb.GiveHatRequest, _context: "grpc.aio.ServicerContext[pb.GiveHatRequest, pb.GiveHatResponse]"
    ) -> pb.GiveHatResponse:
        async def do(work: Work) -> pb.GiveHatResponse:
            await give_hat(work, translate.id_of("person_id", request.person_id), request.hat)
            return pb.GiveHatResponse()

        _as_founder_if_one()
        return await self._desk.command(request, pb.GiveHatResponse, do)

    async def TakeHat(
        self, request: pb.TakeHatRequest, _context: "grpc.aio.ServicerContext[pb.TakeHatRequest, pb.TakeHatResponse]"
    ) -> pb.TakeHatResponse:
        async def do(work: Work) -> pb.TakeHatResponse:
            await take_hat(work, translate.id_of("person_id", request.person_id), request.hat)
            return pb.TakeHatResponse()

        return await self._desk.command(request, pb.TakeHatResponse, do)

    async def ListHats(
        self, request: pb.ListHatsRequest, _context: "grpc.aio.ServicerContext[pb.ListHatsRequest, pb.ListHatsResponse]"
    ) -> pb.ListHatsResponse:
        async with self._desk.query() as work:
            rows, following = await list_hats(work, request.page_size, request.page_token)
        return pb.ListHatsResponse(hats=map(translate.worn_hat, rows), next_page_token=following)

    def _welcome(self, signed_in: SignedIn, now: datetime) -> pb.SignInResponse:
        session = signed_in.session
        caller: Caller = callers.person(session.person, session=session.id, strength=Strength(session.strength))
        answer = pb.SignInResponse(
            person_id=str(session.person),
            session_id=str(session.id),
            session_key=signed_in.key,
            token=tokens.mint(self._signing_key, caller, now),
            hats=signed_in.hats,
        )
        answer.token_expires_at.FromDatetime(now + tokens.LIFETIME)
        answer.session_expires_at.FromDatetime(session.expires_at)
        return answer


def _as_founder_if_one() -> None:
    """Whoever shows the instance's own key and claims no hat goes on under the founder's name."""
    call = CURRENT.get()
    if founding(call.caller):
        CURRENT.set(replace(call, caller=FOUNDER))
