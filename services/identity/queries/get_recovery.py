"""How far a request to sign in again is, for the browser that asked."""

from dataclasses import dataclass
from datetime import datetime

from kith.identity.v1.enums import RecoveryState
from libs.database.engine import UnitOfWork
from services.identity.domain.keyed_hasher import KeyedHasher
from services.identity.domain.recovery import KEY_PURPOSE, NUMBER_OF_KEY_PURPOSE, spoken_number
from services.identity.storage import recovery_requests


@dataclass(frozen=True)
class RecoveryProgress:
    """What the asking browser shows."""

    state: RecoveryState
    number: str
    vouched: int
    expires_at: datetime


async def get_recovery(work: UnitOfWork, key: str, keyed_hasher: KeyedHasher) -> RecoveryProgress | None:
    """None when there is no such request (any more). One that was stopped, or is of nobody, looks as if it waited."""
    request = await recovery_requests.find(work, keyed_hasher.digest(KEY_PURPOSE, key))
    if request is None:
        return None
    is_stopped = request.closed_at is not None and request.used_session is None
    vouched = {} if is_stopped or request.person is None else await recovery_requests.vouched_by(work, request.id)
    number = spoken_number(keyed_hasher.digest(NUMBER_OF_KEY_PURPOSE, key))
    return RecoveryProgress(request.state(vouched, work.now), number, len(vouched), request.ends_at(vouched))
