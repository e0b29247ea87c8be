"""The pages as one ASGI application: routes, static files, and the security headers of every response."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from libs.refusals import Refusal
from services.web.app_state import AppState
from services.web.http.address_text import AddressTextMiddleware
from services.web.http.security_headers import SecurityHeadersMiddleware
from services.web.page import Page, create_context, endpoint, refusal_page
from services.web.routes import PAGES
from services.web.templates import STATIC

_REASON_BY_STATUS = {404: "PAGE_UNKNOWN", 405: "PAGE_UNKNOWN"}


def create_app(state: AppState, *, https: bool, more: Sequence[BaseRoute] = ()) -> Starlette:
    """Build the Starlette application. `more` are routes that are not pages, such as metrics and health."""

    async def unknown(request: Request, error: Exception) -> Response:
        code = error.status_code if isinstance(error, HTTPException) else 500
        try:
            ctx = await create_context(state, request)
        except Refusal:
            ctx = await create_context(state, request, with_session=False)
        return refusal_page(ctx, code, _REASON_BY_STATUS.get(code, "FORM_UNREADABLE"))

    pages = [_route(state, page) for page in PAGES]
    return Starlette(
        routes=[*more, Mount("/static", CachedStaticFiles(directory=STATIC)), *pages],
        middleware=[Middleware(SecurityHeadersMiddleware, https=https), Middleware(AddressTextMiddleware)],
        exception_handlers={HTTPException: unknown},
    )


def _route(state: AppState, page: Page) -> Route:
    return Route(page.path, endpoint(state, page), methods=page.methods, name=f"{page.path} {page.form}")


class CachedStaticFiles(StaticFiles):
    """Static files that a browser may cache for a year: their URL contains the hash of their content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response
