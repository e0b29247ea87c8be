"""Passkeys: signing in with one, and the page with all ways to sign in.

A browser needs a script for them (`static/passkeys.js`). What it does in between, it asks for with the form that
it sends in the end: so forms, tokens and limits are those of every page. Without the script nothing of it is shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response

from kith.identity.v1 import identity_pb2 as identity
from kith.identity.v1 import passkeys_pb2 as pb
from libs.refusals import NotFound, NotSignedIn, Refusal, TooMany
from services.web.http.cookies import browser_id
from services.web.http.forms import Form
from services.web.localisation.dates import format_date_only
from services.web.page_context import FormProblem, PageContext, utc_datetime
from services.web.pages.form_page import Fields, FormPage
from services.web.pages.sign_in import device_use, render_sign_in, start_session

SIGN_IN, ADD, REMOVE = "passkey-sign-in", "passkey-add", "passkey-remove"
_PATH = "/you/sign-in"
_MOST = 10
_JSON = "application/json"


@dataclass(frozen=True)
class PasskeyView:
    """One passkey in words."""

    id: str
    name: str
    added: str
    used: str
    """Empty until it was used."""
    synced: bool


async def begin_sign_in(ctx: PageContext, _: Form) -> Response:
    """What the script passes to the browser, for a sign-in in this browser."""
    request = pb.BeginPasskeySignInRequest(browser=browser_id(ctx.visitor_secret), client_address=ctx.client_address)
    begun: pb.BeginPasskeySignInResponse = await ctx.state.services.call(ctx.state.services.passkeys.BeginPasskeySignIn, request)
    return Response(begun.options_json, media_type=_JSON)


async def sign_in(ctx: PageContext, form: Form) -> Response:
    """Sign in with what the browser answered."""
    request = pb.FinishPasskeySignInRequest(
        credential_json=form.text("credential"),
        browser=browser_id(ctx.visitor_secret),
        device_use=device_use(form),
        device_kind=ctx.device_kind,
    )
    try:
        begun: pb.FinishPasskeySignInResponse = await ctx.state.services.call(ctx.state.services.passkeys.FinishPasskeySignIn, request)
    except (NotSignedIn, TooMany) as refusal:
        return render_sign_in(ctx, form.text("next"), 429 if isinstance(refusal, TooMany) else 422, problems=ctx.form_problems(refusal))
    return await start_session(ctx, begun, form)


async def show(ctx: PageContext) -> Response:
    """The person's ways to sign in."""
    return await _page(ctx)


async def begin_adding(ctx: PageContext, _: Form) -> Response:
    """What the script passes to the browser, for a new passkey in this session."""
    begun: pb.BeginPasskeyRegistrationResponse = await ctx.call(
        ctx.state.services.passkeys.BeginPasskeyRegistration, pb.BeginPasskeyRegistrationRequest()
    )
    return Response(begun.options_json, media_type=_JSON)


async def add(ctx: PageContext, form: Form) -> Response:
    """Add what the browser made, and ask what the person calls it."""
    request = pb.FinishPasskeyRegistrationRequest(request_id=form.request_id, credential_json=form.text("credential"))
    try:
        added: pb.FinishPasskeyRegistrationResponse = await ctx.call(ctx.state.services.passkeys.FinishPasskeyRegistration, request)
    except NotSignedIn:
        raise
    except Refusal as refusal:
        return await _page(ctx, ctx.form_problems(refusal, {"credential_json": ""}), 422)
    return ctx.redirect(f"{_PATH}/{added.passkey_id}?done=added")


async def remove(ctx: PageContext, form: Form) -> Response:
    """Remove a passkey. One that is not there any more is removed."""
    request = pb.RemovePasskeyRequest(request_id=form.request_id, passkey_id=ctx.path_param("passkey"))
    try:
        await ctx.call(ctx.state.services.passkeys.RemovePasskey, request)
    except NotFound:
        return ctx.redirect(_PATH)
    return ctx.redirect(f"{_PATH}?done=removed")


async def _page(ctx: PageContext, problems: "list[FormProblem] | None" = None, code: int = 200) -> Response:
    person: identity.GetPersonResponse = await ctx.call(
        ctx.state.services.identity.GetPerson, identity.GetPersonRequest(person_id=ctx.person_id)
    )
    passkeys = await _list(ctx)
    done = ctx.query_param("done")
    return ctx.render_with_passkeys(
        "ways_to_sign_in",
        code,
        problems=problems or [],
        person=person.person,
        passkeys=passkeys,
        is_full=len(passkeys) >= _MOST,
        done=done if done in {"renamed", "removed"} else "",
    )


async def _list(ctx: PageContext) -> list[PasskeyView]:
    response: pb.GetPasskeysResponse = await ctx.call(ctx.state.services.passkeys.GetPasskeys, pb.GetPasskeysRequest())
    return [_view(ctx, passkey) for passkey in response.passkeys]


def _view(ctx: PageContext, passkey: pb.Passkey) -> PasskeyView:
    added = format_date_only(ctx.local_day(utc_datetime(passkey.added_at)))
    return PasskeyView(
        passkey.passkey_id,
        passkey.name or str(ctx.say("passkeys.unnamed", day=added)),
        added,
        ctx.format_moment(utc_datetime(passkey.last_used_at)) if passkey.HasField("last_used_at") else "",
        passkey.synced,
    )


async def _rename_values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    passkey = next((entry for entry in await _list(ctx) if entry.id == ctx.path_param("passkey")), None)
    if passkey is None:
        raise NotFound("PASSKEY_UNKNOWN")
    is_new = ctx.query_param("done") == "added"
    return {"passkey": passkey, "added": is_new, "fields": {"name": fields["name"] or ("" if is_new else passkey.name)}}


async def _rename(ctx: PageContext, fields: Fields, request_id: str) -> str:
    request = pb.RenamePasskeyRequest(request_id=request_id, passkey_id=ctx.path_param("passkey"), name=fields["name"])
    await ctx.call(ctx.state.services.passkeys.RenamePasskey, request)
    return f"{_PATH}?done=renamed"


RENAME = FormPage(
    "passkey-rename",
    "passkey",
    _rename_values,
    _rename,
    fields=("name",),
    input_by_field={"name": "name"},
)
