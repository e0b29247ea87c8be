"""What governance states: a question is put, a vote is recorded, the votes are counted."""

from uuid import UUID

from kith.governance.facts.v1.facts_pb2 import BallotCast, MotionClosed, MotionOpened
from libs.database.engine import Work
from libs.messages.consumer import Reactions
from libs.messages.envelope import Fact, type_of
from services.web.storage import news


async def _opened(work: Work, fact: Fact) -> None:
    said = MotionOpened.FromString(fact.payload)
    await news.note(work, fact, "motion_opened", about=said.motion_id)


async def _cast(work: Work, fact: Fact) -> None:
    said = BallotCast.FromString(fact.payload)
    await news.note(work, fact, "vote_recorded", person=UUID(said.person_id), about=said.motion_id, word=said.taken)


async def _closed(work: Work, fact: Fact) -> None:
    said = MotionClosed.FromString(fact.payload)
    await news.note(work, fact, "motion_closed", about=said.motion_id)


REACTIONS = Reactions(
    "governance",
    {type_of(MotionOpened): _opened, type_of(BallotCast): _cast, type_of(MotionClosed): _closed},
    ("news_of_governance",),
)
