"""News from governance's events: a motion opens, a ballot is recorded, a motion closes."""

from kith.governance.facts.v1.facts_pb2 import BallotCast, MotionClosed, MotionOpened
from libs.messages.consumer import Reactions
from services.web.reactions.news_handler import news_handler

REACTIONS = Reactions(
    "governance",
    dict(
        [
            news_handler(MotionOpened, "motion_opened", about="motion_id"),
            news_handler(BallotCast, "vote_recorded", about="motion_id", word="taken", person="person_id"),
            news_handler(MotionClosed, "motion_closed", about="motion_id"),
        ]
    ),
    ("news_of_governance",),
)
