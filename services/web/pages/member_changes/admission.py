"""Admitting somebody the co-op knows already: the founder, an applicant, a member who comes back."""

from services.web.page_context import FormProblem, PageContext
from services.web.pages.form_page import Fields
from services.web.pages.member_changes.member_change import (
    Subject,
    class_options,
    class_problems,
    class_row,
    day_problems,
    member_change,
)
from services.web.pages.new_member import NewMember, admit_person


def _start(ctx: PageContext, subject: Subject) -> dict[str, str]:
    name = (subject.member.register_name if subject.member else "") or subject.person.full_name
    address = subject.member.register_address if subject.member else ""
    return {"admitted_on": ctx.local_day().isoformat(), "register_name": name, "register_address": address}


def _problems(ctx: PageContext, _: Subject, fields: Fields) -> list[FormProblem]:
    problems = class_problems(ctx, fields) + day_problems(ctx, fields, "admitted_on")
    return problems if fields["register_name"] else [*problems, ctx.refusal_problem("register_name", "NAME_MISSING")]


def _rows(ctx: PageContext, subject: Subject, fields: Fields) -> list[tuple[str, object]]:
    return [
        ("members.class", class_row(ctx, subject, fields)),
        ("member_new.admitted_on", ctx.format_day(fields["admitted_on"])),
        ("change.register_name", fields["register_name"]),
        ("member_new.address", fields["register_address"] or ctx.say("member.nothing")),
    ]


async def _send(ctx: PageContext, subject: Subject, fields: Fields, request_id: str) -> None:
    entry = NewMember(fields["member_class"], fields["admitted_on"], fields["register_name"], fields["register_address"])
    await admit_person(ctx, subject.person.person_id, entry, request_id)


ADMIT = member_change(
    "admit",
    ("member_class", "admitted_on", "register_name", "register_address"),
    start=_start,
    options=lambda ctx, subject: {"classes": class_options(subject), "days": ctx.day_choices(0)},
    problems=_problems,
    rows=_rows,
    send=_send,
    is_offered=lambda subject: not subject.is_member,
)
