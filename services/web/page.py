"""Pages: how a request is handled, from session, hat and form to refusals and errors."""

import asyncio
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from uuid_utils import uuid7

from libs.observe.logs import logger
from libs.observe.security_events import SecurityEvent, report_security_event
from libs.refusals import NotSignedIn, Refusal, TooMany, Unavailable
from services.web import form_keeping
from services.web.acting_bar import load_acting
from services.web.app_state import AppState
from services.web.helper_session import find_helper, give_back
from services.web.http import forms, kept_forms, request_body, uploads
from services.web.http.cookies import new_secret
from services.web.http.forms import Form, FormRejected
from services.web.http.sessions import Session
from services.web.localisation.refusal_messages import http_status, refusal_message
from services.web.page_context import PageContext

LOG = logger("web")

Show = Callable[[PageContext], Awaitable[Response]]
Act = Callable[[PageContext, Form], Awaitable[Response]]


class Access(StrEnum):
    """Who may open a page. What they may do there, the services decide."""

    ANYBODY = ""
    MEMBER = "member"
    SECRETARY = "secretary"
    OPERATOR = "operator"
    SCRUTINEER = "scrutineer"


SESSION_SECONDS = 1.5
ACTING_ENDED, ACTING_OUTSIDE_SCOPE = "ACTING_ENDED", "ACTING_OUTSIDE_SCOPE"
_DONE = (303, 204)
"""See another page; or nothing to see, for a script of ours."""
_SIGN_IN_AGAIN = "SIGN_IN_AGAIN"
"""The reason of a refusal that asks who the person is once more, and leaves their session as it is."""
HAT_ACCESS = {Access.SECRETARY, Access.OPERATOR, Access.SCRUTINEER}


@dataclass(frozen=True)
class Page:
    """A path with the handler that shows it and the handler of its form. `form` names the form; a page without one is read-only."""

    path: str
    show: Show | None
    act: Act | None = None
    form: str = ""
    access: Access = Access.MEMBER
    shown_without_records: bool = False
    """Shown, to anybody, when sessions cannot be looked up because the database does not answer: it holds nothing of anybody's."""
    takes_file: bool = False
    """The form may contain a small text file."""
    max_body: int = request_body.MAX_BYTES
    """How many bytes the form may have."""
    largest_file: int = 0
    """The form may contain a file of any kind besides, of at most so many bytes."""
    never_kept: tuple[str, ...] = ()
    """Fields that are not kept when the form arrives after the session has ended, such as a password."""
    is_limited: bool = True
    """Counts towards the forms that a person may send in a minute. Ending sessions does not: nobody is kept from ending
    one that a stranger has taken over."""
    is_change: bool = True
    """What its form does is written down where somebody helps the person with it. Ending the help is no change of theirs."""
    while_helped: bool = True
    """Can be used while somebody helps the person. Nothing leads to a page that cannot: identity would refuse its form."""
    acting: bool = False
    """Can be used while acting for somebody, as every page for anybody can."""

    @property
    def methods(self) -> list[str]:
        """The HTTP methods that the page accepts."""
        return (["GET"] if self.show else []) + (["POST"] if self.act else [])


def endpoint(page: Page) -> Callable[[Request], Awaitable[Response]]:
    """The page as a Starlette endpoint of an application whose `state.web` is its `AppState`."""

    async def handle(request: Request) -> Response:
        state: AppState = request.app.state.web
        try:
            ctx = await create_context(state, request, page.access)
        except Refusal as refusal:
            return await _show_without_records(await create_context(state, request, with_session=False), page, refusal)
        try:
            await _load_acting(ctx, page)
            return await _dispatch(ctx, page)
        except NotSignedIn as refusal:
            return await _redirect_to_sign_in(ctx, page, refusal)
        except (Refusal, FormRejected, request_body.BodyTooLarge, ClientDisconnect) as rejection:
            if isinstance(rejection, Refusal) and rejection.reason in {ACTING_ENDED, ACTING_OUTSIDE_SCOPE}:
                await _keep_form_and_stop_acting(ctx, page, rejection)
            return _rejection_response(ctx, rejection)
        except Exception as error:  # noqa: BLE001 - the last resort: a plain page for the person; the log says where it happened
            return error_page(ctx, error)

    return handle


async def _load_acting(ctx: PageContext, page: Page) -> None:
    """Pages for anybody are shown whatever is the matter, unless somebody acts: then each page says so."""
    try:
        await load_acting(ctx)
    except Refusal as refusal:
        if page.access is not Access.ANYBODY or refusal.reason == ACTING_ENDED:
            raise


async def _keep_form_and_stop_acting(ctx: PageContext, page: Page, refusal: Refusal) -> None:
    """The right to act has ended, or a scope of it, perhaps between page and form: what was written is kept.

    Without any scope the person is themselves again.
    """
    if ctx.request.method == "POST" and page.access is not Access.ANYBODY:
        await _keep_form(ctx, page)
    if ctx.session is not None and refusal.reason == ACTING_ENDED:
        ctx.session, ctx.acting = await ctx.state.sessions.set_acting_for(ctx.session, ""), None


async def _show_without_records(ctx: PageContext, page: Page, refusal: Refusal) -> Response:
    """The page of somebody whose session cannot be looked up."""
    if not page.shown_without_records or page.show is None or ctx.request.method != "GET":
        return refusal_page(ctx, http_status(refusal), refusal.reason, refusal)
    try:
        return await page.show(ctx)
    except Exception as error:  # noqa: BLE001 - as above
        return error_page(ctx, error)


async def create_context(state: AppState, request: Request, access: Access = Access.ANYBODY, *, with_session: bool = True) -> PageContext:
    """The context of a request, with its session if there is one. Raises Unavailable when sessions cannot be looked up."""
    now = state.clock.now()
    preferences = state.cookies.reading_preferences(request)
    cookie = state.cookies.read(request, state.cookies.session)
    session = await _find_session(state, cookie) if cookie and with_session else None
    known_visitor = state.cookies.read(request, state.cookies.visitor)
    hat = access.value if access in HAT_ACCESS else ""
    catalogue = state.catalogue(easy=preferences.easy)
    return PageContext(state, request, session, preferences, hat, now, catalogue, known_visitor or new_secret(), bool(known_visitor))


async def _find_session(state: AppState, cookie: str) -> Session | None:
    """Raises Unavailable within 2 s: a database that is stopped keeps its connections, and answers nothing."""
    finding = asyncio.ensure_future(state.sessions.find(cookie))
    await asyncio.wait({finding}, timeout=SESSION_SECONDS)
    if not finding.done():
        # Not awaited: what it waits for does not answer a cancellation either.
        finding.cancel()
        raise Unavailable("DATABASE_AWAY")
    session = finding.result()
    state.known_sessions.record(cookie, is_true=session is not None)
    return session


def _rejection_response(ctx: PageContext, rejection: Refusal | FormRejected | request_body.BodyTooLarge | ClientDisconnect) -> Response:
    match rejection:
        case Refusal():
            return refusal_page(ctx, http_status(rejection), rejection.reason, rejection)
        case FormRejected():
            if rejection.reason == "FORM_FOREIGN":
                report_security_event(SecurityEvent.FORM_REFUSED, service="web", by=ctx.person_id, reason=rejection.reason)
            return refusal_page(ctx, 403 if rejection.reason == "FORM_FOREIGN" else 400, rejection.reason)
        case request_body.BodyTooLarge():
            return refusal_page(ctx, 413, "BODY_TOO_BIG")
        case _:
            return Response(status_code=400)


def refusal_page(ctx: PageContext, code: int, reason: str, refusal: Refusal | None = None) -> Response:
    """The page for a refusal: what happened and what to do."""
    message = refusal_message(ctx.catalogue, reason, ctx.refusal_details(refusal) if refusal else None)
    return ctx.render("error", code, code=code, reason=message, incident="")


def error_page(ctx: PageContext, error: Exception) -> Response:
    """The page for an unexpected error. Its id leads the operator to the log line; neither quotes the error's text."""
    incident = str(uuid7())
    where = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    LOG.error("page_failed", incident=incident, error=type(error).__name__, where=where[-5:])
    return ctx.render("error", 500, code=500, reason=refusal_message(ctx.catalogue, "BROKEN"), incident=incident)


async def _dispatch(ctx: PageContext, page: Page) -> Response:
    if page.access is not Access.ANYBODY and ctx.session is None:
        raise NotSignedIn("SIGN_IN_FIRST")
    if reason := _closing_reason(ctx, page):
        return refusal_page(ctx, 403, reason)
    if ctx.request.method == "POST" and page.act is not None:
        if ctx.session is not None and page.is_limited and not ctx.state.form_limiter.allow(ctx.person_id, ctx.now):
            raise TooMany("FORMS_TOO_OFTEN")
        response = await page.act(ctx, await _read_form(ctx, page))
        if response.status_code in _DONE and page.access is not Access.ANYBODY:
            if page.form:
                await form_keeping.delete_unsent(ctx, page.form)
            if page.is_change and ctx.session is not None and ctx.session.identity.helped_by:
                await ctx.state.sessions.record_helped_page(ctx.session, page.path)
        return response
    if page.show is None:
        raise FormRejected("FORM_UNREADABLE")
    return await page.show(ctx)


def _closing_reason(ctx: PageContext, page: Page) -> str:
    """Why this session cannot use the page now; empty where it can."""
    if ctx.session is None:
        return ""
    if page.access in HAT_ACCESS and not ctx.session.wears(page.access.value):
        report_security_event(SecurityEvent.HAT_REFUSED, service="web", method=page.path, by=ctx.person_id, hat=page.access.value)
        return "HAT_NEEDED"
    if ctx.session.acting_for and page.access is not Access.ANYBODY and not page.acting:
        return "NOT_WHILE_ACTING"
    return "NOT_WHILE_HELPED" if ctx.session.identity.helped_by and not page.while_helped else ""


async def _read_form(ctx: PageContext, page: Page) -> Form:
    form = await _parse_form(ctx, page)
    if page.form:
        owner = ctx.state.form_owners.read_field(form.text(kept_forms.OWNER), page.form)
        if page.access is not Access.ANYBODY and owner in form_keeping.other_owners(ctx):
            await _keep_form(ctx, page)
            raise FormRejected("ACTING_CHANGED")
        _check_token(ctx, page, form)
    return form


def _check_token(ctx: PageContext, page: Page, form: Form) -> None:
    """A form that anybody may send also has the visitor's token: it may have been shown just before signing in, and sent twice."""
    try:
        forms.check_token(form, ctx.state.forms_key, ctx.form_secret, page.form)
    except FormRejected:
        if page.access is not Access.ANYBODY or not ctx.has_visitor_cookie:
            raise
        forms.check_token(form, ctx.state.forms_key, ctx.visitor_secret, page.form)


async def _parse_form(ctx: PageContext, page: Page) -> Form:
    """The form of the request, from our own pages; its token is not checked."""
    if ctx.submitted is None:
        request = ctx.request
        forms.check_origin(request.headers, ctx.state.co_op.address)
        content_type = request.headers.get("content-type", "")
        is_upload = uploads.is_upload(content_type)
        # Only who is signed in may send more than a form.
        largest = page.largest_file if is_upload and ctx.session else 0
        body = await request_body.read_body(request, largest + page.max_body)
        if is_upload and page.largest_file:
            ctx.submitted = await uploads.parse_file_upload(body, request.headers)
        elif is_upload and page.takes_file:
            ctx.submitted = await uploads.parse_upload(body, request.headers)
        else:
            ctx.submitted = forms.parse_form(body, content_type)
    return ctx.submitted


async def _redirect_to_sign_in(ctx: PageContext, page: Page, refusal: NotSignedIn) -> Response:
    """Redirect to the sign-in page, and from there back to the requested page; a form that was sent is kept until then."""
    again = refusal.reason == _SIGN_IN_AGAIN and ctx.session is not None
    if ctx.session is not None and not again:
        await ctx.state.sessions.end(ctx.session)
    target = ctx.request_path + (f"?{ctx.request.url.query}" if ctx.request.url.query else "")
    kept = ""
    if ctx.request.method != "GET":
        if page.access is Access.ANYBODY or not await _keep_form(ctx, page):
            return refusal_page(ctx, 401, refusal.reason, refusal)
        target = ctx.request_path if page.show else ctx.request_path.rpartition("/")[0]
        kept = "&kept=1"
    helper = None if again else await find_helper(ctx)
    if helper is not None:
        return give_back(ctx, helper)
    if again:
        return ctx.redirect(f"/sign-in?again=1&next={quote(target)}{kept}")
    response = ctx.redirect(f"/sign-in?next={quote(target)}{kept}" if target != "/" else "/sign-in")
    ctx.state.cookies.drop(response, ctx.state.cookies.session)
    return response


async def _keep_form(ctx: PageContext, page: Page) -> bool:
    """Keep the fields of a form that came after the session had ended, for the person to whom it was shown; False if that is nobody."""
    try:
        form = await _parse_form(ctx, page)
    except (FormRejected, request_body.BodyTooLarge, ClientDisconnect):
        return False
    owner = ctx.state.form_owners.read_field(form.text(kept_forms.OWNER), page.form)
    if owner:
        await form_keeping.keep_unsent(ctx, owner, page.form, kept_forms.fields_to_keep(form, page.never_kept))
    return bool(owner)
