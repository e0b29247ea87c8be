"""Ends the tokens of a session as soon as identity ends it, in every process.

Each process listens to identity's `SessionsEnded` on the bus itself: the consumers of a service's processes share their messages, and here
every process must hear each one. What it did not hear while it was away it asks identity for when it connects. If the bus is down, tokens
live out their five minutes; web, which holds them, then asks identity before each use (`services/web/http/access_tokens.py`).
"""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from uuid import UUID

from google.protobuf.message import DecodeError
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from kith.envelope.v1.envelope_pb2 import Envelope, Head, HeadRequest, ReplayRequest, ReplayResponse
from kith.identity.facts.v1.facts_pb2 import SessionsEnded
from libs.callers.tokens import CLOCK_TOLERANCE, LIFETIME, TokenVerifier
from libs.clock import Clock
from libs.messages.bus import Bus, request_subject
from libs.messages.cancellation import raise_if_cancelled
from libs.messages.envelope import subject_of, type_of

_SOURCE = "identity"
_SUBJECT = subject_of(SessionsEnded(), ">")
_BATCH = 500
_ANSWER_SECONDS = 5.0
_FIRST_RETRY_SECONDS = 0.5
_MAX_RETRY_SECONDS = 30.0
_LOOK_BACK = LIFETIME + 2 * CLOCK_TOLERANCE
"""Tokens of sessions that ended earlier have expired."""


async def follow_ended_sessions(bus: Bus, tokens: TokenVerifier, clock: Clock) -> None:
    """Runs until cancelled."""
    await bus.wait_connected()

    async def hear(message: Msg) -> None:
        with contextlib.suppress(DecodeError):
            _end_sessions(Envelope.FromString(message.data), tokens)

    subscription = await bus.client.subscribe(_SUBJECT, cb=hear)
    reconnected = asyncio.Event()
    try:
        with bus.set_on_reconnect(reconnected):
            while True:
                reconnected.clear()
                await _catch_up(bus, tokens, clock.now() - _LOOK_BACK)
                await reconnected.wait()
    finally:
        with contextlib.suppress(NatsError):
            await subscription.unsubscribe()


async def _catch_up(bus: Bus, tokens: TokenVerifier, since: datetime) -> None:
    """Asks until identity answers, or until what was missed can no longer matter."""
    delay, until = _FIRST_RETRY_SECONDS, asyncio.get_running_loop().time() + _LOOK_BACK.total_seconds()
    while asyncio.get_running_loop().time() < until:
        raise_if_cancelled()
        try:
            await _replay_latest(bus, tokens, since)
        except (NatsError, OSError, TimeoutError):
            raise_if_cancelled()
            await asyncio.sleep(delay)
            delay = min(delay * 2, _MAX_RETRY_SECONDS)
        else:
            return


async def _replay_latest(bus: Bus, tokens: TokenVerifier, since: datetime) -> None:
    """Goes through identity's events from the last one back to the first since then."""
    head = Head.FromString(await _ask(bus, "head", HeadRequest().SerializeToString()))
    before = head.number
    while before > 0:
        after = max(0, before - _BATCH)
        first: datetime | None = None
        while after < before:
            request = ReplayRequest(source=_SOURCE, after=after, limit=before - after)
            response = ReplayResponse.FromString(await _ask(bus, "replay", request.SerializeToString()))
            if not response.facts:
                return
            for envelope in response.facts:
                _end_sessions(envelope, tokens)
            first = first or response.facts[0].at.ToDatetime(tzinfo=UTC)
            after = response.facts[-1].number
        if first is None or first < since - timedelta(minutes=1):
            return
        before = max(0, before - _BATCH)


async def _ask(bus: Bus, operation: str, request: bytes) -> bytes:
    reply = await bus.client.request(request_subject(_SOURCE, operation), request, timeout=_ANSWER_SECONDS)
    return bytes(reply.data)


def _end_sessions(envelope: Envelope, tokens: TokenVerifier) -> None:
    if envelope.type == type_of(SessionsEnded):
        for session in SessionsEnded.FromString(envelope.payload).session_ids:
            tokens.end_session(UUID(session))
