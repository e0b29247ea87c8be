"""What drafts propose: a worker says yes or no to each visit, a person may say "not this one". Nobody is asked why."""

from collections.abc import Mapping

from starlette.responses import Response

from kith.scheduling.v1 import week_drafts_pb2 as pb
from kith.scheduling.v1.enums import DraftAnswer, DraftPlaceKind
from libs.rpc.enums import known_word
from services.web.http.forms import Form
from services.web.page import Page
from services.web.page_context import PageContext, PersonName
from services.web.pages.week_drafts.draft_words import draft_row, kind_of, people_of
from services.web.pages.working_time.rest_reason import asking_for_reason, said_reason

_ANSWER = "proposals"
_DONE = ("yes", "no", "not_this", "again")


async def show(ctx: PageContext) -> Response:
    """Of drafts that were sent and are not over."""
    found: pb.GetDraftProposalsResponse = await ctx.call(ctx.state.services.week_drafts.GetDraftProposals, pb.GetDraftProposalsRequest())
    both = [*found.to_worker, *found.to_person]
    names = await ctx.person_names(people_of(proposal.visit for proposal in both))
    return ctx.render(
        "week_drafts/proposals",
        to_worker=[row for proposal in found.to_worker if (row := _to_worker(ctx, proposal, names))],
        to_person=[_to_person(ctx, proposal, names) for proposal in found.to_person],
        done=ctx.query_param("done") if ctx.query_param("done") in _DONE else "",
    )


async def answer(ctx: PageContext, form: Form) -> Response:
    """As a worker, or as the person of the visit."""
    services, did = ctx.state.services.week_drafts, form.text("do")
    ids = {"request_id": form.request_id, "draft_id": form.text("draft"), "visit_id": form.text("visit")}
    if did in ("yes", "no"):
        request = pb.AnswerDraftPlaceRequest(**ids, agreed=did == "yes", rest_reason=said_reason(form.fields))
        await ctx.call(services.AnswerDraftPlace, request)
    elif did in ("not_this", "again"):
        await ctx.call(services.AnswerDraftVisit, pb.AnswerDraftVisitRequest(**ids, agreed=did == "again"))
    else:
        return ctx.redirect("/week/proposals")
    return ctx.redirect(f"/week/proposals?done={did}")


def _to_worker(ctx: PageContext, proposal: pb.DraftProposal, names: Mapping[str, PersonName]) -> dict[str, object]:
    place = next((place for place in proposal.visit.places if place.worker_id == ctx.person_id), None)
    if place is None:
        return {}
    row, answered = draft_row(ctx, proposal.visit, names), known_word(pb.DraftAnswer, DraftAnswer, place.answer, DraftAnswer.WAITING)
    return {
        "draft": proposal.draft_id,
        "visit": row.id,
        "name": row.name,
        "when": row.when,
        "gone": kind_of(place) is DraftPlaceKind.GONE,
        "answer": answered.value,
    }


def _to_person(ctx: PageContext, proposal: pb.DraftProposal, names: Mapping[str, PersonName]) -> dict[str, object]:
    row = draft_row(ctx, proposal.visit, names)
    return {
        "draft": proposal.draft_id,
        "visit": row.id,
        "when": row.when,
        "would": ", ".join(row.drafted),
        "instead": ", ".join(name for name in row.published if name not in row.drafted),
        "declined": proposal.visit.answer == pb.DRAFT_ANSWER_NO,
    }


PAGE = asking_for_reason(Page("/week/proposals", show, answer, _ANSWER, acting=True))
