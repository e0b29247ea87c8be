"""The person's own account: their data, applying for membership, password, hats, and signing out."""

from starlette.responses import Response

from kith.identity.v1 import identity_pb2 as identity
from kith.membership.v1 import membership_pb2 as membership
from libs.refusals import NotFound, NotSignedIn, Refusal
from services.web.http.forms import Form
from services.web.page_context import FormProblem, PageContext
from services.web.pages.member_lookup import list_member_classes

APPLY, PASSWORD = "you-apply", "you-password"


async def show(ctx: PageContext) -> Response:
    """The data that the co-op has about the person."""
    return await _account_page(ctx, {}, [])


async def apply(ctx: PageContext, form: Form) -> Response:
    """Apply for membership."""
    fields = {name: form.text(name) for name in ("member_class", "why")}
    if not fields["member_class"]:
        return await _account_page(ctx, fields, [ctx.form_problem("member_class", "you.class_missing")], 422)
    request = membership.ApplyRequest(request_id=form.request_id, **fields)
    try:
        await ctx.call(ctx.state.services.membership.Apply, request)
    except NotSignedIn:
        raise
    except Refusal as refusal:
        return await _account_page(ctx, fields, ctx.form_problems(refusal, {"member_class": "member_class", "why": "why"}), 422)
    return ctx.redirect("/you?done=asked")


async def show_password(ctx: PageContext) -> Response:
    """The form for a new password."""
    return ctx.render("password", form=PASSWORD)


async def set_password(ctx: PageContext, form: Form) -> Response:
    """Set the password as typed, with its blanks, which `Form.text` would strip."""
    request = identity.SetPasswordRequest(request_id=form.request_id, password=form.fields.get("password", ""))
    try:
        await ctx.call(ctx.state.services.identity.SetPassword, request)
    except NotSignedIn:
        raise
    except Refusal as refusal:
        return ctx.render("password", 422, problems=ctx.form_problems(refusal, {"password": "password"}), form=PASSWORD)
    return ctx.redirect("/you?done=password")


async def _account_page(ctx: PageContext, fields: dict[str, str], problems: list[FormProblem], code: int = 200) -> Response:
    services = ctx.state.services
    request = identity.GetPersonRequest(person_id=ctx.person_id)
    person: identity.GetPersonResponse = await ctx.call(services.identity.GetPerson, request)
    classes = await list_member_classes(ctx)
    class_names = {member_class.key: member_class.name for member_class in classes}
    member = await _fetch_member(ctx)
    easy = ctx.preferences.easy
    return ctx.render(
        "you",
        code,
        problems=problems,
        person=person.person,
        member=member,
        class_name=class_names.get(member.member_class, member.member_class) if member else "",
        hats=[ctx.say(f"hat.{hat}") if ctx.catalogue.has(f"hat.{hat}") else hat for hat in person.person.hats],
        classes=[
            {
                "value": member_class.key,
                "text": member_class.name,
                "hint": (easy and member_class.easy_description) or member_class.description,
            }
            for member_class in classes
        ],
        fields=fields,
        done=ctx.query_param("done") if ctx.query_param("done") in {"asked", "password"} else "",
        form=APPLY,
    )


async def _fetch_member(ctx: PageContext) -> membership.Member | None:
    """The person as a member; None when they are not a member today."""
    request = membership.GetMemberRequest(person_id=ctx.person_id)
    try:
        response: membership.GetMemberResponse = await ctx.call(ctx.state.services.membership.GetMember, request)
    except NotFound:
        return None
    return response.member if response.member.member_class else None
