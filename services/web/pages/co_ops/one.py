"""One other co-op: the code to compare, our decision, and what became of it."""

import json
from collections.abc import Mapping

from starlette.responses import Response

from kith.federation.v1 import federation_pb2 as pb
from libs.refusals import NotSignedIn, Refusal
from services.web.door.forms import Form
from services.web.pages.co_ops.view import view
from services.web.pages.deeds import About, Deed, Passed, choices, chosen_of, number, passed
from services.web.visit import Problem, Visit, utc
from services.web.words.dates import short

CONFIRM = "co-op-confirm"
_FIELDS = ("code", "decision", "contact")
_INPUTS = {"decision_id": "decision", "decision_number": "decision"}


async def show(visit: Visit) -> Response:
    """For every member; only the secretary has the forms."""
    return await _page(visit, {}, [])


async def confirm(visit: Visit, form: Form) -> Response:
    """The codes were the same, and this decision says that we want it."""
    fields = {name: form.text(name) for name in _FIELDS}
    decision = chosen_of(await passed(visit), fields["decision"])
    problems = [visit.problem(name, f"co_op.{name}_missing") for name in _FIELDS if not fields[name]]
    if decision is not None and not problems:
        request = pb.ConfirmPeerRequest(
            request_id=form.request_id,
            peer=visit.part("co_op"),
            code=fields["code"],
            decision_id=decision.decision_id,
            decision_number=decision.number,
            contact=fields["contact"],
        )
        try:
            await visit.ask(visit.front.services.federation.ConfirmPeer, request)
        except NotSignedIn:
            raise
        except Refusal as refusal:
            problems = visit.problems(refusal, _INPUTS)
        else:
            return visit.go(f"/co-ops/{visit.part('co_op')}")
    return await _page(visit, fields, problems, 422)


async def _page(visit: Visit, fields: Mapping[str, str], problems: list[Problem], code: int = 200) -> Response:
    peer = await _fetch(visit)
    secretary = bool(visit.session and visit.session.wears("secretary"))
    one = view(visit, peer)
    wanted = secretary and one.state in {"invited", "confirmed"} and not one.decided
    zone = visit.front.co_op.zone
    return visit.page(
        "co_ops/one",
        code,
        problems=problems,
        one=one,
        secretary=secretary,
        wanted=wanted,
        decisions=choices(await passed(visit)) if wanted else [],
        fields={name: fields.get(name, "") for name in _FIELDS},
        agreement=_agreement(peer.agreement),
        log=[[short(utc(event.at), zone), _said(visit, event), str(event.decision_number or "")] for event in peer.events],
        form=CONFIRM,
    )


async def _fetch(visit: Visit) -> pb.Peer:
    answer: pb.GetPeerResponse = await visit.ask(visit.front.services.federation.GetPeer, pb.GetPeerRequest(peer=visit.part("co_op")))
    return answer.peer


def _said(visit: Visit, event: pb.PeerEvent) -> str:
    key = f"co_op_event.{event.what}"
    said = visit.say(key if visit.words.knows(key) else "co_op_event.other")
    return str(visit.say("co_op_event.by_them", what=said) if event.by_them else said)


def _agreement(data: bytes) -> str:
    """The exact agreement, set out in lines."""
    return json.dumps(json.loads(data), indent=2, ensure_ascii=False) if data else ""


async def _about(visit: Visit) -> About:
    one = view(visit, await _fetch(visit))
    return About(one.name, one.path)


async def _suspend(visit: Visit, form: Form, decision: Passed | None) -> Response:
    request = pb.SuspendPeerRequest(
        request_id=form.request_id, peer=visit.part("co_op"), decision_id=_id(decision), decision_number=number(decision)
    )
    await visit.ask(visit.front.services.federation.SuspendPeer, request)
    return visit.go(f"/co-ops/{visit.part('co_op')}")


async def _resume(visit: Visit, form: Form, decision: Passed | None) -> Response:
    request = pb.ResumePeerRequest(
        request_id=form.request_id, peer=visit.part("co_op"), decision_id=_id(decision), decision_number=number(decision)
    )
    await visit.ask(visit.front.services.federation.ResumePeer, request)
    return visit.go(f"/co-ops/{visit.part('co_op')}")


async def _sever(visit: Visit, form: Form, decision: Passed | None) -> Response:
    request = pb.SeverPeerRequest(
        request_id=form.request_id,
        peer=visit.part("co_op"),
        decision_id=_id(decision),
        decision_number=number(decision),
        return_data=True,
    )
    await visit.ask(visit.front.services.federation.SeverPeer, request)
    return visit.go(f"/co-ops/{visit.part('co_op')}")


def _id(decision: Passed | None) -> str:
    return decision.decision_id if decision else ""


SUSPEND = Deed("suspend", _about, _suspend)
RESUME = Deed("resume", _about, _resume)
SEVER = Deed("sever", _about, _sever)
