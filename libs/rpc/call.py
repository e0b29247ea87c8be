"""The call being answered: who asks, and the trace it belongs to. Read by servicers, the edge, and by nobody below them."""

from contextvars import ContextVar
from dataclasses import dataclass

from libs.callers import NOBODY, Caller


@dataclass(frozen=True)
class Call:
    """One call, as the interceptor understood it."""

    method: str
    """Without the package: `GovernanceService/CastBallot`."""
    caller: Caller = NOBODY
    traceparent: str = ""


CURRENT: ContextVar[Call] = ContextVar("kith_call")
