"""The pages as one ASGI application: routes, static files, and the headers around everything."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from services.web.door.headers import SafeHeaders
from services.web.front import Front
from services.web.page import Page, arrive, endpoint, refused
from services.web.routes import PAGES
from services.web.templates import STATIC

_REASONS = {404: "PAGE_UNKNOWN", 405: "PAGE_UNKNOWN"}


def build(front: Front, *, https: bool, more: Sequence[BaseRoute] = ()) -> Starlette:
    """`more` are routes that are not pages, such as metrics and health."""

    async def unknown(request: Request, error: Exception) -> Response:
        code = error.status_code if isinstance(error, HTTPException) else 500
        return refused(await arrive(front, request), code, _REASONS.get(code, "FORM_UNREADABLE"))

    pages = [_route(front, page) for page in PAGES]
    return Starlette(
        routes=[*more, Mount("/static", Kept(directory=STATIC)), *pages],
        middleware=[Middleware(SafeHeaders, https=https)],
        exception_handlers={HTTPException: unknown},
    )


def _route(front: Front, page: Page) -> Route:
    return Route(page.path, endpoint(front, page), methods=page.methods, name=f"{page.path} {page.form}")


class Kept(StaticFiles):
    """Static files are asked for by their content's hash, so a browser may keep them for a year."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response
