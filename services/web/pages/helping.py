"""Helping somebody with the pages: the person signs in on the helper's device, and both are written down."""

from starlette.responses import Response

from kith.identity.v1 import helping_pb2 as pb
from kith.identity.v1 import identity_pb2 as identity
from kith.identity.v1.enums import HelpKind
from libs.refusals import Invalid
from services.web.helper_session import find_helper, give_back, keep
from services.web.http.cookies import browser_id
from services.web.http.forms import Form
from services.web.http.sessions import IdentitySession
from services.web.page_context import FormProblem, PageContext, utc_datetime
from services.web.pages.sign_in import end_session

BEGIN, END = "helping-begin", "helping-end"
_KINDS = {HelpKind.FILLS_IN.value: identity.HELP_KIND_FILLS_IN, HelpKind.READS_OUT.value: identity.HELP_KIND_READS_OUT}


async def show(ctx: PageContext) -> Response:
    """What helping means, and the form in which the person types their code."""
    return _form(ctx, [], "", 200)


async def begin(ctx: PageContext, form: Form) -> Response:
    """Begin, with the person's code. The helper's own session waits in this browser until then."""
    kind, code = form.text("kind"), "".join(form.text("code").split()).replace("-", "")
    problems = [] if kind in _KINDS else [ctx.form_problem("kind", "helping.kind_missing")]
    problems += [] if code else [ctx.form_problem("code", "sign_in.code_missing")]
    problems += [] if form.text("agreed") else [ctx.form_problem("agreed", "helping.agreed_missing")]
    agreed = "yes" if form.text("agreed") else ""
    if problems:
        return _form(ctx, problems, kind, 422, agreed)
    request = pb.BeginHelpingRequest(code=code, kind=_KINDS[kind], browser=browser_id(ctx.visitor_secret), device_kind=ctx.device_kind)
    try:
        begun: pb.BeginHelpingResponse = await ctx.call(ctx.state.services.helping.BeginHelping, request)
    except Invalid as refusal:
        return _form(ctx, ctx.form_problems(refusal), kind, 422, agreed)
    helped = await ctx.state.sessions.create(
        IdentitySession(
            begun.person_id,
            begun.session_id,
            begun.session_key,
            (),
            utc_datetime(begun.session_expires_at),
            begun.quiet_seconds,
            helped_by=ctx.person_id,
        )
    )
    ctx.state.known_sessions.record(helped.cookie, is_true=True)
    response = ctx.redirect("/")
    keep(ctx, response, helped)
    return response


async def end(ctx: PageContext, _: Form) -> Response:
    """The person, or the helper, ends it; the browser is the helper's own again. Where nobody is helped, nothing ends."""
    if ctx.session is None or not ctx.session.identity.helped_by:
        return ctx.redirect("/")
    await end_session(ctx)
    if helper := await find_helper(ctx):
        return give_back(ctx, helper)
    response = ctx.redirect("/signed-out")
    ctx.state.cookies.drop(response, ctx.state.cookies.session)
    return response


def _form(ctx: PageContext, problems: list[FormProblem], kind: str, code: int, agreed: str = "") -> Response:
    options = [{"value": word, "text": ctx.say(f"helping.{word}"), "hint": ctx.say(f"helping.{word}_hint")} for word in _KINDS]
    done = ctx.query_param("done") == "over" and not problems
    co_op = ctx.state.co_op
    limits = {"quiet_most": co_op.quiet_minutes, "longest": co_op.shared_session_minutes}
    return ctx.render("helping", code, problems=problems, kinds=options, kind=kind, agreed=agreed, done=done, **limits)
