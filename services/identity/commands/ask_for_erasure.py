"""A person asks to be erased; from now on the same clock runs as for their data."""

from datetime import date
from uuid import UUID

from kith.identity.v1.enums import DataRequestKind
from libs.database.engine import UnitOfWork
from services.identity.commands.ask_for_data import ask_for_data
from services.identity.domain.data_request import DataRequest


async def ask_for_erasure(work: UnitOfWork, today: date, person: UUID) -> DataRequest:
    """By whom `ask_for_data` lets ask, and refused as there."""
    return await ask_for_data(work, today, person, DataRequestKind.ERASURE)
