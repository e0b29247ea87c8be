"""The page of one peer: the code to compare, our decision, and its history."""

import json
from collections.abc import Mapping

from starlette.responses import Response

from kith.federation.v1 import federation_pb2 as pb
from libs.refusals import NotSignedIn, Refusal
from services.web.http.forms import Form
from services.web.localisation.dates import format_short
from services.web.page_context import FormProblem, PageContext, utc_datetime
from services.web.pages.co_ops.peer_view import peer_view
from services.web.pages.confirmed_actions import (
    ActionSubject,
    ConfirmedAction,
    PassedDecision,
    decision_choices,
    decision_number,
    find_decision,
    list_passed_decisions,
)

CONFIRM = "co-op-confirm"
_FIELDS = ("code", "decision", "contact")
_INPUT_BY_FIELD = {"decision_id": "decision", "decision_number": "decision"}


async def show(ctx: PageContext) -> Response:
    """The peer, for every member; only the secretary sees the forms."""
    return await _page(ctx, {}, [])


async def confirm(ctx: PageContext, form: Form) -> Response:
    """Confirm the peer: the codes matched, and this decision agrees to it."""
    fields = {name: form.text(name) for name in _FIELDS}
    decision = find_decision(await list_passed_decisions(ctx), fields["decision"])
    problems = [ctx.form_problem(name, f"co_op.{name}_missing") for name in _FIELDS if not fields[name]]
    if decision is not None and not problems:
        request = pb.ConfirmPeerRequest(
            request_id=form.request_id,
            peer=ctx.path_param("co_op"),
            code=fields["code"],
            decision_id=decision.decision_id,
            decision_number=decision.number,
            contact=fields["contact"],
        )
        try:
            await ctx.call(ctx.state.services.federation.ConfirmPeer, request)
        except NotSignedIn:
            raise
        except Refusal as refusal:
            problems = ctx.form_problems(refusal, _INPUT_BY_FIELD)
        else:
            return ctx.redirect(f"/co-ops/{ctx.path_param('co_op')}")
    return await _page(ctx, fields, problems, 422)


async def _page(ctx: PageContext, fields: Mapping[str, str], problems: list[FormProblem], code: int = 200) -> Response:
    peer = await _fetch_peer(ctx)
    secretary = bool(ctx.session and ctx.session.wears("secretary"))
    view = peer_view(ctx, peer)
    can_confirm = secretary and view.state in {"invited", "confirmed"} and not view.decided
    zone = ctx.state.co_op.zone
    return ctx.render(
        "co_ops/one",
        code,
        problems=problems,
        one=view,
        secretary=secretary,
        wanted=can_confirm,
        decisions=decision_choices(await list_passed_decisions(ctx)) if can_confirm else [],
        fields={name: fields.get(name, "") for name in _FIELDS},
        agreement=_agreement(peer.agreement),
        log=[
            [format_short(utc_datetime(event.at), zone), _describe_event(ctx, event), str(event.decision_number or "")]
            for event in peer.events
        ],
        form=CONFIRM,
    )


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


async def _suspend(ctx: PageContext, form: Form, decision: PassedDecision | None) -> Response:
    request = pb.SuspendPeerRequest(
        request_id=form.request_id,
        peer=ctx.path_param("co_op"),
        decision_id=_decision_id(decision),
        decision_number=decision_number(decision),
    )
    await ctx.call(ctx.state.services.federation.SuspendPeer, request)
    return ctx.redirect(f"/co-ops/{ctx.path_param('co_op')}")


async def _resume(ctx: PageContext, form: Form, decision: PassedDecision | None) -> Response:
    request = pb.ResumePeerRequest(
        request_id=form.request_id,
        peer=ctx.path_param("co_op"),
        decision_id=_decision_id(decision),
        decision_number=decision_number(decision),
    )
    await ctx.call(ctx.state.services.federation.ResumePeer, request)
    return ctx.redirect(f"/co-ops/{ctx.path_param('co_op')}")


async def _sever(ctx: PageContext, form: Form, decision: PassedDecision | None) -> Response:
    request = pb.SeverPeerRequest(
        request_id=form.request_id,
        peer=ctx.path_param("co_op"),
        decision_id=_decision_id(decision),
        decision_number=decision_number(decision),
        return_data=True,
    )
    await ctx.call(ctx.state.services.federation.SeverPeer, request)
    return ctx.redirect(f"/co-ops/{ctx.path_param('co_op')}")


def _decision_id(decision: PassedDecision | None) -> str:
    return decision.decision_id if decision else ""


SUSPEND = ConfirmedAction("suspend", _action_subject, _suspend)
RESUME = ConfirmedAction("resume", _action_subject, _resume)
SEVER = ConfirmedAction("sever", _action_subject, _sever)
