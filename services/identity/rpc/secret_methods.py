"""RPCs that handle secrets: codes, passwords, session keys and tokens. Each says why it is no plain command or query."""

from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kith.identity.v1 import identity_pb2 as pb
from kith.identity.v1.enums import CodeKind
from libs import callers
from libs.callers import AuthenticationStrength, CallerChannel, tokens
from libs.database.engine import UnitOfWork
from libs.refusals import AlreadyExists, NotSignedIn, invalid
from libs.rpc.call import CURRENT_CALL
from libs.rpc.enums import from_wire
from libs.rpc.fields import parse_id, timestamp
from libs.rpc.transactions import Transactions
from services.identity.commands.issue_sign_in_code import issue_sign_in_code
from services.identity.commands.renew_token import RENEW_TOKEN_CALLER, renew_token
from services.identity.commands.set_password import set_password
from services.identity.commands.sign_in import SIGN_IN_CALLER, NewSession, sign_in_with_code, sign_in_with_password
from services.identity.commands.sign_out import SIGN_OUT_CALLER, sign_out
from services.identity.domain import sign_in_code
from services.identity.domain.keyed_hasher import KeyedHasher
from services.identity.storage.passwords import Argon2Hasher


class SecretMethods:
    """The keys that these methods need, and the methods."""

    def __init__(self, keyed_hasher: KeyedHasher, signing_key: Ed25519PrivateKey, password_hasher: Argon2Hasher) -> None:
        self._secret_hasher = keyed_hasher
        self._signing_key = signing_key
        self._password_hasher = password_hasher

    async def issue_sign_in_code(self, transactions: Transactions, request: pb.IssueSignInCodeRequest) -> pb.IssueSignInCodeResponse:
        """The response is stored for repeats without the code, because only the hash of a code is ever stored."""
        plain_code = ""

        async def run(work: UnitOfWork) -> pb.IssueSignInCodeResponse:
            nonlocal plain_code
            person = parse_id("person_id", request.person_id)
            kind = from_wire(pb.CodeKind, CodeKind, request.kind, "kind", "CODE_KIND_MISSING")
            plain_code = sign_in_code.generate_code()
            expires_at = await issue_sign_in_code(work, person, kind, plain_code, self._secret_hasher)
            return pb.IssueSignInCodeResponse(expires_at=timestamp(expires_at))

        response = await transactions.command(request, pb.IssueSignInCodeResponse, run)
        if not plain_code:
            raise AlreadyExists("CODE_SHOWN_BEFORE")
        response.code = plain_code
        return response

    async def set_password(self, transactions: Transactions, request: pb.SetPasswordRequest) -> pb.SetPasswordResponse:
        """For repeats a plain hash of the request is stored; that of a password could be guessed, so a keyed hash takes its place."""

        async def run(work: UnitOfWork) -> pb.SetPasswordResponse:
            await set_password(work, request.password, self._password_hasher)
            return pb.SetPasswordResponse()

        hashed_password = self._secret_hasher.digest("password asked for", request.password).hex()
        hashed_request = pb.SetPasswordRequest(request_id=request.request_id, password=hashed_password)
        return await transactions.command(hashed_request, pb.SetPasswordResponse, run)

    async def sign_in(self, transactions: Transactions, request: pb.SignInRequest) -> pb.SignInResponse:
        """Nobody is signed in yet, so it runs as a named caller; and a failed attempt is committed before it is refused."""
        now = transactions.clock.now()
        async with transactions.database.work(SIGN_IN_CALLER, now, traceparent=CURRENT_CALL.get().traceparent) as work:
            if request.code:
                new_session = await sign_in_with_code(work, request.code, self._secret_hasher)
            else:
                new_session = await sign_in_with_password(work, request.email, request.password, self._secret_hasher, self._password_hasher)
        if new_session is None:
            raise NotSignedIn("SIGN_IN_FAILED")
        return self._sign_in_response(new_session, now)

    async def renew_token(self, transactions: Transactions, request: pb.RenewTokenRequest) -> pb.RenewTokenResponse:
        """The session's key stands in for a token, so it runs as a named caller."""
        session, via, now = _parse_session_id(request.session_id), _parse_via(request.via), transactions.clock.now()
        async with transactions.database.query_work(RENEW_TOKEN_CALLER, now) as work:
            renewal = await renew_token(work, session, request.session_key, request.hat, via, self._secret_hasher)
        return pb.RenewTokenResponse(
            token=tokens.issue_token(self._signing_key, renewal.caller, now),
            token_expires_at=timestamp(now + tokens.LIFETIME),
            hats=renewal.hats,
        )

    async def sign_out(self, transactions: Transactions, request: pb.SignOutRequest) -> pb.SignOutResponse:
        """As `renew_token`."""
        session = _parse_session_id(request.session_id)
        async with transactions.database.work(SIGN_OUT_CALLER, transactions.clock.now()) as work:
            await sign_out(work, session, request.session_key, self._secret_hasher)
        return pb.SignOutResponse()

    def _sign_in_response(self, new_session: NewSession, now: datetime) -> pb.SignInResponse:
        session = new_session.session
        caller = callers.person(session.person, session=session.id, strength=AuthenticationStrength(session.strength))
        return pb.SignInResponse(
            person_id=str(session.person),
            session_id=str(session.id),
            session_key=new_session.key,
            token=tokens.issue_token(self._signing_key, caller, now),
            token_expires_at=timestamp(now + tokens.LIFETIME),
            session_expires_at=timestamp(session.expires_at),
            hats=new_session.hats,
        )


def _parse_session_id(value: str) -> UUID:
    """Raises NotSignedIn SESSION_ENDED: a malformed id is treated like a session that has ended."""
    try:
        return UUID(value)
    except ValueError as error:
        raise NotSignedIn("SESSION_ENDED") from error


def _parse_via(value: str) -> CallerChannel:
    """Raises Invalid VIA_UNKNOWN; an empty value means a page."""
    if value == CallerChannel.SYSTEM or value not in ("", *CallerChannel):
        raise invalid("via", "VIA_UNKNOWN")
    return CallerChannel(value or CallerChannel.PAGE)
