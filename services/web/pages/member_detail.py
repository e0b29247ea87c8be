"""One person, for the secretary: contact details, class and standing, what can be changed, and a printed card to sign in with."""

from starlette.responses import Response

from kith.identity.v1 import identity_pb2 as identity
from services.web.drawings.qr_code import qr_code
from services.web.http.forms import Form
from services.web.page_context import PageContext, utc_datetime
from services.web.pages.hats import offices
from services.web.pages.member_changes import CHANGES
from services.web.pages.member_changes.member_change import fetch_subject

CARD, REVOKE = "member-card", "member-revoke"
_CODE_GROUP = 4


async def show(ctx: PageContext) -> Response:
    """The person and their membership over time. Reading them is audited."""
    subject = await fetch_subject(ctx)
    hats = subject.person.hats
    return ctx.render(
        "member",
        subject=subject,
        person=subject.person,
        member=subject.member,
        done=ctx.query_param("done") if ctx.query_param("done") in {change.name for change in CHANGES} else "",
        changes=[change.name for change in CHANGES if change.is_offered(subject)],
        merged_into=await _name_and_path(ctx, subject.person.merged_into),
        merged_at=utc_datetime(subject.person.merged_at),
        merged_entries=[await _name_and_path(ctx, entry) for entry in subject.person.merged_entries],
        hats=[ctx.say(f"hat.{hat}") if ctx.catalogue.has(f"hat.{hat}") else hat for hat in hats],
        offices=[(hat, hat in hats) for hat in await offices(ctx, hats)],
        standings=[
            [
                subject.class_name(standing.member_class),
                ctx.say("base.yes" if standing.may_vote else "base.no"),
                ctx.format_day(standing.from_day),
                ctx.format_day(standing.to_day) or ctx.say("members.still"),
            ]
            for standing in (subject.member.standings if subject.member else ())
        ],
    )


async def _name_and_path(ctx: PageContext, person_id: str) -> tuple[str, str] | None:
    """A person's name and page; None for no id."""
    return ((await ctx.person_names([person_id]))[person_id].full, f"/members/{person_id}") if person_id else None


async def print_card(ctx: PageContext, form: Form) -> Response:
    """A letter with a sign-in code. The code is shown only once, so the response is the letter itself and not a redirect."""
    person_id = ctx.path_param("person")
    request = identity.IssueSignInCodeRequest(
        request_id=form.request_id,
        person_id=person_id,
        kind=identity.CODE_KIND_CARD,
        through_helper=bool(form.text("through_helper")),
    )
    response: identity.IssueSignInCodeResponse = await ctx.call(ctx.state.services.identity.IssueSignInCode, request)
    names = await ctx.person_names([person_id])
    code = " ".join(response.code[at : at + _CODE_GROUP] for at in range(0, len(response.code), _CODE_GROUP))
    return ctx.render(
        "code_card",
        name=names[person_id].full,
        person_id=person_id,
        code=code,
        until=utc_datetime(response.expires_at),
        address=f"{ctx.state.co_op.public_url}/sign-in",
        qr=qr_code(f"{ctx.state.co_op.public_url}/sign-in/{response.code}", str(ctx.say("code_card.qr_label"))),
        is_local=ctx.state.co_op.is_local,
    )


async def revoke_cards(ctx: PageContext, form: Form) -> Response:
    """Revoke all sign-in codes of this person."""
    person_id = ctx.path_param("person")
    request = identity.RevokeSignInCodesRequest(request_id=form.request_id, person_id=person_id)
    await ctx.call(ctx.state.services.identity.RevokeSignInCodes, request)
    return ctx.redirect(f"/members/{person_id}")
