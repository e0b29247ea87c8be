"""Correcting somebody's particulars: name and contact details at identity, name and address in the legal register at membership."""

from uuid import UUID, uuid5

from kith.identity.v1 import identity_pb2 as identity
from kith.membership.v1 import membership_pb2 as membership
from services.web.page_context import FormProblem, PageContext
from services.web.pages.form_page import Fields, version_of
from services.web.pages.member_changes.member_change import PARTICULARS, REGISTER_ENTRY, Subject, member_change

_LABELS = {
    "full_name": "member_new.full_name",
    "called": "member.called",
    "email": "member.email",
    "phone": "member.phone",
    "register_name": "change.register_name",
    "register_address": "member_new.address",
}


def _changed(subject: Subject, fields: Fields) -> list[str]:
    """The fields whose value is another than now."""
    values = subject.particulars()
    names = (*PARTICULARS, *REGISTER_ENTRY) if subject.member else PARTICULARS
    return [name for name in names if fields[name] != values[name]]


def _problems(ctx: PageContext, subject: Subject, fields: Fields) -> list[FormProblem]:
    required = ("full_name", "register_name") if subject.member else ("full_name",)
    problems = [ctx.refusal_problem(name, "NAME_MISSING") for name in required if not fields[name]]
    if not problems and not _changed(subject, fields):
        problems = [ctx.form_problem("full_name", "change.correct.nothing")]
    return problems


def _rows(ctx: PageContext, subject: Subject, fields: Fields) -> list[tuple[str, object]]:
    nothing, values = ctx.say("member.nothing"), subject.particulars()
    return [
        (_LABELS[name], ctx.say("change.correct.becomes", old=values[name] or nothing, new=fields[name] or nothing))
        for name in _changed(subject, fields)
    ]


async def _send(ctx: PageContext, subject: Subject, fields: Fields, request_id: str) -> None:
    """Two services, one after the other: what the first has taken is no longer a change when the form comes again."""
    changed, services, person_id = _changed(subject, fields), ctx.state.services, subject.person.person_id
    if {*changed} & {*PARTICULARS}:
        person = identity.CorrectPersonRequest(
            request_id=str(uuid5(UUID(request_id), "person")),
            person_id=person_id,
            version=version_of(fields, "person_version"),
            **{name: fields[name] for name in PARTICULARS},
        )
        await ctx.call(services.identity.CorrectPerson, person)
    if {*changed} & {*REGISTER_ENTRY}:
        entry = membership.CorrectRegisterEntryRequest(
            request_id=str(uuid5(UUID(request_id), "register")),
            person_id=person_id,
            version=version_of(fields),
            **{name: fields[name] for name in REGISTER_ENTRY},
        )
        await ctx.call(services.membership.CorrectRegisterEntry, entry)


CORRECT = member_change(
    "correct",
    (*PARTICULARS, *REGISTER_ENTRY),
    start=lambda _, subject: subject.particulars(),
    options=lambda _, __: {},
    problems=_problems,
    rows=_rows,
    send=_send,
    is_offered=lambda _: True,
)
