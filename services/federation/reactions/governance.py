"""What governance states: which decisions there are, and whether they passed."""

from uuid import UUID

from kith.governance.facts.v1.facts_pb2 import MotionClosed, RulebookAdopted
from libs.database.engine import Work
from libs.messages.consumer import Handler
from libs.messages.envelope import Fact, type_of
from services.federation.storage import decisions

PROJECTIONS = ("decision",)


async def _closed(work: Work, fact: Fact) -> None:
    said = MotionClosed.FromString(fact.payload)
    await decisions.add(work, UUID(said.decision_id), passed=said.passes, at=fact.at)


async def _adopted(work: Work, fact: Fact) -> None:
    said = RulebookAdopted.FromString(fact.payload)
    await decisions.add(work, UUID(said.decision_id), passed=True, at=fact.at)


HANDLERS: dict[str, Handler] = {type_of(MotionClosed): _closed, type_of(RulebookAdopted): _adopted}
