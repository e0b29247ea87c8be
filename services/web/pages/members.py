"""The members, for the secretary: the list as of any day, one person, a new person, and a printed card to sign in with."""

import asyncio
from datetime import date
from uuid import UUID, uuid5

from starlette.responses import Response

from kith.governance.v1.governance_pb2 import GetRulebookRequest, GetRulebookResponse, MemberClass
from kith.identity.v1 import identity_pb2 as identity
from kith.membership.v1 import membership_pb2 as membership
from libs.refusals import Refusal
from services.web.http.forms import Form
from services.web.localisation.dates import format_date_only
from services.web.localisation.refusal_messages import refusal_message
from services.web.page_context import FormProblem, PageContext, utc_datetime
from services.web.pages.hats import OFFICES

NEW, CARD, REVOKE = "member-new", "member-card", "member-revoke"
_PAGE_SIZE = 50
_CODE_GROUP = 4
_ATTEMPTS = 20
_RETRY_SECONDS = 0.15


async def show(ctx: PageContext) -> Response:
    """The member list by member number, filtered by class and day."""
    as_of, member_class = ctx.query_param("as_of"), ctx.query_param("class")
    classes = await list_member_classes(ctx)
    problems = [] if _is_day(as_of) else [ctx.form_problem("as_of", "members.day_wrong")]
    if member_class not in {member_class.key for member_class in classes}:
        member_class = ""
    request = membership.ListMembersRequest(
        page_size=_PAGE_SIZE, page_token=ctx.query_param("page"), as_of="" if problems else as_of, member_class=member_class
    )
    response: membership.ListMembersResponse = await ctx.call(ctx.state.services.membership.ListMembers, request)
    sizes: membership.CountMembersResponse = await ctx.call(
        ctx.state.services.membership.CountMembers, membership.CountMembersRequest(as_of=request.as_of)
    )
    names = await ctx.person_names(member.person_id for member in response.members)
    class_names = {member_class.key: member_class.name for member_class in classes}
    return ctx.render(
        "members",
        problems=problems,
        members=[
            {
                "id": member.person_id,
                "number": member.member_number,
                "name": names[member.person_id].full,
                "class": class_names.get(member.member_class, member.member_class),
                "may_vote": member.may_vote,
                "since": format_date_only(date.fromisoformat(member.admitted_on)) if member.admitted_on else "",
            }
            for member in response.members
        ],
        sizes=[
            (class_names.get(member_class.member_class, member_class.member_class), member_class.members) for member_class in sizes.classes
        ],
        total=sum(member_class.members for member_class in sizes.classes),
        counted_on=sizes.as_of,
        classes=[
            {"value": "", "text": ctx.say("members.every_class")},
            *({"value": member_class.key, "text": member_class.name} for member_class in classes),
        ],
        as_of=as_of,
        member_class=member_class,
        more=f"/members?as_of={request.as_of}&class={member_class}&page={response.next_page_token}" if response.next_page_token else "",
    )


async def show_one(ctx: PageContext) -> Response:
    """One person: contact details, class and standing over time. Reading them is audited."""
    person_id = ctx.path_param("person")
    response: identity.GetPersonResponse = await ctx.call(
        ctx.state.services.identity.GetPerson, identity.GetPersonRequest(person_id=person_id)
    )
    member_response: membership.GetMemberResponse = await ctx.call(
        ctx.state.services.membership.GetMember, membership.GetMemberRequest(person_id=person_id)
    )
    class_names = {member_class.key: member_class.name for member_class in await list_member_classes(ctx)}
    member = member_response.member
    return ctx.render(
        "member",
        person=response.person,
        registered_at=utc_datetime(response.person.registered_at),
        member=member,
        class_name=class_names.get(member.member_class, member.member_class),
        hats=[ctx.say(f"hat.{hat}") if ctx.catalogue.has(f"hat.{hat}") else hat for hat in response.person.hats],
        offices=[(hat, hat in response.person.hats) for hat in OFFICES],
        standings=[
            [
                class_names.get(standing.member_class, standing.member_class),
                ctx.say("base.yes" if standing.may_vote else "base.no"),
                ctx.format_day(standing.from_day),
                ctx.format_day(standing.to_day) or ctx.say("members.still"),
            ]
            for standing in member.standings
        ],
    )


async def print_card(ctx: PageContext, form: Form) -> Response:
    """A letter with a sign-in code. The code is shown only once, so the response is the letter itself and not a redirect."""
    person_id = ctx.path_param("person")
    request = identity.IssueSignInCodeRequest(request_id=form.request_id, person_id=person_id, kind=identity.CODE_KIND_CARD)
    response: identity.IssueSignInCodeResponse = await ctx.call(ctx.state.services.identity.IssueSignInCode, request)
    names = await ctx.person_names([person_id])
    code = " ".join(response.code[at : at + _CODE_GROUP] for at in range(0, len(response.code), _CODE_GROUP))
    address = str(ctx.request.base_url).rstrip("/")
    return ctx.render(
        "code_card",
        name=names[person_id].full,
        person_id=person_id,
        code=code,
        until=utc_datetime(response.expires_at),
        address=f"{address}/sign-in",
    )


async def revoke_cards(ctx: PageContext, form: Form) -> Response:
    """Revoke all sign-in codes of this person."""
    person_id = ctx.path_param("person")
    request = identity.RevokeSignInCodesRequest(request_id=form.request_id, person_id=person_id)
    await ctx.call(ctx.state.services.identity.RevokeSignInCodes, request)
    return ctx.redirect(f"/members/{person_id}")


async def show_new(ctx: PageContext) -> Response:
    """The form for a new member."""
    return await _new_member_page(ctx, {}, [])


async def admit(ctx: PageContext, form: Form) -> Response:
    """Register the person, then admit them; submitting the form again does each only once."""
    fields = {name: form.text(name) for name in ("full_name", "called", "email", "phone", "member_class", "admitted_on", "address")}
    try:
        person_id, problems = await _register(ctx, fields, form.request_id)
        problems = problems or await _admit(ctx, fields, person_id, form.request_id)
    except Refusal as refusal:
        problems = ctx.form_problems(refusal, _INPUT_BY_FIELD)
        person_id = ""
    return await _new_member_page(ctx, fields, problems, 422) if problems else ctx.redirect(f"/members/{person_id}")


_INPUT_BY_FIELD = {"name": "full_name", "register_name": "full_name", "register_address": "address"}


async def _register(ctx: PageContext, fields: dict[str, str], request_id: str) -> tuple[str, list[FormProblem]]:
    person = identity.NewPerson(full_name=fields["full_name"], called=fields["called"], email=fields["email"], phone=fields["phone"])
    response: identity.RegisterPersonsResponse = await ctx.call(
        ctx.state.services.identity.RegisterPersons, identity.RegisterPersonsRequest(request_id=request_id, persons=[person])
    )
    row = response.persons[0]
    # A person who is registered already can still be admitted: the refusal contains their id.
    return row.person_id, [] if row.person_id else [_refused_row_problem(ctx, row.field, row.refusal)]


async def _admit(ctx: PageContext, fields: dict[str, str], person_id: str, request_id: str) -> list[FormProblem]:
    """Membership learns of a new person a moment after identity has registered them: until then the call is retried."""
    admission = membership.Admission(
        person_id=person_id,
        member_class=fields["member_class"],
        admitted_on=fields["admitted_on"],
        register_name=fields["full_name"],
        register_address=fields["address"],
    )
    row = membership.Admitted()
    for attempt in range(_ATTEMPTS):
        # A refused row is a response too, and a repeated request_id would only return it again.
        request = membership.AdmitMembersRequest(request_id=str(uuid5(UUID(request_id), str(attempt))), admissions=[admission])
        response: membership.AdmitMembersResponse = await ctx.call(ctx.state.services.membership.AdmitMembers, request)
        row = response.members[0]
        if row.refusal != "PERSON_NOT_KNOWN_YET":
            break
        await asyncio.sleep(_RETRY_SECONDS)
    return [_refused_row_problem(ctx, row.field, row.refusal)] if row.refusal else []


def _refused_row_problem(ctx: PageContext, field: str, reason: str) -> FormProblem:
    return FormProblem(_INPUT_BY_FIELD.get(field, field), refusal_message(ctx.catalogue, reason))


async def _new_member_page(ctx: PageContext, fields: dict[str, str], problems: list[FormProblem], code: int = 200) -> Response:
    classes = [{"value": member_class.key, "text": member_class.name} for member_class in await list_member_classes(ctx)]
    return ctx.render("member_new", code, problems=problems, fields=fields, classes=classes, form=NEW)


async def list_member_classes(ctx: PageContext) -> list[MemberClass]:
    """The classes of the rulebook in force."""
    rules: GetRulebookResponse = await ctx.call(ctx.state.services.governance.GetRulebook, GetRulebookRequest())
    return list(rules.classes)


def _is_day(text: str) -> bool:
    try:
        return not text or bool(date.fromisoformat(text))
    except ValueError:
        return False
