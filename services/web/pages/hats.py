"""Giving and taking back an office of the co-op, from a person's page."""

from collections.abc import Collection

from starlette.responses import Response

from kith.identity.v1 import identity_pb2 as identity
from libs.access import hat_names
from services.web.http.forms import Form, FormRejected
from services.web.page_context import PageContext
from services.web.pages.rulebook_lookup import fetch_rulebook

CHANGE_HAT = "hat-change"
_OFFICES = (hat_names.SECRETARY, hat_names.SCRUTINEER)
"""The operator's hat is given on the command line."""


async def offices(ctx: PageContext, worn: Collection[str]) -> list[str]:
    """The hats that a secretary gives and takes here. Some are hats only where the rulebook has them, or somebody still wears them."""
    rules = await fetch_rulebook(ctx)
    of_rulebook = {hat_names.LINK: rules.link_hat, hat_names.WEEK_PLANNER: rules.draft_hat}
    return [*_OFFICES, *(hat for hat, named in of_rulebook.items() if named == hat or hat in worn)]


async def change_hat(ctx: PageContext, form: Form) -> Response:
    """Give one hat, or take it back."""
    person_id = ctx.path_param("person")
    give, take = form.text("give"), form.text("take")
    if (give or take) not in (await offices(ctx, [take])):
        raise FormRejected("FORM_UNREADABLE")
    if give:
        give_request = identity.GiveHatRequest(request_id=form.request_id, person_id=person_id, hat=give)
        await ctx.call(ctx.state.services.identity.GiveHat, give_request)
    else:
        take_request = identity.TakeHatRequest(request_id=form.request_id, person_id=person_id, hat=take)
        await ctx.call(ctx.state.services.identity.TakeHat, take_request)
    return ctx.redirect(f"/members/{person_id}")
