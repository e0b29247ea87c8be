"""Projects governance's decisions and whether they passed, and what the rulebook in force says of asks."""

from uuid import UUID

from kith.governance.facts.v1.facts_pb2 import MotionClosed, RulebookAdopted
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import EventHandler
from libs.rulebook import MatchingRules
from services.federation.storage import asks, decisions

PROJECTIONS = ("decision", "ask_rule")


async def _closed(work: UnitOfWork, event: Event) -> None:
    payload = MotionClosed.FromString(event.payload)
    await decisions.add(work, UUID(payload.decision_id), passed=payload.passes, at=event.at)


async def _adopted(work: UnitOfWork, event: Event) -> None:
    payload = RulebookAdopted.FromString(event.payload)
    await decisions.add(work, UUID(payload.decision_id), passed=True, at=event.at)
    # 0: published before there were any.
    await asks.set_asks_a_day(work, payload.matching.asks_a_day or MatchingRules().asks_a_day)


HANDLERS: dict[str, EventHandler] = {type_of(MotionClosed): _closed, type_of(RulebookAdopted): _adopted}
