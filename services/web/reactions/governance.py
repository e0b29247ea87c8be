"""News from governance's events: a motion opens, a ballot is recorded, a motion closes."""

from uuid import UUID

from kith.governance.facts.v1.facts_pb2 import BallotCast, MotionClosed, MotionOpened
from libs.database.engine import UnitOfWork
from libs.messages.consumer import Reactions
from libs.messages.envelope import Event, type_of
from services.web.storage import news


async def _on_motion_opened(work: UnitOfWork, event: Event) -> None:
    payload = MotionOpened.FromString(event.payload)
    await news.add_news(work, event, "motion_opened", about=payload.motion_id)


async def _on_ballot_cast(work: UnitOfWork, event: Event) -> None:
    payload = BallotCast.FromString(event.payload)
    await news.add_news(work, event, "vote_recorded", person=UUID(payload.person_id), about=payload.motion_id, word=payload.taken)


async def _on_motion_closed(work: UnitOfWork, event: Event) -> None:
    payload = MotionClosed.FromString(event.payload)
    await news.add_news(work, event, "motion_closed", about=payload.motion_id)


REACTIONS = Reactions(
    "governance",
    {type_of(MotionOpened): _on_motion_opened, type_of(BallotCast): _on_ballot_cast, type_of(MotionClosed): _on_motion_closed},
    ("news_of_governance",),
)
