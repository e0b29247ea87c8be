"""The RPCs of NoticeService. Web calls four of them as itself: there is no person then, so they run as a named system caller."""

from dataclasses import replace
from typing import TypeVar
from uuid import UUID

from google.protobuf.message import Message

from kith.identity.v1 import notices_pb2 as pb
from kith.identity.v1.enums import NoticeChannel, NoticeTopic
from libs.access.acting_audit import while_acting
from libs.rpc.binding import BoundService, Method, bind, called_by, command, handler, query, repeatable
from libs.rpc.call import CURRENT_CALL
from libs.rpc.enums import from_wire, to_wire
from libs.rpc.fields import parse_id
from libs.rpc.transactions import Transactions
from services.identity.commands.issue_mailed_link import issue_mailed_link
from services.identity.commands.request_sign_in_link import DELIVER_CALLER, request_sign_in_link
from services.identity.commands.set_ways_to_be_told import set_ways_to_be_told
from services.identity.commands.sign_in_with_password import PasswordSource, password_source
from services.identity.commands.stop_notices import stop_notices
from services.identity.domain import sign_in_code
from services.identity.domain.keyed_hasher import KeyedHasher
from services.identity.domain.ways_to_be_told import WaysToBeTold
from services.identity.queries.get_notice_address import NoticeAddress, get_notice_address
from services.identity.queries.get_ways_to_be_told import OwnWays, get_ways_to_be_told

Request = TypeVar("Request", bound=Message)
Response = TypeVar("Response", bound=Message)


def notice_service(transactions: Transactions, keyed_hasher: KeyedHasher) -> BoundService:
    def link_source(request: pb.RequestSignInLinkRequest) -> tuple[PasswordSource]:
        return (password_source(request.email, request.client_address, request.browser, keyed_hasher),)

    async def issue_link(transactions: Transactions, request: pb.IssueMailedLinkRequest) -> pb.IssueMailedLinkResponse:
        """The code is in the response and nowhere else, so nothing is stored for a repeat: that gets a code of its own."""
        person, plain_code = parse_id("person_id", request.person_id), sign_in_code.generate_code()
        async with transactions.database.work(CURRENT_CALL.get().caller, transactions.clock.now()) as work:
            email = await issue_mailed_link(work, person, plain_code, keyed_hasher)
            address = await get_notice_address(work, person)
        ways = address.ways
        return pb.IssueMailedLinkResponse(
            code=plain_code, email=email, called=address.called, easy_read=ways.easy_read, large_print=ways.large_print
        )

    return bind(
        pb,
        "NoticeService",
        transactions,
        {
            "GetWaysToBeTold": while_acting("ways to be told", query(_person_id, get_ways_to_be_told, _own_ways)),
            "SetWaysToBeTold": while_acting(
                "ways to be told", command(_choice, set_ways_to_be_told, lambda _: pb.SetWaysToBeToldResponse())
            ),
            "GetNoticeAddress": _for_web(query(_person_id, get_notice_address, _address)),
            "StopNotices": _for_web(command(_topic, stop_notices, lambda _: pb.StopNoticesResponse())),
            "RequestSignInLink": _for_web(repeatable(link_source, request_sign_in_link, lambda _: pb.RequestSignInLinkResponse())),
            "IssueMailedLink": _for_web(handler(issue_link)),
        },
    )


def _for_web(method: Method[Request, Response]) -> Method[Request, Response]:
    """The method, for web alone, as the named caller."""

    async def run(transactions: Transactions, request: Request, response: type[Response]) -> Response:
        CURRENT_CALL.set(replace(CURRENT_CALL.get(), caller=DELIVER_CALLER))
        return await method.run(transactions, request, response)

    return called_by("web", replace(method, run=run))


def _person_id(request: pb.GetWaysToBeToldRequest | pb.GetNoticeAddressRequest) -> tuple[UUID]:
    return (parse_id("person_id", request.person_id),)


def _topic(request: pb.StopNoticesRequest) -> tuple[UUID, NoticeTopic]:
    return parse_id("person_id", request.person_id), from_wire(pb.NoticeTopic, NoticeTopic, request.topic, "topic", "TOPIC_UNKNOWN")


def _choice(request: pb.SetWaysToBeToldRequest) -> tuple[UUID, WaysToBeTold]:
    ways = request.ways
    return parse_id("person_id", request.person_id), WaysToBeTold(
        easy_read=ways.easy_read,
        large_print=ways.large_print,
        language=ways.language,
        channel=from_wire(pb.NoticeChannel, NoticeChannel, ways.channel, "channel", "CHANNEL_MISSING"),
        helper=parse_id("helper_person_id", ways.helper_person_id) if ways.helper_person_id else None,
        quiet_from=ways.quiet_from,
        quiet_until=ways.quiet_until,
        stopped=tuple(from_wire(pb.NoticeTopic, NoticeTopic, topic, "stopped", "TOPIC_UNKNOWN") for topic in sorted(set(ways.stopped))),
        version=ways.version,
    )


def _ways(ways: WaysToBeTold) -> pb.WaysToBeTold:
    return pb.WaysToBeTold(
        easy_read=ways.easy_read,
        large_print=ways.large_print,
        language=ways.language,
        channel=to_wire(pb.NoticeChannel, ways.channel) if ways.channel else pb.NOTICE_CHANNEL_UNSPECIFIED,
        helper_person_id=str(ways.helper or ""),
        quiet_from=ways.quiet_from,
        quiet_until=ways.quiet_until,
        stopped=[to_wire(pb.NoticeTopic, topic) for topic in ways.stopped],
        version=ways.version,
    )


def _own_ways(own: OwnWays) -> pb.GetWaysToBeToldResponse:
    return pb.GetWaysToBeToldResponse(
        ways=_ways(own.ways), helper_person_ids=map(str, own.helpers), has_email=own.has_email, has_phone=own.has_phone
    )


def _address(address: NoticeAddress) -> pb.GetNoticeAddressResponse:
    return pb.GetNoticeAddressResponse(
        ways=_ways(address.ways),
        full_name=address.full_name,
        called=address.called,
        email=address.email,
        phone=address.phone,
        helper_name=address.helper_name,
    )
