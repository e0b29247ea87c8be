"""What a secretary changes about a person: asked on a page of the person, checked on the next, and made after that.

The check says what follows from the change. A form carries the versions it showed, so that nobody overwrites what somebody else has
changed since.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kith.governance.v1.governance_pb2 import MemberClass
from kith.identity.v1 import identity_pb2 as identity
from kith.membership.v1 import membership_pb2 as membership
from libs.refusals import NotFound
from services.web.page_context import FormProblem, PageContext
from services.web.pages.form_page import Fields, FormDraft, FormPage, RedirectToPage, require
from services.web.pages.member_lookup import list_member_classes

_SHOWN = ("person", "person_version", "version")
"""Whom the form was shown for, and the versions it showed."""
_CHECK = "/check"
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

    def particulars(self) -> dict[str, str]:
        """Name, contact details and register entry as they are."""
        entry = {name: getattr(self.member, name) if self.member else "" for name in REGISTER_ENTRY}
        return {name: getattr(self.person, name) for name in PARTICULARS} | entry

    def shown(self) -> dict[str, str]:
        """The fields that say whom the form was shown for, in which version."""
        version = self.member.version if self.member else 0
        return {"person": self.person.person_id, "person_version": str(self.person.version), "version": str(version)}


@dataclass(frozen=True)
class MemberChange:
    """A change with its two pages. `name` is the last part of its path and selects its messages (`change.<name>.…`)."""

    name: str
    is_offered: Callable[[Subject], bool]
    ask: FormPage
    check: FormPage


async def fetch_subject(ctx: PageContext, person: str = "") -> Subject:
    """The person of the path, or this one. Reading them is audited."""
    services, person_id = ctx.state.services, person or ctx.path_param("person")
    response: identity.GetPersonResponse = await ctx.call(services.identity.GetPerson, identity.GetPersonRequest(person_id=person_id))
    try:
        entry: membership.GetMemberResponse = await ctx.call(
            services.membership.GetMember, membership.GetMemberRequest(person_id=person_id)
        )
        member: membership.Member | None = entry.member
    except NotFound:
        member = None
    return Subject(response.person, member, await list_member_classes(ctx))


def member_change(
    name: str,
    fields: tuple[str, ...],
    *,
    start: Callable[[PageContext, Subject], dict[str, str]],
    options: Callable[[PageContext, Subject], dict[str, object]],
    problems: Callable[[PageContext, Subject, Fields], list[FormProblem]],
    rows: Callable[[PageContext, Subject, Fields], list[tuple[str, object]]],
    send: Callable[[PageContext, Subject, Fields, str], Awaitable[None]],
    is_offered: Callable[[Subject], bool],
) -> MemberChange:
    """A change. `start` is what its form shows at first, `options` what it lets people choose from, `problems` what was entered wrongly.

    `rows` are the answers to check, each a message for its name and its value; `send` makes the change and takes the request id.
    """
    draft = FormDraft(f"member-{name}", (*fields, *_SHOWN))

    async def ask_values(ctx: PageContext, filled: Fields) -> Mapping[str, object]:
        subject = await fetch_subject(ctx)
        is_wanted = ctx.is_restored or bool(ctx.query_param("again"))
        is_fresh = ctx.request.method == "GET" and not (is_wanted and filled["person"] == subject.person.person_id)
        shown = dict.fromkeys(fields, "") | start(ctx, subject) if is_fresh else dict(filled)
        if is_fresh or ctx.request_path.endswith(_CHECK):
            # After a refusal the page shows what is there now, so that the change can be checked against it.
            shown |= subject.shown()
        return {"change": name, "subject": subject, "fields": shown, **options(ctx, subject)}

    async def save(ctx: PageContext, filled: Fields, _request_id: str) -> str:
        subject = await fetch_subject(ctx)
        require(problems(ctx, subject, filled))
        return f"{subject.path}/{name}{_CHECK}"

    async def checked_subject(ctx: PageContext, filled: Fields) -> Subject:
        """The draft may be of somebody else, from another window, or not be complete."""
        subject = await fetch_subject(ctx)
        if filled["person"] != subject.person.person_id or problems(ctx, subject, filled):
            raise RedirectToPage(f"{subject.path}/{name}")
        return subject

    async def check_values(ctx: PageContext, filled: Fields) -> Mapping[str, object]:
        subject = await checked_subject(ctx, filled)
        return {"change": name, "subject": subject, "rows": rows(ctx, subject, filled)}

    async def act(ctx: PageContext, filled: Fields, request_id: str) -> str:
        subject = await checked_subject(ctx, filled)
        await send(ctx, subject, filled, request_id)
        return f"{subject.path}?done={name}"

    inputs = {field: field for field in fields}
    ask = FormPage(f"member-{name}", f"member_changes/{name}", ask_values, save, draft.fields, draft=draft, input_by_field=inputs)
    check = FormPage(f"member-{name}-do", "member_changes/check", check_values, act, draft=draft, ends_draft=True, shown_again=ask)
    return MemberChange(name, is_offered, ask, check)


def class_options(subject: Subject) -> list[dict[str, object]]:
    """The classes that the person can be moved to."""
    current = subject.member.member_class if subject.member else ""
    return [
        {"value": member_class.key, "text": member_class.name, "hint": member_class.description}
        for member_class in subject.classes
        if member_class.key != current
    ]


def class_problems(ctx: PageContext, fields: Fields) -> list[FormProblem]:
    return [] if fields["member_class"] else [ctx.form_problem("member_class", "change.class.missing")]


def class_row(ctx: PageContext, subject: Subject, fields: Fields) -> object:
    """The class in words, and whether it votes."""
    votes = any(member_class.votes for member_class in subject.classes if member_class.key == fields["member_class"])
    key = "change.class.with_vote" if votes else "change.class.without_vote"
    return ctx.say(key, class_name=subject.class_name(fields["member_class"]))


def day_problems(ctx: PageContext, fields: Fields, name: str) -> list[FormProblem]:
    try:
        date.fromisoformat(fields[name])
    except ValueError:
        return [ctx.form_problem(name, "change.day_wrong")]
    return []
