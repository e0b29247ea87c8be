"""Adding a member: registers the person at identity, and admits them at membership."""

import asyncio
from dataclasses import dataclass
from uuid import UUID, uuid5

from starlette.responses import Response

from kith.identity.v1 import identity_pb2 as identity
from kith.membership.v1 import membership_pb2 as membership
from libs.refusals import Refusal
from services.web.http.forms import Form
from services.web.localisation.refusal_messages import refusal_message
from services.web.page_context import FormProblem, PageContext
from services.web.pages.member_lookup import list_member_classes

NEW = "member-new"
_FIELDS = ("full_name", "called", "email", "phone", "member_class", "admitted_on", "address")
_INPUT_BY_FIELD = {"name": "full_name", "register_name": "full_name", "register_address": "address"}
_ATTEMPTS = 20
_RETRY_SECONDS = 0.15


@dataclass(frozen=True)
class NewMember:
    """In which class somebody becomes a member, from which day, and how the register shows them."""

    member_class: str
    admitted_on: str
    register_name: str
    register_address: str


async def show(ctx: PageContext) -> Response:
    """The form for a new member."""
    return await _form_page(ctx, {"admitted_on": ctx.local_day().isoformat()}, [])


async def admit(ctx: PageContext, form: Form) -> Response:
    """Register the person, then admit them; submitting the form again does each only once."""
    fields = {name: form.text(name) for name in _FIELDS}
    try:
        person_id, problems = await _register(ctx, fields, form.request_id)
        entry = NewMember(fields["member_class"], fields["admitted_on"], fields["full_name"], fields["address"])
        problems = problems or [
            FormProblem(_INPUT_BY_FIELD.get(problem.field, problem.field), problem.text)
            for problem in await admit_person(ctx, person_id, entry, form.request_id)
        ]
    except Refusal as refusal:
        problems = ctx.form_problems(refusal, _INPUT_BY_FIELD)
        person_id = ""
    return await _form_page(ctx, fields, problems, 422) if problems else ctx.redirect(f"/members/{person_id}")


async def admit_person(ctx: PageContext, person_id: str, entry: NewMember, request_id: str) -> list[FormProblem]:
    """Admit a person. Membership learns of a new person a moment after identity has registered them: until then the call is retried."""
    admission = membership.Admission(
        person_id=person_id,
        member_class=entry.member_class,
        admitted_on=entry.admitted_on,
        register_name=entry.register_name,
        register_address=entry.register_address,
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
    return [FormProblem(row.field, refusal_message(ctx.catalogue, row.refusal))] if row.refusal else []


async def _register(ctx: PageContext, fields: dict[str, str], request_id: str) -> tuple[str, list[FormProblem]]:
    person = identity.NewPerson(full_name=fields["full_name"], called=fields["called"], email=fields["email"], phone=fields["phone"])
    response: identity.RegisterPersonsResponse = await ctx.call(
        ctx.state.services.identity.RegisterPersons, identity.RegisterPersonsRequest(request_id=request_id, persons=[person])
    )
    row = response.persons[0]
    # A person who is registered already can still be admitted: the refusal contains their id.
    return row.person_id, [] if row.person_id else [
        FormProblem(_INPUT_BY_FIELD.get(row.field, row.field), refusal_message(ctx.catalogue, row.refusal))
    ]


async def _form_page(ctx: PageContext, fields: dict[str, str], problems: list[FormProblem], code: int = 200) -> Response:
    classes = [{"value": member_class.key, "text": member_class.name} for member_class in await list_member_classes(ctx)]
    return ctx.render("member_new", code, problems=problems, fields=fields, classes=classes, days=ctx.day_choices(0), form=NEW)
