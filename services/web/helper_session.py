"""A helper's own session, kept in a cookie of its own while they help somebody in their browser, and given back when that ends."""

from starlette.responses import Response

from services.web.http.sessions import Session
from services.web.page_context import PageContext

SESSION_DAYS = 30
OVER = "/helping?done=over"


async def find_helper(ctx: PageContext) -> Session | None:
    """The helper's session, if this browser keeps one that has not ended."""
    cookie = ctx.state.cookies.read(ctx.request, ctx.state.cookies.helper)
    return await ctx.state.sessions.find(cookie) if cookie else None


def keep(ctx: PageContext, response: Response, helped: Session) -> None:
    """From now on the browser is in the session of the person who is helped; both cookies end with the browser."""
    cookies = ctx.state.cookies
    if ctx.session is not None:
        cookies.set(response, cookies.helper, ctx.session.cookie, days=None)
    cookies.set(response, cookies.session, helped.cookie, days=None)


def give_back(ctx: PageContext, helper: Session) -> Response:
    """The browser is the helper's own again, who is told that the help is over."""
    cookies, response = ctx.state.cookies, ctx.redirect(OVER)
    cookies.set(response, cookies.session, helper.cookie, days=None if helper.identity.is_shared else SESSION_DAYS)
    cookies.drop(response, cookies.helper)
    return response
