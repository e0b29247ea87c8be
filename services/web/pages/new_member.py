"""Adding a member: registers the person at identity, and admits them at membership."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid5

from kith.identity.v1 import identity_pb2 as identity
from kith.membership.v1 import membership_pb2 as membership
from libs.refusals import invalid
from services.web.http import forms
from services.web.page_context import PageContext
from services.web.pages.form_page import Fields, FormPage
from services.web.pages.member_lookup import list_member_classes


@dataclass(frozen=True)
class NewMember:
    """In which class somebody becomes a member, from which day, and how the register shows them."""

    member_class: str
    admitted_on: str
    register_name: str
    register_address: str


async def admit_person(ctx: PageContext, person_id: str, entry: NewMember, request_id: str) -> None:
    """Raises Invalid with the field and the reason of a refused row."""
    admission = membership.Admission(
        person_id=person_id,
        member_class=entry.member_class,
        admitted_on=entry.admitted_on,
        register_name=entry.register_name,
        register_address=entry.register_address,
    )
    request = membership.AdmitMembersRequest(request_id=request_id, admissions=[admission])
    response: membership.AdmitMembersResponse = await ctx.call(ctx.state.services.membership.AdmitMembers, request)
    row = response.members[0]
    if row.refusal:
        raise invalid(row.field, row.refusal)


async def _values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    classes = [{"value": member_class.key, "text": member_class.name} for member_class in await list_member_classes(ctx)]
    suggested = {
        "admitted_on": fields["admitted_on"] or ctx.local_day().isoformat(),
        "registration": fields["registration"] or forms.new_request_id(),
    }
    return {"fields": {**fields, **suggested}, "classes": classes, "days": ctx.day_choices(0)}


async def _admit(ctx: PageContext, fields: Fields, request_id: str) -> str:
    """Register the person, then admit them; submitting the form again does each only once."""
    person_id = await register_person(ctx, fields)
    entry = NewMember(fields["member_class"], fields["admitted_on"], fields["full_name"], fields["address"])
    await admit_person(ctx, person_id, entry, request_id)
    return f"/members/{person_id}"


async def register_person(ctx: PageContext, fields: Fields) -> str:
    """Who was registered, also by an earlier attempt: if only the admission was refused, the form sent again means the same person."""
    person = identity.NewPerson(full_name=fields["full_name"], called=fields["called"], email=fields["email"], phone=fields["phone"])
    request_id = str(uuid5(_registration(fields), person.SerializeToString(deterministic=True).hex()))
    response: identity.RegisterPersonsResponse = await ctx.call(
        ctx.state.services.identity.RegisterPersons, identity.RegisterPersonsRequest(request_id=request_id, persons=[person])
    )
    row = response.persons[0]
    # A person who is registered already can still be admitted: the refusal contains their id.
    if not row.person_id:
        raise invalid(row.field, row.refusal)
    return row.person_id


def _registration(fields: Fields) -> UUID:
    try:
        return UUID(fields["registration"])
    except ValueError as error:
        raise invalid("registration", "ID_MALFORMED") from error


_FIELDS = ("registration", "full_name", "called", "email", "phone", "member_class", "admitted_on", "address")
NEW = FormPage(
    "member-new",
    "member_new",
    _values,
    _admit,
    fields=_FIELDS,
    input_by_field={name: name for name in _FIELDS} | {"name": "full_name", "register_name": "full_name", "register_address": "address"},
)
