"""Moving a member to another class from a day on."""

from kith.membership.v1 import membership_pb2 as membership
from services.web.page_context import FormProblem, PageContext
from services.web.pages.form_page import Fields, version_of
from services.web.pages.member_changes.member_change import (
    Subject,
    class_options,
    class_problems,
    class_row,
    day_problems,
    member_change,
)


def _problems(ctx: PageContext, _: Subject, fields: Fields) -> list[FormProblem]:
    return class_problems(ctx, fields) + day_problems(ctx, fields, "from_day")


def _rows(ctx: PageContext, subject: Subject, fields: Fields) -> list[tuple[str, object]]:
    return [("change.class.new", class_row(ctx, subject, fields)), ("change.class.from_day", ctx.format_day(fields["from_day"]))]


async def _send(ctx: PageContext, subject: Subject, fields: Fields, request_id: str) -> None:
    request = membership.ChangeClassRequest(
        request_id=request_id,
        person_id=subject.person.person_id,
        member_class=fields["member_class"],
        from_day=fields["from_day"],
        version=version_of(fields),
    )
    await ctx.call(ctx.state.services.membership.ChangeClass, request)


CHANGE_CLASS = member_change(
    "class",
    ("member_class", "from_day"),
    start=lambda ctx, _: {"from_day": ctx.local_day().isoformat()},
    options=lambda ctx, subject: {"classes": class_options(subject), "days": ctx.day_choices(0, 1)},
    problems=_problems,
    rows=_rows,
    send=_send,
    is_offered=lambda subject: subject.is_member and not subject.ends,
)
