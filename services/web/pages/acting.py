"""Acting for somebody: begin, stop, and what can be done meanwhile."""

from starlette.responses import Response

from kith.identity.v1 import identity_pb2 as identity
from kith.identity.v1.enums import ActingScope
from libs.refusals import NotAllowed
from services.web.http.forms import Form
from services.web.page_context import PageContext
from services.web.pages.waiting import list_waiting

BEGIN, STOP = "acting-begin", "acting-stop"


async def show(ctx: PageContext) -> Response:
    """For whom the person acts, what waits for an answer, and what they may see. Each look is in that person's record."""
    if ctx.acting is None:
        return ctx.redirect("/you/people")
    person = None
    if ActingScope.CONTACTS.value in ctx.acting.scopes:
        request = identity.GetPersonRequest(person_id=ctx.acting.subject_id)
        response: identity.GetPersonResponse = await ctx.call(ctx.state.services.identity.GetPerson, request)
        person = response.person
    return ctx.render("acting", person=person, questions=await list_waiting(ctx))


async def begin(ctx: PageContext, form: Form) -> Response:
    """Act for one of those who have allowed it, from the next page on. Identity decides whether that is so, with every token."""
    subject = form.text("person")
    if ctx.session is None or subject not in {choice.person_id for choice in ctx.act_for}:
        raise NotAllowed("ACTING_NOT_ALLOWED")
    await ctx.state.sessions.set_acting_for(ctx.session, subject)
    return ctx.redirect("/acting")


async def stop(ctx: PageContext, _form: Form) -> Response:
    """Be oneself again."""
    if ctx.session is not None:
        await ctx.state.sessions.set_acting_for(ctx.session, "")
    return ctx.redirect("/")
