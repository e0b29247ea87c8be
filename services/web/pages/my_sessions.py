"""Where the person is signed in: each session, ending one, signing out everywhere; and who helped them with the pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup
from starlette.responses import Response

from kith.identity.v1 import helping_pb2 as helping
from kith.identity.v1 import identity_pb2 as identity
from kith.identity.v1.enums import DeviceKind, DeviceUse, HelpKind
from libs.rpc.enums import known_word
from services.web.http.forms import Form
from services.web.http.sessions import HelpedPage
from services.web.page_context import PageContext, PersonName, utc_datetime
from services.web.pages.helped_page_names import page_name

END = "session-end"
_LISTED = 50
_HELP_LISTED = 20


@dataclass(frozen=True)
class SessionView:
    """One session in words."""

    id: str
    how: Markup
    device: Markup
    since: str
    until: str
    quiet_minutes: int
    """0 on the person's own device."""
    helper: Markup | str
    """Who helps in it, or empty."""
    current: bool


@dataclass(frozen=True)
class HelpView:
    """One time that somebody helped, in words; `pages` are those on which something was changed."""

    who: str
    what: Markup
    when: Markup
    pages: Sequence[str]


async def show(ctx: PageContext) -> Response:
    """The person's sessions, the latest first, and on the first page who helped them lately."""
    page = ctx.query_param("page")
    request = identity.ListSessionsRequest(page_size=_LISTED, page_token=page)
    response: identity.ListSessionsResponse = await ctx.call(ctx.state.services.identity.ListSessions, request)
    listed = helping.ListHelpResponse()
    if not page:
        listed = await ctx.call(ctx.state.services.helping.ListHelp, helping.ListHelpRequest(page_size=_HELP_LISTED))
    helpers = {session.helped_by for session in response.sessions} | {help_.helper_id for help_ in listed.help}
    names = await ctx.person_names(helpers - {""})
    pages = await ctx.state.sessions.list_helped_pages(ctx.person_id, [help_.session_id for help_ in listed.help]) if listed.help else []
    return ctx.render(
        "sessions",
        sessions=[_view(ctx, session, names) for session in response.sessions],
        help=[_help_view(ctx, help_, names, [page for page in pages if page.session_id == help_.session_id]) for help_ in listed.help],
        more=ctx.next_page(response.next_page_token),
        done=ctx.query_param("done") == "ended",
    )


def _view(ctx: PageContext, session: identity.OwnSession, names: Mapping[str, PersonName]) -> SessionView:
    return SessionView(
        session.session_id,
        ctx.say(f"sessions.by_{session.strength}"),
        _device(ctx, session),
        ctx.format_moment(utc_datetime(session.started_at)),
        ctx.format_moment(utc_datetime(session.expires_at)),
        session.quiet_seconds // 60,
        ctx.say("sessions.helped", helper=names[session.helped_by].full) if session.helped_by else "",
        session.current,
    )


def _device(ctx: PageContext, session: identity.OwnSession) -> Markup:
    kind = known_word(identity.DeviceKind, DeviceKind, session.device_kind, None)
    use = known_word(identity.DeviceUse, DeviceUse, session.device_use, DeviceUse.SHARED)
    device = ctx.say(f"sessions.kind_{kind.value if kind else 'unknown'}")
    return ctx.say(f"sessions.on_{use.value}", device=device)


def _help_view(ctx: PageContext, help_: helping.Help, names: Mapping[str, PersonName], pages: Sequence[HelpedPage]) -> HelpView:
    kind = known_word(identity.HelpKind, HelpKind, help_.kind, HelpKind.FILLS_IN)
    began, ended = (ctx.format_moment(utc_datetime(at)) for at in (help_.began_at, help_.ended_at))
    changed = dict.fromkeys(str(page_name(ctx.catalogue, page.path)) for page in pages)
    return HelpView(
        names[help_.helper_id].full,
        ctx.say(f"helping.did_{kind.value}"),
        ctx.say("sessions.help_was" if help_.is_over else "sessions.help_is", began=began, ended=ended),
        list(changed),
    )


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
