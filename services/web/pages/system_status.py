"""The status of the services in words, for the operator. It must work when a service does not."""

import asyncio
from collections.abc import Mapping

from markupsafe import Markup
from starlette.responses import Response

from kith.status.v1 import status_pb2 as pb
from kith.status.v1.enums import State
from libs.refusals import Refusal
from libs.rpc.enums import known_word
from libs.rpc.refusal_status import InternalServerError
from services.web.page_context import PageContext, utc_datetime

_KINDS: Mapping[str, str] = {State.WELL: "yes", State.DEGRADED: "wait", State.STARTING: "wait", State.STOPPING: "wait"}
_UNREACHABLE = "away"
_ANSWER_SECONDS = 1.9
"""A service answers within 1.5 s, whatever hangs (`libs/host/bounded_check.py`)."""


async def show(ctx: PageContext) -> Response:
    """All services are called at the same time; one that does not respond is shown as unreachable."""
    names = list(ctx.state.services.statuses)
    answers = await asyncio.gather(*(_fetch_status(ctx, name) for name in names))
    rows = [_row(ctx, name, response) for name, response in zip(names, answers, strict=True)]
    well = all(row["kind"] == "yes" for row in rows)
    return ctx.render("system", 200 if ctx.session else 503, rows=rows, well=well)


async def _fetch_status(ctx: PageContext, name: str) -> pb.GetStatusResponse | None:
    try:
        # Without a token: renewing one takes the very database that may not answer. Anybody may ask for the status.
        get_status = ctx.state.services.statuses[name].GetStatus
        response: pb.GetStatusResponse = await ctx.state.services.call(get_status, pb.GetStatusRequest(), "", _ANSWER_SECONDS)
    except (Refusal, InternalServerError):
        return None
    return response


def _row(ctx: PageContext, name: str, response: pb.GetStatusResponse | None) -> dict[str, object]:
    state = known_word(pb.State, State, response.state, _UNREACHABLE) if response else _UNREACHABLE
    row: dict[str, object] = {"name": name, "kind": _KINDS.get(state, "no"), "state": ctx.say(f"state.{state}")}
    if response is None:
        return row | {"reasons": [ctx.say("reason_why.NO_ANSWER")], "facts": [], "listening": [], "version": "", "since": ""}
    last = ctx.format_moment(utc_datetime(response.last_fact_at)) if response.HasField("last_fact_at") else ""
    row |= {"reasons": [_reason_text(ctx, reason) for reason in response.reasons]}
    if ctx.session is None:
        # The session store does not answer, so nobody knows who asks: reasons only.
        return row | {"facts": [], "listening": [], "version": "", "since": ""}
    return row | {
        "facts": [
            ctx.say("system.stated", response.facts_stated),
            ctx.say("system.waiting", response.facts_waiting),
            ctx.say("system.last", when=last) if last else ctx.say("system.none"),
        ],
        "listening": [_subscription_text(ctx, subscription) for subscription in response.listening],
        "version": response.version,
        "since": ctx.format_moment(utc_datetime(response.started_at)),
    }


def _reason_text(ctx: PageContext, reason: str) -> Markup:
    if reason.startswith("REACTION_FAILS_"):
        return ctx.say("reason_why.REACTION_FAILS", source=reason.removeprefix("REACTION_FAILS_").lower())
    key = f"reason_why.{reason}"
    return ctx.say(key) if ctx.catalogue.has(key) else ctx.say("reason_why.other", reason=reason)


def _subscription_text(ctx: PageContext, subscription: pb.Listening) -> Markup:
    if subscription.stopped_by:
        return ctx.say("system.stopped", source=subscription.source, fact=subscription.stopped_by.rpartition(".")[2])
    behind = max(subscription.head - subscription.position, 0)
    return ctx.say("system.behind", behind, source=subscription.source) if behind else ctx.say("system.follows", source=subscription.source)
