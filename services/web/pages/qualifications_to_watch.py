"""For the secretary: which papers are to be looked at, which expire next, and deciding on one with its evidence beside it."""

from collections.abc import Mapping

from starlette.responses import Response

from kith.identity.v1 import credentials_pb2 as pb
from kith.identity.v1.enums import CredentialState
from services.web.page_context import PageContext
from services.web.pages.form_page import Fields, FormPage, require, version_of
from services.web.pages.qualification_view import credential_view, fetch_kinds

_PAGE_SIZE = 100
_DECISIONS = ("verify", "reject", "revoke")


async def show(ctx: PageContext) -> Response:
    """All that are to be verified, and those that expire next. Reading them is audited."""
    kinds = await fetch_kinds(ctx)
    watched = ctx.state.services.credentials.ListWatchedCredentials
    claimed_request = pb.ListWatchedCredentialsRequest(watched=pb.WATCHED_CREDENTIALS_CLAIMED, page_size=_PAGE_SIZE)
    due_request = pb.ListWatchedCredentialsRequest(
        watched=pb.WATCHED_CREDENTIALS_DUE, page_size=_PAGE_SIZE, page_token=ctx.query_param("page")
    )
    claimed: pb.ListWatchedCredentialsResponse = await ctx.call(watched, claimed_request)
    due: pb.ListWatchedCredentialsResponse = await ctx.call(watched, due_request)
    names = await ctx.person_names(credential.person_id for credential in (*claimed.credentials, *due.credentials))
    return ctx.render(
        "qualifications/to_watch",
        claimed=[(credential_view(ctx, kinds, credential), names[credential.person_id].full) for credential in claimed.credentials],
        due=[(credential_view(ctx, kinds, credential), names[credential.person_id].full) for credential in due.credentials],
        more=ctx.next_page(due.next_page_token),
        done=ctx.query_param("done") if ctx.query_param("done") in _DECISIONS else "",
    )


async def _values(ctx: PageContext, _fields: Fields) -> Mapping[str, object]:
    request = pb.GetCredentialRequest(credential_id=ctx.path_param("credential"))
    response: pb.GetCredentialResponse = await ctx.call(ctx.state.services.credentials.GetCredential, request)
    credential = credential_view(ctx, await fetch_kinds(ctx), response.credential)
    others = [response.credential.added_by, response.credential.verified_by]
    names = await ctx.person_names([credential.person_id, *others])
    return {
        "credential": credential,
        "name": names[credential.person_id].full,
        "added_by": names[response.credential.added_by].full,
        "verified_by": names[response.credential.verified_by].full if response.credential.verified_by else "",
        "is_own": credential.person_id == ctx.person_id,
        "is_claimed": credential.state is CredentialState.CLAIMED,
        "is_verified": credential.state is CredentialState.VERIFIED,
    }


async def _decide(ctx: PageContext, fields: Fields, request_id: str) -> str:
    decision, reason = fields["decision"], fields["reason"]
    require([] if decision in _DECISIONS else [ctx.form_problem("decision", "qualifications.decision_missing")])
    require([ctx.form_problem("reason", "refusal.REASON_MISSING")] if decision != "verify" and not reason else [])
    services, credential_id = ctx.state.services.credentials, ctx.path_param("credential")
    version = version_of(fields)
    if decision == "verify":
        verify = pb.VerifyCredentialRequest(request_id=request_id, credential_id=credential_id, version=version)
        await ctx.call(services.VerifyCredential, verify)
    elif decision == "reject":
        reject = pb.RejectCredentialRequest(request_id=request_id, credential_id=credential_id, version=version, reason=reason)
        await ctx.call(services.RejectCredential, reject)
    else:
        revoke = pb.RevokeCredentialRequest(request_id=request_id, credential_id=credential_id, version=version, reason=reason)
        await ctx.call(services.RevokeCredential, revoke)
    return f"/qualifications?done={decision}"


DECIDE = FormPage(
    "qualification-decide",
    "qualifications/decide",
    _values,
    _decide,
    fields=("decision", "reason", "version"),
    input_by_field={"reason": "reason"},
)
