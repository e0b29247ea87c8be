"""What is wrong between two: the list of one's own, and one of them with what can be done now."""

from starlette.responses import Response

from kith.matching.v1 import concerns_pb2 as pb
from kith.matching.v1.enums import ConcernStep
from services.web.http.forms import Form
from services.web.page import Access, Page
from services.web.page_context import PageContext
from services.web.pages.concerns.concern_views import PATH, fetch_concern, fetch_concerns
from services.web.pages.confirmed_actions import ActionSubject, ConfirmedAction, PassedDecision, confirmation_page
from services.web.pages.visits.cover_page import fetch_covers

CHANGE = "concern"
ONE = f"{PATH}/{{concern:uuid}}"
_DONE = (
    "raised",
    "beside",
    "named",
    "asked",
    "accepted",
    "declined",
    "written",
    "proposed",
    "yes",
    "agreed",
    "well",
    "not_well",
    "aside",
    "ended",
)


async def show_list(ctx: PageContext) -> Response:
    """Those that go on first."""
    concerns = await fetch_concerns(ctx)
    return ctx.render(
        "concerns/list",
        own=[one for one in concerns if not one.is_over and not one.facilitates],
        beside=[one for one in concerns if not one.is_over and one.facilitates],
        over=[one for one in concerns if one.is_over],
    )


async def show(ctx: PageContext) -> Response:
    """With the visits that need somebody, for whose they are, where the other has left the team."""
    concern, notes, _ = await fetch_concern(ctx)
    waits_for_cover = concern.step == ConcernStep.COVER and concern.is_owner
    covers = [cover for cover in await fetch_covers(ctx) if cover.leaver_id == concern.leaver_id] if waits_for_cover else []
    done = ctx.query_param("done")
    return ctx.render("concerns/concern", concern=concern, notes=notes, covers=covers, done=done if done in _DONE else "")


async def change(ctx: PageContext, form: Form) -> Response:
    """What needs no words."""
    services, did, concern = ctx.state.services.concerns, form.text("do"), ctx.path_param("concern")
    ids = {"request_id": form.request_id, "concern_id": concern}
    if did == "beside":
        await ctx.call(services.AskForFacilitator, pb.AskForFacilitatorRequest(**ids))
    elif did == "asked":
        await ctx.call(services.NameFacilitator, pb.NameFacilitatorRequest(**ids, person_id=form.text("person")))
    elif did in {"accepted", "declined"}:
        await ctx.call(services.AnswerFacilitation, pb.AnswerFacilitationRequest(**ids, accepted=did == "accepted"))
        if did == "declined":
            return ctx.redirect(PATH)
    elif did == "yes":
        answer: pb.AgreeRepairResponse = await ctx.call(services.AgreeRepair, pb.AgreeRepairRequest(**ids, version=form.shown_number()))
        did = "agreed" if answer.both else "yes"
    elif did in {"well", "not_well"}:
        await ctx.call(services.AnswerLookBack, pb.AnswerLookBackRequest(**ids, well=did == "well"))
    return ctx.redirect(f"{PATH}/{concern}?done={did}" if did in _DONE else f"{PATH}/{concern}")


async def _concern(ctx: PageContext) -> ActionSubject:
    concern, _, _ = await fetch_concern(ctx)
    return ActionSubject(str(concern.title), f"{PATH}/{concern.id}")


async def _set_aside(ctx: PageContext, form: Form, _decision: PassedDecision | None) -> Response:
    concern = ctx.path_param("concern")
    request = pb.SetConcernAsideRequest(request_id=form.request_id, concern_id=concern)
    await ctx.call(ctx.state.services.concerns.SetConcernAside, request)
    return ctx.redirect(f"{PATH}/{concern}?done=aside")


async def _end(ctx: PageContext, form: Form, _decision: PassedDecision | None) -> Response:
    concern = ctx.path_param("concern")
    request = pb.EndWorkingTogetherRequest(request_id=form.request_id, concern_id=concern)
    await ctx.call(ctx.state.services.concerns.EndWorkingTogether, request)
    return ctx.redirect(f"{PATH}/{concern}?done=ended")


_ASIDE = ConfirmedAction("set_concern_aside", _concern, _set_aside, Access.MEMBER, needs_decision=False, acting=True)
_PART = ConfirmedAction("end_working_together", _concern, _end, Access.MEMBER, needs_decision=False, acting=True)
LIST_PAGE = Page(PATH, show_list, acting=True)
PAGE = Page(ONE, show, change, CHANGE, acting=True)
ASIDE_PAGE = confirmation_page(f"{ONE}/aside", _ASIDE)
END_PAGE = confirmation_page(f"{ONE}/end", _PART)
