"""Giving and taking back an office of the co-op, from a person's page."""

from starlette.responses import Response

from kith.identity.v1 import identity_pb2 as identity
from services.web.door.forms import Form, FormRefused
from services.web.visit import Visit

CHANGE = "hat-change"
OFFICES = ("secretary", "scrutineer")
"""The operator's hat is given on the command line."""


async def change(visit: Visit, form: Form) -> Response:
    """One hat, given or taken back."""
    person_id = visit.part("person")
    give, take = form.text("give"), form.text("take")
    if (give or take) not in OFFICES:
        raise FormRefused("FORM_UNREADABLE")
    if give:
        given = identity.GiveHatRequest(request_id=form.request_id, person_id=person_id, hat=give)
        await visit.ask(visit.front.services.identity.GiveHat, given)
    else:
        taken = identity.TakeHatRequest(request_id=form.request_id, person_id=person_id, hat=take)
        await visit.ask(visit.front.services.identity.TakeHat, taken)
    return visit.go(f"/members/{person_id}")
