"""Ending a membership: why, and which day is the last."""

from kith.membership.v1 import membership_pb2 as membership
from services.web.page_context import FormProblem, PageContext
from services.web.pages.form_page import Fields, version_of
from services.web.pages.member_changes.member_change import Subject, day_problems, member_change

REASONS = ("left", "died", "support_ended", "expelled")


def _problems(ctx: PageContext, _: Subject, fields: Fields) -> list[FormProblem]:
    problems = day_problems(ctx, fields, "on")
    return problems if fields["reason"] in REASONS else [ctx.form_problem("reason", "change.end.reason_missing"), *problems]


def _rows(ctx: PageContext, _: Subject, fields: Fields) -> list[tuple[str, object]]:
    return [("change.end.reason", ctx.say(f"end_reason.{fields['reason']}")), ("change.end.on", ctx.format_day(fields["on"]))]


async def _send(ctx: PageContext, subject: Subject, fields: Fields, request_id: str) -> None:
    request = membership.EndMembershipRequest(
        request_id=request_id,
        person_id=subject.person.person_id,
        on=fields["on"],
        reason=fields["reason"],
        version=version_of(fields),
    )
    await ctx.call(ctx.state.services.membership.EndMembership, request)


END = member_change(
    "end",
    ("reason", "on"),
    start=lambda ctx, _: {"on": ctx.local_day().isoformat()},
    options=lambda ctx, _: {
        "reasons": [{"value": reason, "text": ctx.say(f"end_reason.{reason}"), "hint": ""} for reason in REASONS],
        "days": ctx.day_choices(0, 1),
    },
    problems=_problems,
    rows=_rows,
    send=_send,
    is_offered=lambda subject: subject.is_member,
)
