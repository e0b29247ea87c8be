"""The pages as one ASGI application: routes, static files, and the security headers of every response."""

from collections.abc import Sequence
from functools import cache
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from libs.refusals import Refusal
from services.web.acting_bar import load_acting
from services.web.app_state import AppState
from services.web.http.address_text import AddressTextMiddleware
from services.web.http.members_first import Line, Lines, MembersFirst
from services.web.http.public_host import PublicHostOnly
from services.web.http.security_headers import SecurityHeadersMiddleware
from services.web.page import Page, create_context, endpoint, refusal_page
from services.web.routes import PAGES
from services.web.templates import STATIC

_WRONG_ADDRESS = 421
_OWN_LINES = (("GET", "/sign-in/password"), ("POST", "/sign-in/password"), ("GET", "/source/kith.tar.gz"))
"""What strangers ask for most, or what takes longest: one at once of each, and nobody who signs in with a card stands behind it."""
_MEMBERS_AT_ONCE, _STRANGERS_AT_ONCE, _UNPROVEN_AT_ONCE = 2, 2, 2
_TURN = 0.5
"""Seconds after which a member's request waits for no other."""
_REST = 2.0
"""A place in which strangers are answered is used for a third of the time at most."""
_REASON_BY_STATUS = {404: "PAGE_UNKNOWN", 405: "PAGE_UNKNOWN"}


def create_app(state: AppState, *, https: bool, more: Sequence[BaseRoute] = ()) -> Starlette:
    """Build the Starlette application. `more` are routes that are not pages, such as metrics and health."""

    async def unknown(request: Request, error: Exception) -> Response:
        if path := _without_slash(request):
            return RedirectResponse(path, 303)
        code = error.status_code if isinstance(error, HTTPException) else 500
        try:
            ctx = await create_context(state, request)
            await load_acting(ctx)
        except Refusal:
            ctx = await create_context(state, request, with_session=False)
        return refusal_page(ctx, code, _REASON_BY_STATUS.get(code, "FORM_UNREADABLE"))

    app = Starlette(
        routes=[*more, Mount("/static", CachedStaticFiles(directory=STATIC)), *_routes(PAGES)],
        middleware=[
            Middleware(SecurityHeadersMiddleware, https=https),
            Middleware(AddressTextMiddleware),
            Middleware(PublicHostOnly, address=state.co_op.address, wrong_address=_wrong_address_page(state)),
            Middleware(MembersFirst, session_cookie=state.cookies.session, known=state.known_sessions, lines=_lines()),
        ],
        exception_handlers={HTTPException: unknown},
    )
    app.state.web = state
    # Starlette would redirect to the host it was asked under, behind a proxy an inner one.
    app.router.redirect_slashes = False
    return app


def _lines() -> Lines:
    return Lines(
        members=Line(_MEMBERS_AT_ONCE, seconds=_TURN),
        unproven=Line(_UNPROVEN_AT_ONCE),
        pages={page: Line(1, rest=_REST) for page in _OWN_LINES},
        other=Line(_STRANGERS_AT_ONCE, rest=_REST),
    )


def _wrong_address_page(state: AppState) -> Response:
    """The page at a host that is not ours: the right address, and nothing that would need this host again."""
    say = state.catalogue(easy=False).say
    template = state.templates.get_template("pages/wrong_address.html")
    return HTMLResponse(template.render(say=say, co_op=state.co_op.name, address=state.co_op.public_url), _WRONG_ADDRESS)


def _without_slash(request: Request) -> str:
    """Where an unknown path with a slash at its end leads: the same without it, on whatever host; empty for other requests."""
    path = request.url.path
    if request.method not in {"GET", "HEAD"} or not path.endswith("/") or not path.strip("/"):
        return ""
    query = f"?{request.url.query}" if request.url.query else ""
    # One slash at the beginning: with two a browser would take the first word for a host.
    return f"/{quote(path.strip('/'))}{query}"


@cache
def _routes(pages: tuple[Page, ...]) -> Sequence[Route]:
    """Made once: they are the same in every application."""
    return [Route(page.path, endpoint(page), methods=page.methods, name=f"{page.path} {page.form}") for page in pages]


class CachedStaticFiles(StaticFiles):
    """Static files that a browser may cache for a year: their URL contains the hash of their content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response
