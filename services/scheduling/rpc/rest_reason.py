"""What workers say of their rest, in the requests of several services."""

from typing import Protocol

from kith.scheduling.v1.working_time_pb2 import SaidRestReason
from services.scheduling.domain.rest_reason import SaidReason


class RestReasonRequest(Protocol):
    """A request that may have a reason."""

    @property
    def rest_reason(self) -> SaidRestReason: ...


def said_reason(request: RestReasonRequest) -> SaidReason | None:
    """None where no reason is said."""
    reason = request.rest_reason
    return SaidReason(reason.key, reason.is_adult) if reason.key else None
