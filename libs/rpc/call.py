"""The current RPC: its caller and trace context. Read by servicers only, never by code below them."""

from contextvars import ContextVar
from dataclasses import dataclass

from libs.callers import ANONYMOUS, Caller


@dataclass(frozen=True)
class RpcCall:
    """One RPC, as the interceptor read it."""

    method: str
    """Without the package: `GovernanceService/CastBallot`."""
    caller: Caller = ANONYMOUS
    traceparent: str = ""


CURRENT_CALL: ContextVar[RpcCall] = ContextVar("kith_call")
