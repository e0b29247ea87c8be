"""The RPCs of asks between co-ops."""

from collections.abc import Mapping
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.matching.v1 import asks_pb2 as pb
from libs.access.acting_audit import while_acting
from libs.asks.area import Area
from libs.asks.documents import Ask, read_ask
from libs.boards.document_fields import DocumentError
from libs.database.engine import UnitOfWork
from libs.host.component import Runtime
from libs.refusals import invalid
from libs.rpc.binding import BoundService, bind, called_by, command, query, repeatable
from libs.rpc.fields import parse_id
from services.matching.commands.answer_ask_reply import answer_ask_reply
from services.matching.commands.ask_other_co_ops import ask_other_co_ops
from services.matching.commands.reply_to_ask import reply_to_ask
from services.matching.commands.take_ask import take_ask
from services.matching.commands.take_back_reply import take_back_reply
from services.matching.commands.withdraw_ask import withdraw_ask
from services.matching.domain.co_op_ask import AskWords
from services.matching.queries.find_asks import find_asks
from services.matching.queries.get_agreed_replies import get_agreed_replies
from services.matching.queries.get_asks import get_asks
from services.matching.queries.preview_ask import preview_ask
from services.matching.rpc import ask_messages

FEDERATION = "federation"
"""Carries asks from and to other co-ops."""


def ask_service(runtime: Runtime, districts: Mapping[str, Area], zone: ZoneInfo) -> BoundService:
    acting = partial(while_acting, "co op ask", catch_up=runtime.catch_up_with("identity"))
    preview, ask = partial(preview_ask, districts=districts), partial(ask_other_co_ops, districts=districts)
    reply = partial(reply_to_ask, zone=zone)
    take = partial(take_ask, zone=zone, lot_key=runtime.transactions.derive_key(b"lots of counts"))
    return bind(
        pb,
        "AskService",
        runtime.transactions,
        {
            "PreviewAsk": acting(query(_previewed, preview, ask_messages.preview)),
            "AskOtherCoOps": acting(command(_asked, ask, lambda _: pb.AskOtherCoOpsResponse())),
            "WithdrawAsk": acting(command(_withdrawn, withdraw_ask, lambda _: pb.WithdrawAskResponse())),
            "GetAsks": acting(query(_person, get_asks, ask_messages.own_asks)),
            "AnswerAskReply": acting(
                command(_answered, _answer, lambda reference: pb.AnswerAskReplyResponse(reference=reference)),
            ),
            "FindAsks": query(_nothing, partial(find_asks, zone=zone), ask_messages.asks_for_me),
            "ReplyToAsk": command(_replied, reply, lambda _: pb.ReplyToAskResponse()),
            "TakeBackReply": command(_taken_back, take_back_reply, lambda _: pb.TakeBackReplyResponse()),
            "GetAgreedReplies": query(_nothing, get_agreed_replies, ask_messages.agreed_replies),
            "TakeAsk": called_by(FEDERATION, repeatable(_taken, take, lambda told: pb.TakeAskResponse(at_least=told))),
        },
    )


async def _answer(work: UnitOfWork, reply_id: str, yes: bool) -> str:  # noqa: FBT001 - as the request has it
    return await answer_ask_reply(work, reply_id, yes=yes)


def _nothing(_: pb.FindAsksRequest | pb.GetAgreedRepliesRequest) -> tuple[()]:
    return ()


def _words(words: pb.AskWords) -> AskWords:
    return AskWords(tuple(words.skills), tuple(words.languages), tuple(words.blocks), words.district)


def _previewed(request: pb.PreviewAskRequest) -> tuple[UUID, AskWords]:
    return parse_id("person_id", request.person_id), _words(request.words)


def _asked(request: pb.AskOtherCoOpsRequest) -> tuple[UUID, AskWords, list[str]]:
    return parse_id("person_id", request.person_id), _words(request.words), list(request.co_ops)


def _withdrawn(request: pb.WithdrawAskRequest) -> tuple[str]:
    return (request.ask_id,)


def _person(request: pb.GetAsksRequest) -> tuple[UUID]:
    return (parse_id("person_id", request.person_id),)


def _answered(request: pb.AnswerAskReplyRequest) -> tuple[str, bool]:
    return request.reply_id, request.yes


def _replied(request: pb.ReplyToAskRequest) -> tuple[str, str]:
    return request.co_op, request.ask_id


def _taken_back(request: pb.TakeBackReplyRequest) -> tuple[str]:
    return (request.reply_id,)


def _taken(request: pb.TakeAskRequest) -> tuple[str, Ask]:
    """As strictly as federation read its letter. Raises Invalid ASK_MALFORMED."""
    area = Area(request.area.north, request.area.east)
    asked = Ask(request.ask_id, tuple(request.skills), tuple(request.languages), tuple(request.blocks), area, request.until.seconds)
    try:
        return request.co_op, read_ask(asked.payload())
    except DocumentError:
        raise invalid("ask", "ASK_MALFORMED") from None
