"""The gRPC servicer of the identity service."""

from dataclasses import replace
from datetime import datetime

import grpc
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kith.identity.v1 import identity_pb2 as pb
from kith.identity.v1 import identity_pb2_grpc
from libs import callers
from libs.callers import AuthenticationStrength, Caller, tokens
from libs.database.engine import UnitOfWork
from libs.database.paging import PageRequest
from libs.refusals import AlreadyExists, NotSignedIn
from libs.rpc.call import CURRENT_CALL
from libs.rpc.transactions import Transactions
from services.identity.commands.correct_person import correct_person
from services.identity.commands.founder_rights import FOUNDER, is_founder
from services.identity.commands.give_hat import give_hat
from services.identity.commands.issue_sign_in_code import issue_sign_in_code
from services.identity.commands.register_persons import register_persons
from services.identity.commands.renew_token import RENEW_TOKEN_CALLER, renew_token
from services.identity.commands.revoke_sign_in_codes import revoke_sign_in_codes
from services.identity.commands.set_password import set_password
from services.identity.commands.sign_in import SIGN_IN_CALLER, NewSession, sign_in_with_code, sign_in_with_password
from services.identity.commands.sign_out import SIGN_OUT_CALLER, sign_out
from services.identity.commands.take_hat import take_hat
from services.identity.domain import sign_in_code
from services.identity.domain.secret_hasher import SecretHasher
from services.identity.queries.get_names import get_names
from services.identity.queries.get_person import get_person
from services.identity.queries.list_hats import list_hats
from services.identity.queries.search_persons import search_persons
from services.identity.rpc import translate
from services.identity.storage.passwords import Argon2Hasher

UNAUTHENTICATED_METHODS = frozenset({"IdentityService/SignIn", "IdentityService/RenewToken", "IdentityService/SignOut"})


class IdentityServicer(identity_pb2_grpc.IdentityServiceServicer):
    """Translates each request, opens a unit of work, calls one command or query, and translates the result."""

    def __init__(
        self, transactions: Transactions, secret_hasher: SecretHasher, signing_key: Ed25519PrivateKey, password_hasher: Argon2Hasher
    ) -> None:
        self._transactions = transactions
        self._secret_hasher = secret_hasher
        self._signing_key = signing_key
        self._password_hasher = password_hasher

    async def RegisterPersons(
        self,
        request: pb.RegisterPersonsRequest,
        _context: "grpc.aio.ServicerContext[pb.RegisterPersonsRequest, pb.RegisterPersonsResponse]",
    ) -> pb.RegisterPersonsResponse:
        async def run(work: UnitOfWork) -> pb.RegisterPersonsResponse:
            rows = [translate.person_input(row) for row in request.persons]
            return translate.registration_response(await register_persons(work, rows, validate_only=request.validate_only))

        _switch_to_founder()
        return await self._transactions.command(request, pb.RegisterPersonsResponse, run)

    async def GetPerson(
        self, request: pb.GetPersonRequest, _context: "grpc.aio.ServicerContext[pb.GetPersonRequest, pb.GetPersonResponse]"
    ) -> pb.GetPersonResponse:
        async with self._transactions.query() as work:
            record = await get_person(work, translate.parse_id("person_id", request.person_id))
        return pb.GetPersonResponse(person=translate.person_message(record))

    async def GetNames(
        self, request: pb.GetNamesRequest, _context: "grpc.aio.ServicerContext[pb.GetNamesRequest, pb.GetNamesResponse]"
    ) -> pb.GetNamesResponse:
        async with self._transactions.query() as work:
            names = await get_names(work, [translate.parse_id("person_ids", person_id) for person_id in request.person_ids])
        return pb.GetNamesResponse(names=map(translate.name_message, names))

    async def SearchPersons(
        self, request: pb.SearchPersonsRequest, _context: "grpc.aio.ServicerContext[pb.SearchPersonsRequest, pb.SearchPersonsResponse]"
    ) -> pb.SearchPersonsResponse:
        async with self._transactions.query() as work:
            page = await search_persons(work, request.text, PageRequest(request.page_size, request.page_token))
        return pb.SearchPersonsResponse(names=map(translate.name_message, page.items), next_page_token=page.next_token)

    async def CorrectPerson(
        self, request: pb.CorrectPersonRequest, _context: "grpc.aio.ServicerContext[pb.CorrectPersonRequest, pb.CorrectPersonResponse]"
    ) -> pb.CorrectPersonResponse:
        async def run(work: UnitOfWork) -> pb.CorrectPersonResponse:
            await correct_person(work, translate.parse_id("person_id", request.person_id), translate.correction(request), request.version)
            return pb.CorrectPersonResponse()

        return await self._transactions.command(request, pb.CorrectPersonResponse, run)

    async def IssueSignInCode(
        self,
        request: pb.IssueSignInCodeRequest,
        _context: "grpc.aio.ServicerContext[pb.IssueSignInCodeRequest, pb.IssueSignInCodeResponse]",
    ) -> pb.IssueSignInCodeResponse:
        plain_code = ""

        async def run(work: UnitOfWork) -> pb.IssueSignInCodeResponse:
            nonlocal plain_code
            person, kind = translate.parse_id("person_id", request.person_id), translate.parse_code_kind(request.kind)
            plain_code, response = sign_in_code.generate_code(), pb.IssueSignInCodeResponse()
            response.expires_at.FromDatetime(await issue_sign_in_code(work, person, kind, plain_code, self._secret_hasher))
            return response

        response = await self._transactions.command(request, pb.IssueSignInCodeResponse, run)
        # The response is stored for repeats without the code: of a code only the hash is ever stored.
        if not plain_code:
            raise AlreadyExists("CODE_SHOWN_BEFORE")
        response.code = plain_code
        return response

    async def RevokeSignInCodes(
        self,
        request: pb.RevokeSignInCodesRequest,
        _context: "grpc.aio.ServicerContext[pb.RevokeSignInCodesRequest, pb.RevokeSignInCodesResponse]",
    ) -> pb.RevokeSignInCodesResponse:
        async def run(work: UnitOfWork) -> pb.RevokeSignInCodesResponse:
            return pb.RevokeSignInCodesResponse(
                revoked=await revoke_sign_in_codes(work, translate.parse_id("person_id", request.person_id))
            )

        return await self._transactions.command(request, pb.RevokeSignInCodesResponse, run)

    async def SetPassword(
        self, request: pb.SetPasswordRequest, _context: "grpc.aio.ServicerContext[pb.SetPasswordRequest, pb.SetPasswordResponse]"
    ) -> pb.SetPasswordResponse:
        async def run(work: UnitOfWork) -> pb.SetPasswordResponse:
            await set_password(work, request.password, self._password_hasher)
            return pb.SetPasswordResponse()

        # For repeats a plain hash of the request is stored; that of a password could be guessed, so the request gets a keyed hash instead.
        hashed_password = self._secret_hasher.digest("password asked for", request.password).hex()
        return await self._transactions.command(
            pb.SetPasswordRequest(request_id=request.request_id, password=hashed_password), pb.SetPasswordResponse, run
        )

    async def SignIn(
        self, request: pb.SignInRequest, _context: "grpc.aio.ServicerContext[pb.SignInRequest, pb.SignInResponse]"
    ) -> pb.SignInResponse:
        now = self._transactions.clock.now()
        async with self._transactions.database.work(SIGN_IN_CALLER, now, traceparent=CURRENT_CALL.get().traceparent) as work:
            if request.code:
                new_session = await sign_in_with_code(work, request.code, self._secret_hasher)
            else:
                new_session = await sign_in_with_password(work, request.email, request.password, self._secret_hasher, self._password_hasher)
        if new_session is None:
            raise NotSignedIn("SIGN_IN_FAILED")
        return self._sign_in_response(new_session, now)

    async def RenewToken(
        self, request: pb.RenewTokenRequest, _context: "grpc.aio.ServicerContext[pb.RenewTokenRequest, pb.RenewTokenResponse]"
    ) -> pb.RenewTokenResponse:
        session, via, now = translate.parse_session_id(request.session_id), translate.parse_via(request.via), self._transactions.clock.now()
        async with self._transactions.database.query_work(RENEW_TOKEN_CALLER, now) as work:
            renewal = await renew_token(work, session, request.session_key, request.hat, via, self._secret_hasher)
        response = pb.RenewTokenResponse(token=tokens.issue_token(self._signing_key, renewal.caller, now), hats=renewal.hats)
        response.token_expires_at.FromDatetime(now + tokens.LIFETIME)
        return response

    async def SignOut(
        self, request: pb.SignOutRequest, _context: "grpc.aio.ServicerContext[pb.SignOutRequest, pb.SignOutResponse]"
    ) -> pb.SignOutResponse:
        session = translate.parse_session_id(request.session_id)
        async with self._transactions.database.work(SIGN_OUT_CALLER, self._transactions.clock.now()) as work:
            await sign_out(work, session, request.session_key, self._secret_hasher)
        return pb.SignOutResponse()

    async def GiveHat(
        self, request: pb.GiveHatRequest, _context: "grpc.aio.ServicerContext[pb.GiveHatRequest, pb.GiveHatResponse]"
    ) -> pb.GiveHatResponse:
        async def run(work: UnitOfWork) -> pb.GiveHatResponse:
            await give_hat(work, translate.parse_id("person_id", request.person_id), request.hat)
            return pb.GiveHatResponse()

        _switch_to_founder()
        return await self._transactions.command(request, pb.GiveHatResponse, run)

    async def TakeHat(
        self, request: pb.TakeHatRequest, _context: "grpc.aio.ServicerContext[pb.TakeHatRequest, pb.TakeHatResponse]"
    ) -> pb.TakeHatResponse:
        async def run(work: UnitOfWork) -> pb.TakeHatResponse:
            await take_hat(work, translate.parse_id("person_id", request.person_id), request.hat)
            return pb.TakeHatResponse()

        return await self._transactions.command(request, pb.TakeHatResponse, run)

    async def ListHats(
        self, request: pb.ListHatsRequest, _context: "grpc.aio.ServicerContext[pb.ListHatsRequest, pb.ListHatsResponse]"
    ) -> pb.ListHatsResponse:
        async with self._transactions.query() as work:
            rows, next_token = await list_hats(work, request.page_size, request.page_token)
        return pb.ListHatsResponse(hats=map(translate.worn_hat_message, rows), next_page_token=next_token)

    def _sign_in_response(self, new_session: NewSession, now: datetime) -> pb.SignInResponse:
        session = new_session.session
        caller: Caller = callers.person(session.person, session=session.id, strength=AuthenticationStrength(session.strength))
        response = pb.SignInResponse(
            person_id=str(session.person),
            session_id=str(session.id),
            session_key=new_session.key,
            token=tokens.issue_token(self._signing_key, caller, now),
            hats=new_session.hats,
        )
        response.token_expires_at.FromDatetime(now + tokens.LIFETIME)
        response.session_expires_at.FromDatetime(session.expires_at)
        return response


def _switch_to_founder() -> None:
    """Lets a caller with the instance key and no hat go on as the founder."""
    call = CURRENT_CALL.get()
    if is_founder(call.caller):
        CURRENT_CALL.set(replace(call, caller=FOUNDER))
