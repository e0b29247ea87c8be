"""The other co-ops, and how a new one comes: our invitation out, theirs in."""

from starlette.responses import Response

from kith.federation.v1 import federation_pb2 as pb
from libs.refusals import NotSignedIn, Refusal
from services.web.door.forms import Form
from services.web.pages.co_ops.view import own, peers, view
from services.web.visit import Problem, Visit

ACCEPT = "co-op-accept"


async def show(visit: Visit) -> Response:
    """For every member: who they are, and whether we can hear them."""
    found = [view(visit, one) for one in await peers(visit)]
    secretary = bool(visit.session and visit.session.wears("secretary"))
    return visit.page("co_ops/all", co_ops=found, us=await own(visit), secretary=secretary)


async def show_invite(visit: Visit) -> Response:
    """Our invitation, to copy or to keep as a file, and what to do with it."""
    return visit.page("co_ops/invite", invitation=await _invitation(visit))


async def download_invitation(visit: Visit) -> Response:
    """The same as a file."""
    ours = await own(visit)
    return visit.file((await _invitation(visit)).encode(), f"invitation-{ours.co_op}.txt", "text/plain; charset=utf-8")


async def show_accept(visit: Visit) -> Response:
    """Paste it, or choose the file."""
    return _accept(visit, "", [])


async def accept(visit: Visit, form: Form) -> Response:
    """Take the other co-op's invitation; nothing is agreed by that."""
    text = form.text("invitation") or form.text("file")
    if not text:
        return _accept(visit, "", [visit.problem("invitation", "accept.missing")], 422)
    request = pb.AcceptPeerRequest(request_id=form.request_id, invitation=text)
    try:
        answer: pb.AcceptPeerResponse = await visit.ask(visit.front.services.federation.AcceptPeer, request)
    except NotSignedIn:
        raise
    except Refusal as refusal:
        problems = [Problem("invitation", one.text) for one in visit.problems(refusal)]
        return _accept(visit, text, problems, 422)
    return visit.go(f"/co-ops/{answer.peer.co_op}")


def _accept(visit: Visit, text: str, problems: list[Problem], code: int = 200) -> Response:
    return visit.page("co_ops/accept", code, problems=problems, text=text, form=ACCEPT)


async def _invitation(visit: Visit) -> str:
    answer: pb.InvitePeerResponse = await visit.ask(visit.front.services.federation.InvitePeer, pb.InvitePeerRequest())
    return answer.invitation
