"""Merging two entries of one person: "this is the same person as ...". Asked on the page of the entry that is kept, then checked."""

from collections.abc import Mapping

from kith.governance.v1 import governance_pb2 as governance
from kith.identity.v1 import identity_pb2 as identity
from libs.refusals import FailedPrecondition, Invalid
from services.web import form_keeping
from services.web.page_context import PageContext, utc_datetime
from services.web.pages.form_page import Fields, FormDraft, FormPage, InvalidFormError, RedirectToPage
from services.web.pages.member_changes.member_change import MemberChange, Subject, fetch_subject
from services.web.pages.member_lookup import find_by_number

NAME = "merge"
_FIELDS = ("find", "other", "reason")
_DRAFT = FormDraft(f"member-{NAME}", (*_FIELDS, "person"))
_MOST_FOUND = 20


async def _show_ask(ctx: PageContext, filled: Fields) -> Mapping[str, object]:
    subject = await fetch_subject(ctx)
    is_wanted = ctx.request.method == "POST" or ctx.is_restored or bool(ctx.query_param("again"))
    fields = dict(filled) if is_wanted and filled["person"] == subject.person.person_id else dict.fromkeys(_FIELDS, "")
    found = await _find(ctx, subject, fields["find"]) if ctx.request.method == "POST" and fields["find"] else []
    values = {"person_version": "", "version": "", "person": subject.person.person_id}
    return {"change": NAME, "subject": subject, "fields": fields | values, "found": await _options(ctx, found) if len(found) > 1 else []}


async def _ask(ctx: PageContext, filled: Fields, _request_id: str) -> str:
    subject = await fetch_subject(ctx)
    found = await _find(ctx, subject, filled["find"]) if filled["find"] else []
    problems = [] if found else [ctx.form_problem("find", "change.merge.nobody")]
    if len(found) > 1 and filled["other"] not in found:
        problems = [ctx.form_problem("other", "change.merge.several")]
    if not filled["reason"]:
        problems.append(ctx.refusal_problem("reason", "MERGE_REASON_MISSING"))
    if problems:
        raise InvalidFormError(problems)
    other = found[0] if len(found) == 1 else filled["other"]
    await _check_votes(ctx, other)
    await form_keeping.save_draft(ctx, _DRAFT.name, dict(filled) | {"other": other})
    return f"{subject.path}/{NAME}/check"


async def _show_check(ctx: PageContext, filled: Fields) -> Mapping[str, object]:
    kept, other = await _both(ctx, filled)
    return {
        "change": NAME,
        "subject": kept,
        "other": other,
        "rows": [[label, *(_cell(ctx, subject, name) for subject in (kept, other))] for name, label in _labels(ctx).items()],
        "moves": _moves(kept, other),
        "reason": filled["reason"],
    }


async def _merge(ctx: PageContext, filled: Fields, request_id: str) -> str:
    kept, other = await _both(ctx, filled)
    await _check_votes(ctx, other.person.person_id)
    request = identity.MergePersonsRequest(
        request_id=request_id, kept_person_id=kept.person.person_id, other_person_id=other.person.person_id, reason=filled["reason"]
    )
    await ctx.call(ctx.state.services.identity.MergePersons, request)
    return f"{kept.path}?done={NAME}"


async def _both(ctx: PageContext, filled: Fields) -> tuple[Subject, Subject]:
    """The draft may be of somebody else, from another window, or not be complete."""
    kept = await fetch_subject(ctx)
    if filled["person"] != kept.person.person_id or not filled["other"] or not filled["reason"]:
        raise RedirectToPage(f"{kept.path}/{NAME}")
    return kept, await fetch_subject(ctx, filled["other"])


async def _check_votes(ctx: PageContext, other: str) -> None:
    """Raises FailedPrecondition ON_OPEN_ROLL while a vote is open in which the entry takes part."""
    request = governance.CheckMergeRequest(person_id=other)
    response: governance.CheckMergeResponse = await ctx.call(ctx.state.services.governance.CheckMerge, request)
    if response.HasField("open_roll"):
        roll = response.open_roll
        raise FailedPrecondition("ON_OPEN_ROLL", title=roll.title, closes_at=utc_datetime(roll.closes_at).isoformat())


async def _find(ctx: PageContext, subject: Subject, typed: str) -> list[str]:
    """The people with this member number or these words in their names, without the one whose page it is."""
    ids = [member.person_id for member in await find_by_number(ctx, typed)]
    try:
        request = identity.SearchPersonsRequest(text=typed, page_size=_MOST_FOUND)
        response: identity.SearchPersonsResponse = await ctx.call(ctx.state.services.identity.SearchPersons, request)
    except Invalid:
        # Too long for a name, or no words in it: then nobody is found by name.
        return [person_id for person_id in ids if person_id != subject.person.person_id]
    ids += [name.person_id for name in response.names]
    return [person_id for person_id in dict.fromkeys(ids) if person_id != subject.person.person_id]


async def _options(ctx: PageContext, found: list[str]) -> list[dict[str, object]]:
    """Each with what tells people of one name apart. Reading them is audited."""
    subjects = [await fetch_subject(ctx, person_id) for person_id in found]
    return [{"value": subject.person.person_id, "text": subject.person.full_name, "hint": _standing(ctx, subject)} for subject in subjects]


def _standing(ctx: PageContext, subject: Subject) -> object:
    if subject.person.merged_into:
        return ctx.say("member.merged_short")
    if subject.member is None or not subject.member.member_class:
        return ctx.say("member.not_now")
    return ctx.say("member.as", class_name=subject.class_name(subject.member.member_class), number=subject.member.member_number)


def _labels(ctx: PageContext) -> dict[str, object]:
    return {
        "full_name": ctx.say("member_new.full_name"),
        "standing": ctx.say("change.merge.membership"),
        "admitted_on": ctx.say("member_new.admitted_on"),
        "email": ctx.say("member.email"),
        "phone": ctx.say("member.phone"),
        "register_address": ctx.say("member_new.address"),
    }


def _cell(ctx: PageContext, subject: Subject, name: str) -> object:
    if name == "standing":
        return _standing(ctx, subject)
    if name == "admitted_on":
        return ctx.format_day(subject.member.admitted_on) if subject.member else ctx.say("member.nothing")
    return subject.particulars().get(name) or ctx.say("member.nothing")


def _moves(kept: Subject, other: Subject) -> str:
    """The message that says what happens to the memberships."""
    if not other.is_member:
        return "change.merge.then_none"
    return "change.merge.then_ends" if kept.is_member else "change.merge.then_taken_over"


_INPUTS = {"other_person_id": "find", "person_id": "find", "reason": "reason"}
_ASK = FormPage(f"member-{NAME}", f"member_changes/{NAME}", _show_ask, _ask, (*_FIELDS, "person"), draft=_DRAFT, input_by_field=_INPUTS)
_CHECK = FormPage(f"member-{NAME}-do", f"member_changes/{NAME}_check", _show_check, _merge, draft=_DRAFT, ends_draft=True, shown_again=_ASK)
MERGE = MemberChange(NAME, lambda _: True, _ASK, _CHECK)
