"""What a secretary changes about a person: admit them, change their class, end their membership, correct their particulars.

Each is asked on a page of the person, checked on the next, and made after that. The pages show what follows from it. A form carries the
versions it showed, so that nobody overwrites what somebody else has changed since.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from starlette.responses import Response

from kith.governance.v1.governance_pb2 import MemberClass
from kith.identity.v1 import identity_pb2 as identity
from kith.membership.v1 import membership_pb2 as membership
from libs.refusals import NotFound, NotSignedIn, Refusal
from services.web.http.forms import Form
from services.web.page import Access, Page
from services.web.page_context import FormProblem, PageContext
from services.web.pages.member_lookup import list_member_classes

_VERSIONS = ("person_version", "version")
PARTICULARS = ("full_name", "called", "email", "phone")
REGISTER_ENTRY = ("register_name", "register_address")


@dataclass(frozen=True)
class Subject:
    """The person, and their entry in the register; `member` is None for somebody who was never a member."""

    person: identity.Person
    member: membership.Member | None
    classes: Sequence[MemberClass]

    @property
    def path(self) -> str:
        return f"/members/{self.person.person_id}"

    @property
    def is_member(self) -> bool:
        """A member today."""
        return self.member is not None and bool(self.member.member_class)

    @property
    def ends(self) -> bool:
        """A member whose last day is known."""
        return self.member is not None and bool(self.member.ended_on)

    def class_name(self, key: str) -> str:
        return next((member_class.name for member_class in self.classes if member_class.key == key), key)

    def values(self) -> dict[str, str]:
        """The particulars as they are."""
        entry = {name: getattr(self.member, name) if self.member else "" for name in REGISTER_ENTRY}
        return {name: getattr(self.person, name) for name in PARTICULARS} | entry


@dataclass(frozen=True)
class MemberChange:
    """A change with its pages. `name` is the last part of its path, names its forms and selects its messages (`change.<name>.…`)."""

    name: str
    fields: tuple[str, ...]
    start: Callable[[PageContext, Subject], dict[str, str]]
    """What the form shows at first."""
    options: Callable[[PageContext, Subject], dict[str, object]]
    """What the form lets people choose from."""
    check: Callable[[PageContext, Subject, Mapping[str, str]], list[FormProblem]]
    rows: Callable[[PageContext, Subject, Mapping[str, str]], list[tuple[str, object]]]
    """What is checked: the field's name and its value in words."""
    send: Callable[[PageContext, Subject, Mapping[str, str], str], Awaitable[list[FormProblem]]]
    is_offered: Callable[[Subject], bool]


async def fetch_subject(ctx: PageContext) -> Subject:
    """The person of the path. Reading them is audited."""
    services, person_id = ctx.state.services, ctx.path_param("person")
    response: identity.GetPersonResponse = await ctx.call(services.identity.GetPerson, identity.GetPersonRequest(person_id=person_id))
    try:
        entry: membership.GetMemberResponse = await ctx.call(
            services.membership.GetMember, membership.GetMemberRequest(person_id=person_id)
        )
        member: membership.Member | None = entry.member
    except NotFound:
        member = None
    return Subject(response.person, member, await list_member_classes(ctx))


def change_pages(change: MemberChange) -> tuple[Page, Page]:
    """The page that asks, and the page on which the answers are checked."""
    path = f"/members/{{person:uuid}}/{change.name}"

    async def show(ctx: PageContext) -> Response:
        subject = await fetch_subject(ctx)
        draft = dict(await ctx.load_draft(_draft(change, subject))) if ctx.query_param("again") else {}
        return _form_page(ctx, change, subject, draft or change.start(ctx, subject), [])

    async def save(ctx: PageContext, form: Form) -> Response:
        subject = await fetch_subject(ctx)
        fields = {name: form.text(name) for name in (*change.fields, *_VERSIONS)}
        await ctx.save_draft(_draft(change, subject), fields)
        problems = change.check(ctx, subject, fields)
        return _form_page(ctx, change, subject, fields, problems, 422) if problems else ctx.redirect(f"{subject.path}/{change.name}/check")

    async def show_check(ctx: PageContext) -> Response:
        subject = await fetch_subject(ctx)
        fields = await ctx.load_draft(_draft(change, subject))
        if not fields or change.check(ctx, subject, fields):
            return ctx.redirect(f"{subject.path}/{change.name}")
        return ctx.render("member_changes/check", change=change, subject=subject, rows=change.rows(ctx, subject, fields))

    async def act(ctx: PageContext, form: Form) -> Response:
        subject = await fetch_subject(ctx)
        fields = dict(await ctx.load_draft(_draft(change, subject)))
        if not fields:
            return ctx.redirect(subject.path)
        try:
            problems = await change.send(ctx, subject, fields, form.request_id)
        except NotSignedIn:
            raise
        except Refusal as refusal:
            problems = ctx.form_problems(refusal, {name: name for name in change.fields})
        if problems:
            return _form_page(ctx, change, await fetch_subject(ctx), fields, problems, 422)
        await ctx.delete_draft(_draft(change, subject))
        return ctx.redirect(f"{subject.path}?done={change.name}")

    form = f"member-{change.name}"
    return Page(path, show, save, form, Access.SECRETARY), Page(f"{path}/check", show_check, act, f"{form}-do", Access.SECRETARY)


def class_options(subject: Subject) -> list[dict[str, object]]:
    """The classes that the person can be moved to."""
    current = subject.member.member_class if subject.member else ""
    return [
        {"value": member_class.key, "text": member_class.name, "hint": member_class.description}
        for member_class in subject.classes
        if member_class.key != current
    ]


def class_problems(ctx: PageContext, fields: Mapping[str, str]) -> list[FormProblem]:
    return [] if fields["member_class"] else [ctx.form_problem("member_class", "change.class.missing")]


def class_row(ctx: PageContext, subject: Subject, fields: Mapping[str, str]) -> object:
    """The class in words, and whether it votes."""
    votes = any(member_class.votes for member_class in subject.classes if member_class.key == fields["member_class"])
    key = "change.class.with_vote" if votes else "change.class.without_vote"
    return ctx.say(key, class_name=subject.class_name(fields["member_class"]))


def day_problems(ctx: PageContext, fields: Mapping[str, str], name: str) -> list[FormProblem]:
    try:
        date.fromisoformat(fields[name])
    except ValueError:
        return [ctx.form_problem(name, "change.day_wrong")]
    return []


def version_of(fields: Mapping[str, str], name: str) -> int:
    """The version that the form showed."""
    return int(fields[name]) if fields[name].isdecimal() else 0


def _draft(change: MemberChange, subject: Subject) -> str:
    return f"member-{change.name} {subject.person.person_id}"


def _form_page(
    ctx: PageContext, change: MemberChange, subject: Subject, fields: Mapping[str, str], problems: list[FormProblem], code: int = 200
) -> Response:
    versions = {"person_version": subject.person.version, "version": subject.member.version if subject.member else 0}
    return ctx.render(
        f"member_changes/{change.name}",
        code,
        problems=problems,
        change=change,
        subject=subject,
        fields=fields,
        versions=versions,
        **change.options(ctx, subject),
    )
