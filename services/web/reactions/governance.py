"""News and notices from governance's events: a motion opens, a ballot is recorded, a motion closes."""

from uuid import UUID

from kith.governance.facts.v1.facts_pb2 import BallotCast, MotionClosed, MotionOpened, NoticeWanted
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import Reactions
from services.web.reactions.news_handler import news_handler
from services.web.reactions.notice_handler import wanted_handler
from services.web.storage import notices
from services.web.storage.news import add_news


async def _on_ballot_cast(work: UnitOfWork, event: Event) -> None:
    """Every revision of a ballot is told by a second way: somebody who got hold of a session cannot change a vote unseen."""
    ballot = BallotCast.FromString(event.payload)
    person, motion = UUID(ballot.person_id), ballot.motion_id
    await add_news(work, event, "vote_recorded", person=person, about=motion, word=ballot.taken)
    kind = "vote_recorded" if ballot.revision <= 1 else "vote_changed"
    await notices.add(work, [person], kind, f"{ballot.ballot_id}.{ballot.revision}", source=event.source, at=event.at, subject=motion)
    await notices.withdraw(work, "motion_closing", motion, person)


async def _on_motion_closed(work: UnitOfWork, event: Event) -> None:
    motion = MotionClosed.FromString(event.payload).motion_id
    await _CLOSED_NEWS(work, event)
    for kind in ("motion_opened", "motion_closing"):
        await notices.withdraw(work, kind, motion)


_CLOSED, _CLOSED_NEWS = news_handler(MotionClosed, "motion_closed", about="motion_id")
REACTIONS = Reactions(
    "governance",
    dict([news_handler(MotionOpened, "motion_opened", about="motion_id"), wanted_handler(NoticeWanted)])
    | {type_of(BallotCast): _on_ballot_cast, _CLOSED: _on_motion_closed},
    ("news_of_governance",),
)
