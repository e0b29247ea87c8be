"""Projects governance's decisions and whether they passed."""

from uuid import UUID

from kith.governance.facts.v1.facts_pb2 import MotionClosed, RulebookAdopted
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import EventHandler
from services.federation.storage import decisions

PROJECTIONS = ("decision",)


async def _closed(work: UnitOfWork, event: Event) -> None:
    payload = MotionClosed.FromString(event.payload)
    await decisions.add(work, UUID(payload.decision_id), passed=payload.passes, at=event.at)


async def _adopted(work: UnitOfWork, event: Event) -> None:
    payload = RulebookAdopted.FromString(event.payload)
    await decisions.add(work, UUID(payload.decision_id), passed=True, at=event.at)


HANDLERS: dict[str, EventHandler] = {type_of(MotionClosed): _closed, type_of(RulebookAdopted): _adopted}
