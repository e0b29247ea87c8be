"""Signing in with a card, a link, or an e-mail address and password; signing out.

A link only shows a button: mail scanners follow links, and one that did must not use the code up.
"""

from starlette.responses import Response

from kith.identity.v1.identity_pb2 import SignInRequest, SignInResponse
from libs.refusals import Invalid, NotAllowed, NotFound, NotSignedIn, Refusal, TooMany
from services.web.door.forms import Form
from services.web.door.sessions import SignedIn
from services.web.visit import Problem, Visit, utc

CODE, PASSWORD, OUT = "sign-in-code", "sign-in-password", "sign-out"
_SESSION_DAYS = 30
_WRONG = (Invalid, NotAllowed, NotFound, NotSignedIn)


async def show(visit: Visit) -> Response:
    """Choose a way."""
    return visit.go("/") if visit.session else visit.page("sign_in", wanted=_inside(visit.query("next")), code="")


async def use_code(visit: Visit, form: Form) -> Response:
    """The code of a card or a link was entered, or its button pressed."""
    code = "".join(form.text("code").split()).replace("-", "")
    if not code:
        return _again(visit, form, [visit.problem("code", "sign_in.code_missing")])
    try:
        answer = await _ask(visit, SignInRequest(code=code))
    except _WRONG as refusal:
        return _again(visit, form, [_problem(visit, "code", refusal)])
    except TooMany as refusal:
        return _again(visit, form, visit.problems(refusal), 429)
    return await _welcome(visit, answer, form)


async def show_link(visit: Visit) -> Response:
    """A link was followed. Only the button below uses its code."""
    return visit.page("sign_in_link", code=visit.part("code"), wanted="/")


async def show_password(visit: Visit) -> Response:
    """The form for an e-mail address and a password."""
    return visit.page("sign_in_password", wanted=_inside(visit.query("next")), email="")


async def use_password(visit: Visit, form: Form) -> Response:
    """An address and its password were entered."""
    email, password = form.text("email"), form.fields.get("password", "")
    problems = [] if email else [visit.problem("email", "sign_in.email_missing")]
    problems += [] if password else [visit.problem("password", "sign_in.password_missing")]
    if not problems:
        try:
            return await _welcome(visit, await _ask(visit, SignInRequest(email=email, password=password)), form)
        except (*_WRONG, TooMany) as refusal:
            problems = [_problem(visit, "email", refusal)]
    return visit.page("sign_in_password", 422, problems=problems, wanted=_inside(form.text("next")), email=email)


async def sign_out(visit: Visit, _: Form) -> Response:
    """The session ends here and at identity. Ours ends even when identity does not answer."""
    response = visit.go("/signed-out")
    if visit.session:
        try:
            await visit.front.tokens.end(visit.session)
        except Refusal:
            pass
        finally:
            await visit.front.sessions.end(visit.session)
    visit.front.cookies.drop(response, visit.front.cookies.session)
    return response


async def show_signed_out(visit: Visit) -> Response:
    """What one sees after signing out."""
    return visit.page("signed_out")


async def _ask(visit: Visit, request: SignInRequest) -> SignInResponse:
    answer: SignInResponse = await visit.front.services.ask(visit.front.services.identity.SignIn, request)
    return answer


async def _welcome(visit: Visit, answer: SignInResponse, form: Form) -> Response:
    """A new session under a new cookie, whatever the browser brought."""
    who = SignedIn(answer.person_id, answer.session_id, answer.session_key, tuple(answer.hats), utc(answer.session_expires_at))
    session = await visit.front.sessions.begin(who)
    response = visit.go(_inside(form.text("next")))
    visit.front.cookies.set(response, visit.front.cookies.session, session.cookie, days=_SESSION_DAYS)
    visit.front.cookies.drop(response, visit.front.cookies.visitor)
    return response


def _again(visit: Visit, form: Form, problems: list[Problem], code: int = 422) -> Response:
    return visit.page("sign_in", code, problems=problems, wanted=_inside(form.text("next")), code=form.text("code"))


def _problem(visit: Visit, field: str, refusal: Refusal) -> Problem:
    return Problem(field, visit.problems(refusal)[0].text)


def _inside(path: str) -> str:
    """A path of ours to go to next; anything that could lead elsewhere becomes home."""
    ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path
    return path if ours else "/"
