"""Who may vouch for the person when they have lost card and password, and for whom the person may."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response

from kith.identity.v1 import recovery_pb2 as pb
from services.web.http.forms import Form
from services.web.page_context import PageContext
from services.web.pages.form_page import Fields, FormPage

PEOPLE, STOP = "recovery-people", "recovery-stop"
_PATH = "/you/recovery"
_MOST_HELPERS = 3


@dataclass(frozen=True)
class HelpView:
    """One person who helps, or who is helped."""

    person_id: str
    helper_id: str
    name: str
    accepted: bool
    wanted: bool


async def change_people(ctx: PageContext, form: Form) -> Response:
    """Accept to be somebody's helper, or end that somebody is."""
    recovery = ctx.state.services.recovery
    if person := form.text("accept"):
        await ctx.call(recovery.AcceptRecoveryHelp, pb.AcceptRecoveryHelpRequest(request_id=form.request_id, person_id=person))
    elif form.text("end"):
        person, _, helper = form.text("end").partition(" ")
        request = pb.EndRecoveryHelpRequest(request_id=form.request_id, person_id=person, helper_id=helper)
        await ctx.call(recovery.EndRecoveryHelp, request)
    return ctx.redirect(_PATH)


async def stop(ctx: PageContext, form: Form) -> Response:
    """It was not them who asked."""
    await ctx.call(ctx.state.services.recovery.StopRecovery, pb.StopRecoveryRequest(request_id=form.request_id))
    return ctx.redirect(f"{_PATH}?done=stopped")


async def _values(ctx: PageContext, _fields: Fields) -> Mapping[str, object]:
    request = pb.GetRecoveryHelpRequest()
    overview: pb.GetRecoveryHelpResponse = await ctx.call(ctx.state.services.recovery.GetRecoveryHelp, request)
    names = await ctx.person_names([entry.helper_id for entry in overview.helpers] + [entry.person_id for entry in overview.helped])

    def view(entry: pb.RecoveryHelp, other: str) -> HelpView:
        return HelpView(entry.person_id, entry.helper_id, names[other].full, entry.accepted, entry.wanted)

    done = ctx.query_param("done")
    return {
        "helpers": [view(entry, entry.helper_id) for entry in overview.helpers],
        "helped": [view(entry, entry.person_id) for entry in overview.helped],
        "asked": overview.asked,
        "may_name": len(overview.helpers) < _MOST_HELPERS,
        "done": done if done in {"named", "stopped", "vouched"} else "",
    }


async def _name(ctx: PageContext, fields: Fields, request_id: str) -> str:
    request = pb.NameRecoveryHelperRequest(request_id=request_id, full_name=fields["full_name"], email=fields["email"])
    await ctx.call(ctx.state.services.recovery.NameRecoveryHelper, request)
    return f"{_PATH}?done=named"


async def _vouch_values(ctx: PageContext, _fields: Fields) -> Mapping[str, object]:
    person = ctx.path_param("person")
    return {"name": (await ctx.person_names([person]))[person].full, "person": person}


async def _vouch(ctx: PageContext, fields: Fields, request_id: str) -> str:
    request = pb.VouchForRecoveryRequest(request_id=request_id, person_id=ctx.path_param("person"), spoken_number=fields["spoken_number"])
    await ctx.call(ctx.state.services.recovery.VouchForRecovery, request)
    return f"{_PATH}?done=vouched"


NAME = FormPage(
    "recovery-name",
    "recovery_help",
    _values,
    _name,
    fields=("full_name", "email"),
    input_by_field={"full_name": "full_name", "email": "email"},
)
VOUCH = FormPage(
    "recovery-vouch",
    "recovery_vouch",
    _vouch_values,
    _vouch,
    fields=("spoken_number",),
    whole_form_input="spoken_number",
)
