"""Asks between co-ops as messages."""

from collections.abc import Sequence
from datetime import datetime

from kith.matching.v1 import asks_pb2 as pb
from libs.asks.area import Area
from libs.rpc.fields import timestamp
from services.matching.domain.co_op_ask import AskReply
from services.matching.queries.find_asks import AsksForMe
from services.matching.queries.get_agreed_replies import AgreedReply
from services.matching.queries.get_asks import OwnAsk


def preview(found: tuple[Area, datetime]) -> pb.PreviewAskResponse:
    area, until = found
    return pb.PreviewAskResponse(area=pb.AskArea(north=area.north, east=area.east), until=timestamp(until))


def own_asks(found: Sequence[OwnAsk]) -> pb.GetAsksResponse:
    return pb.GetAsksResponse(asks=map(_own_ask, found))


def asks_for_me(found: AsksForMe) -> pb.FindAsksResponse:
    asks = [
        pb.FittingAsk(
            co_op=asked.co_op,
            ask_id=asked.id,
            skills=asked.skills,
            languages=asked.languages,
            blocks=asked.blocks,
            about_km=away_km,
            until=timestamp(asked.until),
        )
        for asked, away_km in found.asks
    ]
    replies = [
        pb.OwnReply(reply_id=one.id, co_op=one.co_op, ask_id=one.ask, reference=one.reference, replied_at=timestamp(one.replied_at))
        for one in found.replies
    ]
    return pb.FindAsksResponse(asks=asks, replies=replies, has_offer=found.has_offer)


def agreed_replies(found: Sequence[AgreedReply]) -> pb.GetAgreedRepliesResponse:
    replies = [
        pb.AgreedReply(
            reference=one.reference, co_op=one.co_op, person_id=str(one.person), asked=one.has_asked, agreed_at=timestamp(one.agreed_at)
        )
        for one in found
    ]
    return pb.GetAgreedRepliesResponse(replies=replies)


def _own_ask(found: OwnAsk) -> pb.OwnAsk:
    asked = found.ask
    return pb.OwnAsk(
        ask_id=asked.id,
        words=pb.AskWords(skills=asked.skills, languages=asked.languages, blocks=asked.blocks, district=asked.district),
        co_ops=asked.co_ops,
        asked_at=timestamp(asked.asked_at),
        until=timestamp(asked.until),
        open=found.is_open,
        counts=[pb.AskCount(co_op=count.co_op, at_least=count.at_least) for count in found.counts],
        replies=map(_reply, found.replies),
    )


def _reply(reply: AskReply) -> pb.AskReply:
    return pb.AskReply(reply_id=reply.id, co_op=reply.co_op, agreed=reply.answer is True, reference=reply.reference)
