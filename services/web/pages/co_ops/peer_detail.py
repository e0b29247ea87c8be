"""The page of one peer: the code to compare, our decision, and its history."""

import json
from collections.abc import Mapping
from typing import Any

from kith.federation.v1 import federation_pb2 as pb
from services.web.localisation.dates import format_short
from services.web.page_context import PageContext, utc_datetime
from services.web.pages.co_ops.peer_view import peer_view
from services.web.pages.confirmed_actions import (
    ActionSubject,
    PassedDecision,
    decision_choices,
    decision_number,
    find_decision,
    list_passed_decisions,
    rpc_action,
)
from services.web.pages.form_page import Fields, FormPage, InvalidFormError, require

_FIELDS = ("code", "decision", "contact")


async def _confirm(ctx: PageContext, fields: Fields, request_id: str) -> str:
    """Confirm the peer: the codes matched, and this decision agrees to it."""
    decision = find_decision(await list_passed_decisions(ctx), fields["decision"])
    problems = [ctx.form_problem(name, f"co_op.{name}_missing") for name in _FIELDS if not fields[name]]
    require(problems)
    if decision is None:
        raise InvalidFormError([ctx.form_problem("decision", "co_op.decision_missing")])
    request = pb.ConfirmPeerRequest(
        request_id=request_id,
        peer=ctx.path_param("co_op"),
        code=fields["code"],
        decision_id=decision.decision_id,
        decision_number=decision.number,
        contact=fields["contact"],
    )
    await ctx.call(ctx.state.services.federation.ConfirmPeer, request)
    return f"/co-ops/{ctx.path_param('co_op')}"


async def _page_values(ctx: PageContext, _fields: Fields) -> Mapping[str, object]:
    """The peer, for every member; only the secretary sees the forms."""
    peer = await _fetch_peer(ctx)
    secretary = ctx.has_hat("secretary")
    view = peer_view(ctx, peer)
    can_confirm = secretary and view.state in {"invited", "confirmed"} and not view.decided
    zone = ctx.state.co_op.zone
    return {
        "one": view,
        "secretary": secretary,
        "wanted": can_confirm,
        "decisions": decision_choices(await list_passed_decisions(ctx)) if can_confirm else [],
        "agreement": _agreement(peer.agreement),
        "log": [
            [format_short(utc_datetime(event.at), zone), _describe_event(ctx, event), str(event.decision_number or "")]
            for event in peer.events
        ],
    }


async def _fetch_peer(ctx: PageContext) -> pb.Peer:
    response: pb.GetPeerResponse = await ctx.call(ctx.state.services.federation.GetPeer, pb.GetPeerRequest(peer=ctx.path_param("co_op")))
    return response.peer


def _describe_event(ctx: PageContext, event: pb.PeerEvent) -> str:
    key = f"co_op_event.{event.what}"
    description = ctx.say(key if ctx.catalogue.has(key) else "co_op_event.other")
    return str(ctx.say("co_op_event.by_them", what=description) if event.by_them else description)


def _agreement(data: bytes) -> str:
    """The exact agreement as indented JSON."""
    return json.dumps(json.loads(data), indent=2, ensure_ascii=False) if data else ""


async def _action_subject(ctx: PageContext) -> ActionSubject:
    view = peer_view(ctx, await _fetch_peer(ctx))
    return ActionSubject(view.name, view.path)


def _request_values(ctx: PageContext, request_id: str, decision: PassedDecision | None) -> dict[str, Any]:  # fields of different types
    return {
        "request_id": request_id,
        "peer": ctx.path_param("co_op"),
        "decision_id": decision.decision_id if decision else "",
        "decision_number": decision_number(decision),
    }


PEER = FormPage(
    "co-op-confirm",
    "co_ops/one",
    _page_values,
    _confirm,
    fields=_FIELDS,
    input_by_field={"decision_id": "decision", "decision_number": "decision"},
)
SUSPEND = rpc_action(
    "suspend",
    _action_subject,
    lambda services: services.federation.SuspendPeer,
    lambda *values: pb.SuspendPeerRequest(**_request_values(*values)),
)
RESUME = rpc_action(
    "resume",
    _action_subject,
    lambda services: services.federation.ResumePeer,
    lambda *values: pb.ResumePeerRequest(**_request_values(*values)),
)
SEVER = rpc_action(
    "sever",
    _action_subject,
    lambda services: services.federation.SeverPeer,
    lambda *values: pb.SeverPeerRequest(return_data=True, **_request_values(*values)),
)
