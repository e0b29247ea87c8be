"""Signing in again without card and password, in the browser that asks: say who you are, say a number to two people, go on.

What the pages show is the same whether anybody was found or not.
"""

from starlette.responses import Response

from kith.identity.v1 import recovery_pb2 as pb
from libs.refusals import NotSignedIn, Refusal, TooMany
from services.web.http.cookies import BROWSER_DAYS, browser_id
from services.web.http.forms import Form
from services.web.page_context import FormProblem, PageContext, utc_datetime
from services.web.pages.sign_in import device_use, start_session

ASK, FINISH = "recovery-ask", "recovery-finish"
_COOKIE_DAYS = 4
"""Three days to be confirmed, and one to go on."""
_HALF = 3
_WAIT_PATH = "/recover/wait"


async def show(ctx: PageContext) -> Response:
    """The form that asks who they are."""
    return ctx.render("recovery_ask", who="")


async def ask(ctx: PageContext, form: Form) -> Response:
    """Ask to sign in again. The key goes into a cookie of this browser."""
    who = form.text("who")
    browser = browser_id(ctx.visitor_secret)
    request = pb.RequestRecoveryRequest(who=who, browser=browser, client_address=ctx.client_address)
    try:
        asked: pb.RequestRecoveryResponse = await ctx.state.services.call(ctx.state.services.recovery.RequestRecovery, request)
    except TooMany as refusal:
        return _ask_form(ctx, who, refusal, 429)
    except Refusal as refusal:
        if not refusal.problems:
            raise
        return _ask_form(ctx, who, refusal, 422)
    response = ctx.redirect(_WAIT_PATH)
    cookies = ctx.state.cookies
    cookies.set(response, cookies.recovery, asked.recovery_key, days=_COOKIE_DAYS)
    cookies.set(response, cookies.visitor, ctx.visitor_secret, days=BROWSER_DAYS)
    return response


async def show_wait(ctx: PageContext) -> Response:
    """The number to say, and how many people have confirmed."""
    key = _key(ctx)
    if not key:
        return ctx.redirect("/recover")
    request = pb.GetRecoveryRequest(recovery_key=key)
    progress: pb.GetRecoveryResponse = await ctx.state.services.call(ctx.state.services.recovery.GetRecovery, request)
    number = progress.spoken_number
    return ctx.render(
        "recovery_wait",
        is_over=progress.state == pb.RECOVERY_STATE_OVER,
        is_ready=progress.state == pb.RECOVERY_STATE_READY,
        number=f"{number[:_HALF]} {number[_HALF:]}",
        vouched=progress.vouched,
        until=ctx.format_moment(utc_datetime(progress.expires_at)) if progress.HasField("expires_at") else "",
    )


async def finish(ctx: PageContext, form: Form) -> Response:
    """Sign in, once two people have confirmed; then a new password can be set."""
    request = pb.FinishRecoveryRequest(
        recovery_key=_key(ctx), browser=browser_id(ctx.visitor_secret), device_use=device_use(form), device_kind=ctx.device_kind
    )
    try:
        begun: pb.FinishRecoveryResponse = await ctx.state.services.call(ctx.state.services.recovery.FinishRecovery, request)
    except NotSignedIn:
        return ctx.redirect(_WAIT_PATH)
    return await start_session(ctx, begun, form)


def _key(ctx: PageContext) -> str:
    return ctx.state.cookies.read(ctx.request, ctx.state.cookies.recovery)


def _ask_form(ctx: PageContext, who: str, refusal: Refusal, code: int) -> Response:
    problems = [FormProblem("who", problem.text) for problem in ctx.form_problems(refusal)]
    return ctx.render("recovery_ask", code, problems=problems, who=who)
