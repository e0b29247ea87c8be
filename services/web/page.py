"""What a page is, and what happens around it: session, hat, form, refusal."""

import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from uuid_utils import uuid7

from libs.observe.logs import logger
from libs.refusals import NotSignedIn, Refusal
from services.web.door import body, forms, uploads
from services.web.door.forms import Form, FormRefused
from services.web.front import Front
from services.web.visit import Visit, visitor_secret
from services.web.words.refusals import sentence, status

LOG = logger("web")

Show = Callable[[Visit], Awaitable[Response]]
Act = Callable[[Visit, Form], Awaitable[Response]]


class Who(StrEnum):
    """Who may come in. It opens the door only: what they may do is decided by the services."""

    ANYBODY = ""
    MEMBER = "member"
    SECRETARY = "secretary"
    OPERATOR = "operator"
    SCRUTINEER = "scrutineer"


HATS = {Who.SECRETARY, Who.OPERATOR, Who.SCRUTINEER}


@dataclass(frozen=True)
class Page:
    """A path, what it shows and what its form does. `form` names the form; a page without one shows only."""

    path: str
    show: Show | None
    act: Act | None = None
    form: str = ""
    who: Who = Who.MEMBER
    takes_file: bool = False
    """Its form may bring a small text file."""

    @property
    def methods(self) -> list[str]:
        """What a browser may do here."""
        return (["GET"] if self.show else []) + (["POST"] if self.act else [])


def endpoint(front: Front, page: Page) -> Callable[[Request], Awaitable[Response]]:
    """The page as the web framework wants it."""

    async def answer(request: Request) -> Response:
        visit = await arrive(front, request, page.who)
        try:
            return await _through_the_door(visit, page)
        except NotSignedIn as refusal:
            return await _signed_out(visit, refusal)
        except (Refusal, FormRefused, body.BodyTooBig, ClientDisconnect) as no:
            return _said_no(visit, no)
        except Exception as error:  # noqa: BLE001 - the last net: a plain page for the person, where it happened in the log
            return broken(visit, error)

    return answer


async def arrive(front: Front, request: Request, who: Who = Who.ANYBODY) -> Visit:
    """A visit, with its session if there is one."""
    now = front.clock.now()
    comfort = front.cookies.comfort(request)
    cookie = front.cookies.read(request, front.cookies.session)
    session = await front.sessions.find(cookie) if cookie else None
    visitor, fresh = visitor_secret(front.cookies.read(request, front.cookies.visitor))
    hat = who.value if who in HATS else ""
    fresh = fresh and session is None
    return Visit(front, request, session, comfort, hat, now, front.words(easy=comfort.easy), visitor, fresh)


def _said_no(visit: Visit, no: Refusal | FormRefused | body.BodyTooBig | ClientDisconnect) -> Response:
    match no:
        case Refusal():
            return refused(visit, status(no), no.reason, no)
        case FormRefused():
            return refused(visit, 403 if no.reason == "FORM_FOREIGN" else 400, no.reason)
        case body.BodyTooBig():
            return refused(visit, 413, "BODY_TOO_BIG")
        case _:
            return Response(status_code=400)


def refused(visit: Visit, code: int, reason: str, refusal: Refusal | None = None) -> Response:
    """A page that says what happened and what to do."""
    said = sentence(visit.words, reason, visit.details(refusal) if refusal else None)
    return visit.page("error", code, code=code, reason=said, incident="")


def broken(visit: Visit, error: Exception) -> Response:
    """A page for what should not have happened. The id leads the operator to the log line; neither quotes what the error says."""
    incident = str(uuid7())
    where = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    LOG.error("page_failed", incident=incident, error=type(error).__name__, where=where[-5:])
    return visit.page("error", 500, code=500, reason=sentence(visit.words, "BROKEN"), incident=incident)


async def _through_the_door(visit: Visit, page: Page) -> Response:
    if page.who is not Who.ANYBODY and visit.session is None:
        raise NotSignedIn("SIGN_IN_FIRST")
    if visit.session is not None and page.who in HATS and not visit.session.wears(page.who.value):
        return refused(visit, 403, "HAT_NEEDED")
    if visit.request.method == "POST" and page.act is not None:
        return await page.act(visit, await _form(visit, page))
    if page.show is None:
        raise FormRefused("FORM_UNREADABLE")
    return await page.show(visit)


async def _form(visit: Visit, page: Page) -> Form:
    request = visit.request
    forms.check_origin(request.headers)
    kind = request.headers.get("content-type", "")
    sent = await body.read(request)
    form = uploads.read(sent, kind) if page.takes_file and uploads.is_upload(kind) else forms.read(sent, kind)
    if page.form:
        forms.check_token(form, visit.front.forms_key, visit.secret, page.form)
    return form


async def _signed_out(visit: Visit, refusal: NotSignedIn) -> Response:
    """Nobody, or nobody any more: show the way in, and then back to what they wanted to see."""
    if visit.session is not None:
        await visit.front.sessions.end(visit.session)
    if visit.request.method != "GET":
        return refused(visit, 401, refusal.reason, refusal)
    wanted = visit.path + (f"?{visit.request.url.query}" if visit.request.url.query else "")
    response = visit.go(f"/sign-in?next={quote(wanted)}" if wanted != "/" else "/sign-in")
    visit.front.cookies.drop(response, visit.front.cookies.session)
    return response
