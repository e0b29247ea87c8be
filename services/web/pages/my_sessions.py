"""Where the person is signed in: each session, ending one, and signing out everywhere."""

from dataclasses import dataclass

from markupsafe import Markup
from starlette.responses import Response

from kith.identity.v1 import identity_pb2 as identity
from services.web.http.forms import Form
from services.web.page_context import PageContext, utc_datetime

END = "session-end"
_LISTED = 50


@dataclass(frozen=True)
class SessionView:
    """One session in words."""

    id: str
    how: Markup
    since: str
    until: str
    current: bool


async def show(ctx: PageContext) -> Response:
    """The person's sessions, the latest first."""
    request = identity.ListSessionsRequest(page_size=_LISTED, page_token=ctx.query_param("page"))
    response: identity.ListSessionsResponse = await ctx.call(ctx.state.services.identity.ListSessions, request)
    views = [
        SessionView(
            session.session_id,
            ctx.say(f"sessions.by_{session.strength}"),
            ctx.format_moment(utc_datetime(session.started_at)),
            ctx.format_moment(utc_datetime(session.expires_at)),
            session.current,
        )
        for session in response.sessions
    ]
    return ctx.render("sessions", sessions=views, more=ctx.next_page(response.next_page_token), done=ctx.query_param("done") == "ended")


async def end(ctx: PageContext, form: Form) -> Response:
    """End one session, or every session with this one too."""
    session_id = "" if form.text("everywhere") else form.text("session")
    if not session_id and not form.text("everywhere"):
        return ctx.redirect(ctx.request_path)
    request = identity.EndSessionsRequest(request_id=form.request_id, session_id=session_id)
    await ctx.call(ctx.state.services.identity.EndSessions, request)
    own = ctx.session.identity.session_id if ctx.session else ""
    if ctx.session is None or session_id not in {"", own}:
        return ctx.redirect(f"{ctx.request_path}?done=ended")
    await ctx.state.sessions.end(ctx.session)
    response = ctx.redirect("/signed-out")
    ctx.state.cookies.drop(response, ctx.state.cookies.session)
    return response
