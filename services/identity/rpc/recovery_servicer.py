"""The RPCs of recovery. Those that handle a secret, or run before anybody is signed in, say why they are no plain command or query."""

import asyncio
import secrets
from uuid import UUID

from kith.identity.v1 import recovery_pb2 as pb
from libs.database.engine import UnitOfWork
from libs.observe.security_events import SecurityEvent, report_security_event
from libs.refusals import NotSignedIn, invalid
from libs.rpc.binding import BoundService, bind, command, handler, query
from libs.rpc.call import CURRENT_CALL
from libs.rpc.enums import to_wire
from libs.rpc.fields import parse_id, timestamp
from libs.rpc.transactions import Transactions
from services.identity.commands.accept_recovery_help import accept_recovery_help
from services.identity.commands.end_recovery_help import end_recovery_help
from services.identity.commands.finish_recovery import finish_recovery
from services.identity.commands.name_recovery_helper import find_recovery_helper, name_recovery_helper
from services.identity.commands.request_recovery import RECOVERY_CALLER, request_recovery
from services.identity.commands.stop_recovery import stop_recovery
from services.identity.commands.vouch_for_recovery import SpokenNumber, vouch_for_recovery
from services.identity.domain.keyed_hasher import KeyedHasher
from services.identity.domain.recovery import parse_spoken_number
from services.identity.queries.get_recovery import get_recovery
from services.identity.queries.get_recovery_help import RecoveryHelpOverview, get_recovery_help
from services.identity.storage.recovery_helpers import RecoveryHelper

_ANSWERED_AFTER = 0.25
"""Seconds that an answer to somebody who lost their sign-in takes at least: it must not say by its haste that nobody was found."""


def recovery_service(transactions: Transactions, keyed_hasher: KeyedHasher, country: str) -> BoundService:
    """`country` is the co-op's, for telephone numbers."""
    methods = _RecoveryMethods(keyed_hasher, country)
    return bind(
        pb,
        "RecoveryService",
        transactions,
        {
            "NameRecoveryHelper": handler(methods.name_recovery_helper),
            "AcceptRecoveryHelp": command(_person, accept_recovery_help, lambda _: pb.AcceptRecoveryHelpResponse()),
            "EndRecoveryHelp": command(_person_and_helper, end_recovery_help, lambda _: pb.EndRecoveryHelpResponse()),
            "GetRecoveryHelp": query(lambda _: (), get_recovery_help, _overview_response),
            "RequestRecovery": handler(methods.request_recovery, open=True),
            "GetRecovery": handler(methods.get_recovery, open=True),
            "VouchForRecovery": handler(methods.vouch_for_recovery),
            "StopRecovery": command(lambda _: (), stop_recovery, lambda stopped: pb.StopRecoveryResponse(stopped=stopped)),
            "FinishRecovery": handler(methods.finish_recovery, open=True),
        },
    )


class _RecoveryMethods:
    """The methods that need the key of secrets, or another caller than the one who calls."""

    def __init__(self, keyed_hasher: KeyedHasher, country: str) -> None:
        self._keyed_hasher = keyed_hasher
        self._country = country

    async def name_recovery_helper(
        self, transactions: Transactions, request: pb.NameRecoveryHelperRequest
    ) -> pb.NameRecoveryHelperResponse:
        """The look-up compares addresses that the caller does not see, so it runs as a named caller."""
        async with transactions.database.query_work(RECOVERY_CALLER, transactions.clock.now()) as look_up:
            helper = await find_recovery_helper(look_up, request.full_name, request.email)

        async def run(work: UnitOfWork) -> pb.NameRecoveryHelperResponse:
            return pb.NameRecoveryHelperResponse(helper_id=str(await name_recovery_helper(work, helper)))

        return await transactions.command(request, pb.NameRecoveryHelperResponse, run)

    async def request_recovery(self, transactions: Transactions, request: pb.RequestRecoveryRequest) -> pb.RequestRecoveryResponse:
        """Nobody is signed in, so it runs as a named caller; the key is made here and stored nowhere."""
        key, loop = secrets.token_urlsafe(32), asyncio.get_running_loop()
        answer_at = loop.time() + _ANSWERED_AFTER
        async with transactions.database.work(RECOVERY_CALLER, transactions.clock.now()) as work:
            await request_recovery(
                work,
                request.who,
                key,
                self._keyed_hasher,
                browser=request.browser,
                client_address=request.client_address,
                country=self._country,
            )
        await asyncio.sleep(answer_at - loop.time())
        return pb.RequestRecoveryResponse(recovery_key=key)

    async def get_recovery(self, transactions: Transactions, request: pb.GetRecoveryRequest) -> pb.GetRecoveryResponse:
        """The key stands in for a token, so it runs as a named caller."""
        async with transactions.database.query_work(RECOVERY_CALLER, transactions.clock.now()) as work:
            progress = await get_recovery(work, request.recovery_key, self._keyed_hasher)
        if progress is None:
            return pb.GetRecoveryResponse(state=pb.RECOVERY_STATE_OVER)
        return pb.GetRecoveryResponse(
            state=to_wire(pb.RecoveryState, progress.state),
            spoken_number=progress.number,
            vouched=progress.vouched,
            expires_at=timestamp(progress.expires_at),
        )

    async def vouch_for_recovery(self, transactions: Transactions, request: pb.VouchForRecoveryRequest) -> pb.VouchForRecoveryResponse:
        """A wrong number is committed before it is refused, and a second vouch is none: so it has no idempotency key."""
        call = CURRENT_CALL.get()
        spoken = SpokenNumber(parse_id("person_id", request.person_id), parse_spoken_number(request.spoken_number))
        async with transactions.database.work(call.caller, transactions.clock.now(), request.request_id, call.traceparent) as work:
            is_right = await vouch_for_recovery(work, spoken, self._keyed_hasher)
        if not is_right:
            raise invalid("spoken_number", "SPOKEN_NUMBER_WRONG")
        return pb.VouchForRecoveryResponse()

    async def finish_recovery(self, transactions: Transactions, request: pb.FinishRecoveryRequest) -> pb.FinishRecoveryResponse:
        """As `get_recovery`; the session's key is in no table and in no stored response."""
        now = transactions.clock.now()
        async with transactions.database.work(RECOVERY_CALLER, now, traceparent=CURRENT_CALL.get().traceparent) as work:
            new_session = await finish_recovery(work, request.recovery_key, request.browser, self._keyed_hasher)
        if new_session is None:
            raise NotSignedIn("RECOVERY_NOT_READY")
        session = new_session.session
        report_security_event(SecurityEvent.SIGNED_IN, how=session.strength, person=str(session.person), session=str(session.id))
        return pb.FinishRecoveryResponse(
            person_id=str(session.person),
            session_id=str(session.id),
            session_key=new_session.key,
            hats=new_session.hats,
            session_expires_at=timestamp(session.expires_at),
        )


def _person(request: pb.AcceptRecoveryHelpRequest) -> tuple[UUID]:
    return (parse_id("person_id", request.person_id),)


def _person_and_helper(request: pb.EndRecoveryHelpRequest) -> tuple[UUID, UUID]:
    return parse_id("person_id", request.person_id), parse_id("helper_id", request.helper_id)


def _overview_response(overview: RecoveryHelpOverview) -> pb.GetRecoveryHelpResponse:
    return pb.GetRecoveryHelpResponse(helpers=map(_help, overview.helpers), helped=map(_help, overview.helped), asked=overview.is_asked)


def _help(entry: RecoveryHelper) -> pb.RecoveryHelp:
    return pb.RecoveryHelp(
        person_id=str(entry.person), helper_id=str(entry.helper), accepted=entry.accepted_at is not None, wanted=entry.is_wanted
    )
