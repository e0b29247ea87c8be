"""A fake of asks between co-ops: Ada asks two co-ops, fits what others ask, and is put in touch."""

from datetime import timedelta

from kith.matching.v1 import asks_pb2 as pb
from tests.unit.web.fake_people import ADA, JO, NOW, FakeService, to_timestamp
from tests.unit.web.fake_vote_services import HARBOUR, MILL

ASK, OTHER_ASK = "a1" * 16, "b2" * 16
REPLY, AGREED_REPLY, OWN_REPLY = "c3" * 16, "d4" * 16, "e5" * 16
REFERENCE = "K7QF-2M9D"


class FakeAskService(FakeService):
    """Harbour's answer has come, and of two replies one is agreed; the second ask is over."""

    def __init__(self) -> None:
        super().__init__(pb.DESCRIPTOR.services_by_name["AskService"])
        self.has_offer = True

    def PreviewAsk(self, _request: pb.PreviewAskRequest) -> pb.PreviewAskResponse:
        return pb.PreviewAskResponse(area=pb.AskArea(north=1438, east=1784), until=to_timestamp(NOW + timedelta(days=28)))

    def GetAsks(self, _request: pb.GetAsksRequest) -> pb.GetAsksResponse:
        words = pb.AskWords(skills=["first_aid"], languages=["bsl"], blocks=["tue_morning", "mon_night"], district="LS6")
        at, until = to_timestamp(NOW), to_timestamp(NOW + timedelta(days=20))
        waiting = pb.AskReply(reply_id=REPLY, co_op=HARBOUR)
        agreed = pb.AskReply(reply_id=AGREED_REPLY, co_op=HARBOUR, agreed=True, reference=REFERENCE)
        counts = [pb.AskCount(co_op=HARBOUR, at_least=10)]
        first = pb.OwnAsk(
            ask_id=ASK, words=words, co_ops=[HARBOUR, MILL], asked_at=at, until=until, open=True, counts=counts, replies=[waiting, agreed]
        )
        over = pb.OwnAsk(ask_id=OTHER_ASK, words=words, co_ops=[MILL], asked_at=at, until=at, replies=[agreed])
        return pb.GetAsksResponse(asks=[first, over])

    def AnswerAskReply(self, request: pb.AnswerAskReplyRequest) -> pb.AnswerAskReplyResponse:
        return pb.AnswerAskReplyResponse(reference=REFERENCE if request.yes else "")

    def FindAsks(self, _request: pb.FindAsksRequest) -> pb.FindAsksResponse:
        at, until = to_timestamp(NOW), to_timestamp(NOW + timedelta(days=9))
        fitting = pb.FittingAsk(
            co_op=HARBOUR, ask_id=OTHER_ASK, skills=["first_aid"], languages=["bsl"], blocks=["sat_evening"], about_km=4, until=until
        )
        newer = pb.FittingAsk(co_op="gone", ask_id=ASK, blocks=["sun_dawn"], about_km=1, until=until)
        replies = [
            pb.OwnReply(reply_id=OWN_REPLY, co_op=HARBOUR, ask_id=ASK, replied_at=at),
            pb.OwnReply(reply_id=AGREED_REPLY, co_op=HARBOUR, ask_id=ASK, replied_at=at, reference=REFERENCE),
        ]
        return pb.FindAsksResponse(asks=[fitting, newer] if self.has_offer else [], replies=replies, has_offer=self.has_offer)

    def GetAgreedReplies(self, _request: pb.GetAgreedRepliesRequest) -> pb.GetAgreedRepliesResponse:
        at = to_timestamp(NOW)
        asked = pb.AgreedReply(reference=REFERENCE, co_op=HARBOUR, person_id=ADA, asked=True, agreed_at=at)
        replied = pb.AgreedReply(reference="9ZZZ-0000", co_op=HARBOUR, person_id=JO, agreed_at=at)
        return pb.GetAgreedRepliesResponse(replies=[asked, replied])
