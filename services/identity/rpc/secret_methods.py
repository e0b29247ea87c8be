"""RPCs that handle secrets: codes, passwords, session keys and tokens. Each says why it is no plain command or query."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kith.identity.v1 import identity_pb2 as pb
from kith.identity.v1.enums import CodeKind
from libs import callers
from libs.callers import AuthenticationStrength, CallerChannel, tokens
from libs.database.engine import UnitOfWork
from libs.observe.security_events import SecurityEvent, report_security_event
from libs.refusals import AlreadyExists, NotSignedIn, Refusal, invalid
from libs.rpc.call import CURRENT_CALL
from libs.rpc.enums import from_wire
from libs.rpc.fields import parse_id, timestamp
from libs.rpc.transactions import Transactions
from services.identity.commands.issue_sign_in_code import issue_sign_in_code, was_just_issued
from services.identity.commands.renew_token import RENEW_TOKEN_CALLER, TokenRequest, renew_token
from services.identity.commands.set_password import (
    PasswordChange,
    check_password,
    clear_attempts,
    count_attempt,
    prepare_password,
    set_password,
)
from services.identity.commands.sign_in import SIGN_IN_CALLER, NewSession, sign_in_with_code
from services.identity.commands.sign_in_with_password import begin_attempt, find_match, finish_attempt, password_source, renew_hash
from services.identity.commands.sign_out import SIGN_OUT_CALLER, sign_out
from services.identity.domain import sign_in_code
from services.identity.domain.keyed_hasher import KeyedHasher
from services.identity.storage.passwords import Argon2Hasher

_ID_LENGTH = 16
"""Of a keyed hash in hex, as an id in security events."""


class SecretMethods:
    """The keys that these methods need, and the methods.

    A code that was shown can be shown again for a minute when the request is repeated: it is made from the request and from a key that
    lives as long as this process.
    """

    def __init__(self, keyed_hasher: KeyedHasher, signing_key: Ed25519PrivateKey, password_hasher: Argon2Hasher) -> None:
        self._keyed_hasher = keyed_hasher
        self._signing_key = signing_key
        self._password_hasher = password_hasher
        self._codes_of_requests = KeyedHasher(secrets.token_bytes(32))

    async def issue_sign_in_code(self, transactions: Transactions, request: pb.IssueSignInCodeRequest) -> pb.IssueSignInCodeResponse:
        """The response is stored for repeats without the code, because only the hash of a code is ever stored."""
        caller = CURRENT_CALL.get().caller
        plain_code = sign_in_code.format_code(self._codes_of_requests.digest("code", f"{caller.id} {request.request_id}"))
        is_new = False

        async def run(work: UnitOfWork) -> pb.IssueSignInCodeResponse:
            nonlocal is_new
            person = parse_id("person_id", request.person_id)
            kind = from_wire(pb.CodeKind, CodeKind, request.kind, "kind", "CODE_KIND_MISSING")
            expires_at = await issue_sign_in_code(work, person, kind, plain_code, self._keyed_hasher, through_helper=request.through_helper)
            is_new = True
            return pb.IssueSignInCodeResponse(expires_at=timestamp(expires_at))

        response = await transactions.command(request, pb.IssueSignInCodeResponse, run)
        if not is_new:
            async with transactions.database.query_work(SIGN_IN_CALLER, transactions.clock.now()) as work:
                if not await was_just_issued(work, plain_code, self._keyed_hasher):
                    raise AlreadyExists("CODE_SHOWN_BEFORE")
        response.code = plain_code
        return response

    async def set_password(self, transactions: Transactions, request: pb.SetPasswordRequest) -> pb.SetPasswordResponse:
        """argon2 runs before the transaction."""
        call = CURRENT_CALL.get()
        with _reporting_password_refusals(person=call.caller.id), self._password_hasher.reserve(call.caller.id.encode()):
            async with transactions.database.work(call.caller, transactions.clock.now(), request.request_id) as work:
                if (first := await transactions.find_first(work, request, pb.SetPasswordResponse)) is not None:
                    return first
                change = await prepare_password(work, request.old_password)
            new_hash = await self._check_old_password(transactions, change, request)

            async def run(work: UnitOfWork) -> pb.SetPasswordResponse:
                await set_password(work, change, new_hash)
                return pb.SetPasswordResponse()

            return await transactions.command(request, pb.SetPasswordResponse, run)

    async def _check_old_password(self, transactions: Transactions, change: PasswordChange, request: pb.SetPasswordRequest) -> str:
        """The new password's hash. An old password that is wrong stays counted as an attempt."""
        if change.old_hash is None:
            return await check_password(change, request.old_password, request.password, self._password_hasher)
        async with transactions.database.work(SIGN_IN_CALLER, transactions.clock.now()) as work:
            await count_attempt(work, change.person, self._keyed_hasher)
        new_hash = await check_password(change, request.old_password, request.password, self._password_hasher)
        async with transactions.database.work(SIGN_IN_CALLER, transactions.clock.now()) as work:
            await clear_attempts(work, change.person, self._keyed_hasher)
        return new_hash

    async def sign_in(self, transactions: Transactions, request: pb.SignInRequest) -> pb.SignInResponse:
        """Nobody is signed in yet, so it runs as a named caller; and a failed attempt is committed before it is refused."""
        now = transactions.clock.now()
        if request.code:
            new_session = None
            try:
                async with transactions.database.work(SIGN_IN_CALLER, now, traceparent=CURRENT_CALL.get().traceparent) as work:
                    new_session = await sign_in_with_code(work, request.code, request.browser, self._keyed_hasher)
            finally:
                if new_session is None:
                    report_security_event(SecurityEvent.SIGN_IN_FAILED, how="code")
        else:
            new_session = await self._sign_in_with_password(transactions, request, now)
        if new_session is None:
            raise NotSignedIn("SIGN_IN_FAILED")
        session = new_session.session
        report_security_event(SecurityEvent.SIGNED_IN, how=session.strength, person=str(session.person), session=str(session.id))
        return self._sign_in_response(new_session, now)

    async def _sign_in_with_password(self, transactions: Transactions, request: pb.SignInRequest, now: datetime) -> NewSession | None:
        """A place in the queue of passwords comes first; no connection to the database is held while argon2 works."""
        source = password_source(request.email, request.client_address, request.browser, self._keyed_hasher)
        ids = {"account": source.account.hex()[:_ID_LENGTH], "client": source.client.hex()[:_ID_LENGTH]}
        client = source.client if request.client_address else b""
        with _reporting_password_refusals(**ids), self._password_hasher.reserve(client):
            async with transactions.database.work(SIGN_IN_CALLER, now) as work:
                attempt = await begin_attempt(work, source)
            person = await find_match(attempt, request.password, self._password_hasher)
            if person is None:
                report_security_event(SecurityEvent.SIGN_IN_FAILED, how="password", **ids)
                return None
            renewed_hash = await renew_hash(attempt, person, request.password, self._password_hasher)
            async with transactions.database.work(SIGN_IN_CALLER, now, traceparent=CURRENT_CALL.get().traceparent) as work:
                return await finish_attempt(work, attempt, person, self._keyed_hasher, renewed_hash)

    async def renew_token(self, transactions: Transactions, request: pb.RenewTokenRequest) -> pb.RenewTokenResponse:
        """The session's key stands in for a token, so it runs as a named caller."""
        session, now = _parse_session_id(request.session_id), transactions.clock.now()
        acting_for = parse_id("acting_for", request.acting_for) if request.acting_for else None
        wanted = TokenRequest(request.hat, _parse_via(request.via), acting_for)
        async with transactions.database.query_work(RENEW_TOKEN_CALLER, now) as work:
            renewal = await renew_token(work, session, request.session_key, wanted, self._keyed_hasher)
        return pb.RenewTokenResponse(
            token=tokens.issue_token(self._signing_key, renewal.caller, now),
            token_expires_at=timestamp(now + tokens.LIFETIME),
            hats=renewal.hats,
            may_act_for=map(str, renewal.may_act_for),
        )

    async def sign_out(self, transactions: Transactions, request: pb.SignOutRequest) -> pb.SignOutResponse:
        """As `renew_token`."""
        session = _parse_session_id(request.session_id)
        async with transactions.database.work(SIGN_OUT_CALLER, transactions.clock.now()) as work:
            await sign_out(work, session, request.session_key, self._keyed_hasher)
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


_PASSWORD_REFUSALS = {
    "PASSWORDS_BUSY": SecurityEvent.PASSWORDS_BUSY,
    "SIGN_IN_TOO_OFTEN": SecurityEvent.SIGN_IN_SLOWED,
    "OLD_PASSWORD_WRONG": SecurityEvent.OLD_PASSWORD_WRONG,
}


@contextmanager
def _reporting_password_refusals(**ids: str) -> Iterator[None]:
    """Reports what was refused in the block, with these ids."""
    try:
        yield
    except Refusal as refusal:
        if kind := _PASSWORD_REFUSALS.get(refusal.reason):
            report_security_event(kind, **ids)
        raise


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
