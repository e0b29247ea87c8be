"""The service worker of "My day". It lies at the top, as a browser lets it look after no more than what lies beside or below it."""

from starlette.responses import Response

from services.web.http.security_headers import POLICY
from services.web.page import Access, Page
from services.web.page_context import PageContext
from services.web.pages.my_day.page import WORKER_PATH
from services.web.templates import STATIC

# Its own policy, not that of the page, says what it may fetch: the pages and files of this site.
_HEADERS = {
    POLICY: "default-src 'none'; connect-src 'self'",
    "cache-control": "no-cache",
    "content-disposition": 'inline; filename="today-worker.js"',
}
_SCRIPT = (STATIC / "today-worker.js").read_bytes()


async def show(_: PageContext) -> Response:
    """Browsers ask for it again and again, and take a new one at once."""
    return Response(_SCRIPT, media_type="text/javascript", headers=_HEADERS)


PAGE = Page(WORKER_PATH, show, access=Access.ANYBODY)
