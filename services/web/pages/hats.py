"""Giving and taking back an office of the co-op, from a person's page."""

from starlette.responses import Response

from kith.identity.v1 import identity_pb2 as identity
from services.web.http.forms import Form, FormRejected
from services.web.page_context import PageContext

CHANGE_HAT = "hat-change"
OFFICES = ("secretary", "scrutineer")
"""The operator's hat is given on the command line."""


async def change_hat(ctx: PageContext, form: Form) -> Response:
    """Give one hat, or take it back."""
    person_id = ctx.path_param("person")
    give, take = form.text("give"), form.text("take")
    if (give or take) not in OFFICES:
        raise FormRejected("FORM_UNREADABLE")
    if give:
        give_request = identity.GiveHatRequest(request_id=form.request_id, person_id=person_id, hat=give)
        await ctx.call(ctx.state.services.identity.GiveHat, give_request)
    else:
        take_request = identity.TakeHatRequest(request_id=form.request_id, person_id=person_id, hat=take)
        await ctx.call(ctx.state.services.identity.TakeHat, take_request)
    return ctx.redirect(f"/members/{person_id}")
