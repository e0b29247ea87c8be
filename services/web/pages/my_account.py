"""The person's own account: their data, applying for membership, password, hats, and signing out."""

from collections.abc import Mapping

from kith.identity.v1 import identity_pb2 as identity
from kith.membership.v1 import membership_pb2 as membership
from libs.refusals import NotFound
from services.web.page_context import PageContext
from services.web.pages.form_page import Fields, FormPage, require
from services.web.pages.member_lookup import list_member_classes


async def _apply(ctx: PageContext, fields: Fields, request_id: str) -> str:
    require([] if fields["member_class"] else [ctx.form_problem("member_class", "you.class_missing")])
    await ctx.call(ctx.state.services.membership.Apply, membership.ApplyRequest(request_id=request_id, **fields))
    return "/you?done=asked"


async def _set_password(ctx: PageContext, fields: Fields, request_id: str) -> str:
    request = identity.SetPasswordRequest(request_id=request_id, password=fields["password"], old_password=fields["old_password"])
    await ctx.call(ctx.state.services.identity.SetPassword, request)
    return "/you?done=password"


async def _password_values(ctx: PageContext, _fields: Fields) -> Mapping[str, object]:
    request = identity.GetPersonRequest(person_id=ctx.person_id)
    response: identity.GetPersonResponse = await ctx.call(ctx.state.services.identity.GetPerson, request)
    return {"has_password": response.person.has_password}


async def _account_values(ctx: PageContext, _fields: Fields) -> Mapping[str, object]:
    services = ctx.state.services
    request = identity.GetPersonRequest(person_id=ctx.person_id)
    person: identity.GetPersonResponse = await ctx.call(services.identity.GetPerson, request)
    classes = await list_member_classes(ctx)
    class_names = {member_class.key: member_class.name for member_class in classes}
    member = await _fetch_member(ctx)
    easy = ctx.preferences.easy
    return {
        "person": person.person,
        "member": member,
        "class_name": class_names.get(member.member_class, member.member_class) if member else "",
        "hats": [ctx.say(f"hat.{hat}") if ctx.catalogue.has(f"hat.{hat}") else hat for hat in person.person.hats],
        "classes": [
            {
                "value": member_class.key,
                "text": member_class.name,
                "hint": (easy and member_class.easy_description) or member_class.description,
            }
            for member_class in classes
        ],
        "done": ctx.query_param("done") if ctx.query_param("done") in {"asked", "password"} else "",
    }


async def _fetch_member(ctx: PageContext) -> membership.Member | None:
    """The person as a member; None when they are not a member today."""
    request = membership.GetMemberRequest(person_id=ctx.person_id)
    try:
        response: membership.GetMemberResponse = await ctx.call(ctx.state.services.membership.GetMember, request)
    except NotFound:
        return None
    return response.member if response.member.member_class else None


ACCOUNT = FormPage(
    "you-apply",
    "you",
    _account_values,
    _apply,
    fields=("member_class", "why"),
    input_by_field={"member_class": "member_class", "why": "why"},
)
PASSWORD = FormPage(
    "you-password",
    "password",
    _password_values,
    _set_password,
    unstripped=("password", "old_password"),
    input_by_field={"password": "password", "old_password": "old_password"},
)
