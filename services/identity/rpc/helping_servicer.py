"""The RPCs of HelpingService."""

from datetime import datetime

from kith.identity.v1 import helping_pb2 as pb
from kith.identity.v1 import identity_pb2
from kith.identity.v1.enums import HelpKind
from libs.database.paging import Page, PageRequest
from libs.observe.security_events import SecurityEvent, report_security_event
from libs.rpc.binding import BoundService, bind, called_by, handler, query
from libs.rpc.call import CURRENT_CALL
from libs.rpc.enums import from_wire, to_wire
from libs.rpc.fields import parse_id, timestamp
from libs.rpc.transactions import Transactions
from services.identity.commands.begin_helping import begin_helping, require_helper
from services.identity.commands.end_quiet_sessions import END_QUIET_CALLER, end_quiet_sessions
from services.identity.commands.sign_in import SIGN_IN_CALLER
from services.identity.domain.keyed_hasher import KeyedHasher
from services.identity.domain.session import Help, Session, SessionLimits
from services.identity.queries.list_help import list_help
from services.identity.rpc.devices import device_of


def helping_service(transactions: Transactions, keyed_hasher: KeyedHasher, limits: SessionLimits) -> BoundService:
    async def begin(transactions: Transactions, request: pb.BeginHelpingRequest) -> pb.BeginHelpingResponse:
        """Codes are looked up as a named caller; the session's key is in no table, so nothing is stored for a repeat."""
        call, now = CURRENT_CALL.get(), transactions.clock.now()
        async with transactions.database.query_work(call.caller, now) as own:
            helper = await require_helper(own)
        kind = from_wire(identity_pb2.HelpKind, HelpKind, request.kind, "kind", "HELP_KIND_MISSING")
        device = device_of(identity_pb2.DEVICE_USE_SHARED, request.device_kind, limits)
        async with transactions.database.work(SIGN_IN_CALLER, now, traceparent=call.traceparent) as work:
            begun = await begin_helping(work, request.code, request.browser, keyed_hasher, device, Help(helper, kind))
        session = begun.session
        report_security_event(
            SecurityEvent.SIGNED_IN, how=session.strength, person=str(session.person), session=str(session.id), helper=str(helper)
        )
        return pb.BeginHelpingResponse(
            person_id=str(session.person),
            session_id=str(session.id),
            session_key=begun.key,
            session_expires_at=timestamp(session.expires_at),
            quiet_seconds=session.quiet_seconds,
        )

    async def end_quiet(transactions: Transactions, request: pb.EndQuietSessionsRequest) -> pb.EndQuietSessionsResponse:
        """Web calls as itself: there is no person, so it runs as a named caller. Ending what has ended changes nothing."""
        ids = [parse_id("session_ids", session) for session in request.session_ids]
        async with transactions.database.work(END_QUIET_CALLER, transactions.clock.now()) as work:
            return pb.EndQuietSessionsResponse(ended=await end_quiet_sessions(work, ids))

    def write(page: Page[Session]) -> pb.ListHelpResponse:
        now = transactions.clock.now()
        return pb.ListHelpResponse(help=[_help(session, session.over_at(now)) for session in page.items], next_page_token=page.next_token)

    return bind(
        pb,
        "HelpingService",
        transactions,
        {
            "BeginHelping": handler(begin),
            "ListHelp": query(_page, list_help, write),
            "EndQuietSessions": called_by("web", handler(end_quiet)),
        },
    )


def _page(request: pb.ListHelpRequest) -> tuple[PageRequest]:
    return (PageRequest(request.page_size, request.page_token),)


def _help(session: Session, over_at: datetime | None) -> pb.Help:
    return pb.Help(
        session_id=str(session.id),
        helper_id=str(session.helped_by),
        kind=to_wire(identity_pb2.HelpKind, HelpKind(session.help_kind)),
        began_at=timestamp(session.started_at),
        ended_at=timestamp(over_at or session.expires_at),
        is_over=over_at is not None,
    )
