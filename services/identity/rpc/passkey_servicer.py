"""The RPCs of passkeys. Those that run before anybody is signed in, or give out a secret, say why they are no plain command or query."""

import asyncio
import secrets
from collections.abc import Sequence
from uuid import UUID

from kith.identity.v1 import passkeys_pb2 as pb
from libs.callers.relying_party import RelyingParty
from libs.database.engine import UnitOfWork
from libs.observe.security_events import SecurityEvent, report_security_event
from libs.refusals import NotSignedIn
from libs.rpc.binding import BoundService, bind, command, handler, query
from libs.rpc.call import CURRENT_CALL
from libs.rpc.fields import parse_id, timestamp
from libs.rpc.transactions import Transactions
from services.identity.commands.finish_passkey_registration import finish_passkey_registration
from services.identity.commands.finish_passkey_sign_in import finish_passkey_sign_in
from services.identity.commands.give_passkey_challenge import begin_passkey_registration, begin_passkey_sign_in
from services.identity.commands.remove_passkey import remove_passkey
from services.identity.commands.rename_passkey import rename_passkey
from services.identity.commands.sign_in import SIGN_IN_CALLER
from services.identity.domain import passkey_ceremony
from services.identity.domain.keyed_hasher import KeyedHasher
from services.identity.domain.passkey import Passkey
from services.identity.domain.session import SessionLimits
from services.identity.queries.get_passkeys import get_passkeys
from services.identity.rpc.devices import device_of

_CHALLENGE_BYTES = 32


def passkey_service(
    transactions: Transactions, keyed_hasher: KeyedHasher, site: RelyingParty | None, limits: SessionLimits
) -> BoundService:
    """`site` is the co-op's, None where its address is one for which browsers make no passkeys."""
    methods = _PasskeyMethods(keyed_hasher, site, limits)
    return bind(
        pb,
        "PasskeyService",
        transactions,
        {
            "BeginPasskeyRegistration": handler(methods.begin_registration),
            "FinishPasskeyRegistration": handler(methods.finish_registration),
            "BeginPasskeySignIn": handler(methods.begin_sign_in, open=True),
            "FinishPasskeySignIn": handler(methods.finish_sign_in, open=True),
            "GetPasskeys": query(lambda _: (), get_passkeys, _list_response),
            "RenamePasskey": command(_passkey_and_name, rename_passkey, lambda _: pb.RenamePasskeyResponse()),
            "RemovePasskey": command(_passkey, remove_passkey, lambda _: pb.RemovePasskeyResponse()),
        },
    )


class _PasskeyMethods:
    """The methods that need the key of secrets, or another caller than the one who calls."""

    def __init__(self, keyed_hasher: KeyedHasher, site: RelyingParty | None, limits: SessionLimits) -> None:
        self._keyed_hasher = keyed_hasher
        self._site = site
        self._limits = limits

    async def begin_registration(
        self, transactions: Transactions, _: pb.BeginPasskeyRegistrationRequest
    ) -> pb.BeginPasskeyRegistrationResponse:
        """Each call gives out a new challenge, which is stored as a hash only: so there is no response to repeat."""
        await asyncio.to_thread(passkey_ceremony.load_library)
        call, challenge = CURRENT_CALL.get(), secrets.token_bytes(_CHALLENGE_BYTES)
        async with transactions.database.work(call.caller, transactions.clock.now(), traceparent=call.traceparent) as work:
            options = await begin_passkey_registration(work, self._site, challenge, self._keyed_hasher)
        return pb.BeginPasskeyRegistrationResponse(options_json=options)

    async def finish_registration(
        self, transactions: Transactions, request: pb.FinishPasskeyRegistrationRequest
    ) -> pb.FinishPasskeyRegistrationResponse:
        """A command; only that the library is loaded in a thread first."""
        await asyncio.to_thread(passkey_ceremony.load_library)

        async def run(work: UnitOfWork) -> pb.FinishPasskeyRegistrationResponse:
            passkey = await finish_passkey_registration(work, self._site, request.credential_json, request.name, self._keyed_hasher)
            return pb.FinishPasskeyRegistrationResponse(passkey_id=str(passkey))

        return await transactions.command(request, pb.FinishPasskeyRegistrationResponse, run)

    async def begin_sign_in(self, transactions: Transactions, request: pb.BeginPasskeySignInRequest) -> pb.BeginPasskeySignInResponse:
        """Nobody is signed in yet, so it runs as a named caller."""
        await asyncio.to_thread(passkey_ceremony.load_library)
        challenge = secrets.token_bytes(_CHALLENGE_BYTES)
        async with transactions.database.work(SIGN_IN_CALLER, transactions.clock.now()) as work:
            options = await begin_passkey_sign_in(
                work, self._site, challenge, self._keyed_hasher, browser=request.browser, client_address=request.client_address
            )
        return pb.BeginPasskeySignInResponse(options_json=options)

    async def finish_sign_in(self, transactions: Transactions, request: pb.FinishPasskeySignInRequest) -> pb.FinishPasskeySignInResponse:
        """As `begin_sign_in`; and a wrong answer is committed before it is refused, for its challenge is used up."""
        await asyncio.to_thread(passkey_ceremony.load_library)
        now, traceparent = transactions.clock.now(), CURRENT_CALL.get().traceparent
        async with transactions.database.work(SIGN_IN_CALLER, now, traceparent=traceparent) as work:
            device = device_of(request.device_use, request.device_kind, self._limits)
            new_session = await finish_passkey_sign_in(
                work, self._site, request.credential_json, request.browser, self._keyed_hasher, device
            )
        if new_session is None:
            report_security_event(SecurityEvent.SIGN_IN_FAILED, how="passkey")
            raise NotSignedIn("PASSKEY_REFUSED")
        session = new_session.session
        report_security_event(SecurityEvent.SIGNED_IN, how=session.strength, person=str(session.person), session=str(session.id))
        return pb.FinishPasskeySignInResponse(
            person_id=str(session.person),
            session_id=str(session.id),
            session_key=new_session.key,
            hats=new_session.hats,
            session_expires_at=timestamp(session.expires_at),
            quiet_seconds=session.quiet_seconds,
        )


def _passkey(request: pb.RemovePasskeyRequest) -> tuple[UUID]:
    return (parse_id("passkey_id", request.passkey_id),)


def _passkey_and_name(request: pb.RenamePasskeyRequest) -> tuple[UUID, str]:
    return parse_id("passkey_id", request.passkey_id), request.name


def _list_response(passkeys: Sequence[Passkey]) -> pb.GetPasskeysResponse:
    return pb.GetPasskeysResponse(passkeys=map(_to_wire, passkeys))


def _to_wire(passkey: Passkey) -> pb.Passkey:
    return pb.Passkey(
        passkey_id=str(passkey.id),
        name=passkey.name,
        added_at=timestamp(passkey.added_at),
        last_used_at=timestamp(passkey.last_used_at) if passkey.last_used_at else None,
        synced=passkey.is_synced,
    )
