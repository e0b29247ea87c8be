"""Signing in with a card, a link, or an e-mail address and password; signing out. Passkeys have a module of their own.

A link only shows a button: mail scanners follow links, and one that did must not use the code up.
"""

import contextlib
from collections.abc import Sequence

from starlette.responses import Response

from kith.identity.v1.identity_pb2 import DEVICE_USE_OWN, DEVICE_USE_SHARED, DeviceUse, SignInRequest, SignInResponse
from kith.identity.v1.passkeys_pb2 import FinishPasskeySignInResponse
from kith.identity.v1.recovery_pb2 import FinishRecoveryResponse
from libs.refusals import Invalid, NotAllowed, NotFound, NotSignedIn, Refusal, TooMany
from services.web.helper_session import SESSION_DAYS, find_helper, give_back
from services.web.http.cookies import BROWSER_DAYS, PREFERENCES_DAYS, browser_id
from services.web.http.forms import Form
from services.web.http.sessions import IdentitySession, Session
from services.web.page_context import FormProblem, PageContext, utc_datetime
from services.web.pages.ways_to_be_told import set_first_preferences

CODE, PASSWORD, SIGN_OUT = "sign-in-code", "sign-in-password", "sign-out"
_SIGN_IN_REFUSALS = (Invalid, NotAllowed, NotFound, NotSignedIn)


async def show(ctx: PageContext) -> Response:
    """Choose a way to sign in. Somebody who is signed in gets here to prove once more who they are (`again`)."""
    if ctx.session and not ctx.query_param("again"):
        return ctx.redirect("/")
    return render_sign_in(ctx, ctx.query_param("next"), kept="kept" in ctx.request.query_params)


def render_sign_in(
    ctx: PageContext, wanted: str, status: int = 200, *, problems: Sequence[FormProblem] = (), code: str = "", kept: bool = False
) -> Response:
    """The sign-in page. `wanted` is where the person wants to go next, `code` what they typed."""
    return ctx.render_with_passkeys(
        "sign_in",
        status,
        problems=problems,
        wanted=_local_path(wanted),
        code=code,
        kept=kept,
        again=bool(ctx.session),
    )


async def use_code(ctx: PageContext, form: Form) -> Response:
    """Sign in with the code of a card or a link."""
    code = "".join(form.text("code").split()).replace("-", "")
    if not code:
        return _code_form(ctx, form, [ctx.form_problem("code", "sign_in.code_missing")])
    try:
        request = SignInRequest(code=code, browser=browser_id(ctx.visitor_secret), device_use=device_use(form), device_kind=ctx.device_kind)
        signed_in = await _request_sign_in(ctx, request)
    except _SIGN_IN_REFUSALS as refusal:
        return _code_form(ctx, form, [_problem(ctx, "code", refusal)])
    except TooMany as refusal:
        return _code_form(ctx, form, ctx.form_problems(refusal), 429)
    return await start_session(ctx, signed_in, form)


async def show_link(ctx: PageContext) -> Response:
    """The page of a sign-in link. Only its button uses the code."""
    return ctx.render("sign_in_link", code=ctx.path_param("code"), wanted="/")


async def show_password(ctx: PageContext) -> Response:
    """The form for an e-mail address and a password."""
    return ctx.render("sign_in_password", wanted=_local_path(ctx.query_param("next")), email="")


async def use_password(ctx: PageContext, form: Form) -> Response:
    """Sign in with an e-mail address and a password."""
    email, password, code = form.text("email"), form.fields.get("password", ""), 422
    problems = [] if email else [ctx.form_problem("email", "sign_in.email_missing")]
    problems += [] if password else [ctx.form_problem("password", "sign_in.password_missing")]
    if not problems:
        request = SignInRequest(
            email=email,
            password=password,
            browser=browser_id(ctx.visitor_secret),
            client_address=ctx.client_address,
            device_use=device_use(form),
            device_kind=ctx.device_kind,
        )
        try:
            return await start_session(ctx, await _request_sign_in(ctx, request), form)
        except _SIGN_IN_REFUSALS as refusal:
            problems = [_problem(ctx, "email", refusal)]
        except TooMany as refusal:
            problems, code = [_problem(ctx, "email", refusal)], 429
    return ctx.render("sign_in_password", code, problems=problems, wanted=_local_path(form.text("next")), email=email)


async def sign_out(ctx: PageContext, _: Form) -> Response:
    """End the session here and at identity; ours ends even when identity is unavailable."""
    await end_session(ctx)
    if helper := await find_helper(ctx):
        return give_back(ctx, helper)
    response = ctx.redirect("/signed-out")
    ctx.state.cookies.drop(response, ctx.state.cookies.session)
    return response


async def show_signed_out(ctx: PageContext) -> Response:
    """The page after signing out."""
    return ctx.render("signed_out")


async def _request_sign_in(ctx: PageContext, request: SignInRequest) -> SignInResponse:
    response: SignInResponse = await ctx.state.services.call(ctx.state.services.identity.SignIn, request)
    return response


async def start_session(
    ctx: PageContext, signed_in: SignInResponse | FinishRecoveryResponse | FinishPasskeySignInResponse, form: Form
) -> Response:
    """Start a session with a new cookie, whatever cookie the browser sent.

    A form that was sent twice goes on with the session that its first sending began.
    """
    if ctx.session and ctx.session.identity.session_id == signed_in.session_id:
        return ctx.redirect(_local_path(form.text("next")))
    await end_session(ctx)
    identity = IdentitySession(
        signed_in.person_id,
        signed_in.session_id,
        signed_in.session_key,
        tuple(signed_in.hats),
        utc_datetime(signed_in.session_expires_at),
        signed_in.quiet_seconds,
    )
    session = await ctx.state.sessions.create(identity)
    ctx.state.known_sessions.record(session.cookie, is_true=True)
    response = ctx.redirect(_local_path(form.text("next")))
    _set_cookies(ctx, response, session)
    days = None if identity.is_shared else PREFERENCES_DAYS
    if isinstance(signed_in, SignInResponse):
        await set_first_preferences(ctx, response, signed_in.person_id, signed_in.token, days=days)
    elif isinstance(signed_in, FinishPasskeySignInResponse):
        with contextlib.suppress(Refusal):
            token = await ctx.state.access_tokens.get(session, "", ctx.now)
            await set_first_preferences(ctx, response, signed_in.person_id, token, days=days)
    return response


def _set_cookies(ctx: PageContext, response: Response, session: Session) -> None:
    """Where other people use the device too, they end with the browser, and nothing says later that it is anybody's own."""
    cookies, is_shared = ctx.state.cookies, session.identity.is_shared
    cookies.set(response, cookies.session, session.cookie, days=None if is_shared else SESSION_DAYS)
    cookies.set(response, cookies.visitor, ctx.visitor_secret, days=None if is_shared else BROWSER_DAYS)
    if not is_shared:
        cookies.set(response, cookies.own_device, "1", days=BROWSER_DAYS)
    for name in (cookies.recovery, cookies.helper, *([cookies.own_device] if is_shared else [])):
        if cookies.read(ctx.request, name):
            cookies.drop(response, name)


def device_use(form: Form) -> "DeviceUse.ValueType":
    """Whose device the person says it is; where they say nothing, other people use it too."""
    return DEVICE_USE_OWN if form.text("device") == "own" else DEVICE_USE_SHARED


async def end_session(ctx: PageContext) -> None:
    """A browser has one session: the one before ends, so that nothing of it goes on unseen."""
    if ctx.session:
        with contextlib.suppress(Refusal):
            await ctx.state.access_tokens.sign_out(ctx.session)
        await ctx.state.sessions.end(ctx.session)


def _code_form(ctx: PageContext, form: Form, problems: list[FormProblem], code: int = 422) -> Response:
    return render_sign_in(ctx, form.text("next"), code, problems=problems, code=form.text("code"))


def _problem(ctx: PageContext, field: str, refusal: Refusal) -> FormProblem:
    return FormProblem(field, ctx.form_problems(refusal)[0].text)


def _local_path(path: str) -> str:
    """The path to go to next; anything that could lead to another site becomes the home page."""
    is_local = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path
    return path if is_local else "/"
