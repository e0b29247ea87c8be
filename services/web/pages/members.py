"""The members, for the secretary: the list as of any day, one person, a new person, and a printed card to sign in with."""

import asyncio
from datetime import date
from uuid import UUID, uuid5

from starlette.responses import Response

from kith.governance.v1.governance_pb2 import GetRulebookRequest, GetRulebookResponse, MemberClass
from kith.identity.v1 import identity_pb2 as identity
from kith.membership.v1 import membership_pb2 as membership
from libs.refusals import Refusal
from services.web.door.forms import Form
from services.web.pages.hats import OFFICES
from services.web.visit import Problem, Visit, utc
from services.web.words.dates import plain_day
from services.web.words.refusals import sentence

NEW, CARD, REVOKE = "member-new", "member-card", "member-revoke"
_PAGE = 50
_GROUP = 4
_TRIES = 20
_BETWEEN_TRIES = 0.15


async def show(visit: Visit) -> Response:
    """The list, by member number, narrowed by class and day."""
    as_of, member_class = visit.query("as_of"), visit.query("class")
    classes = await classes_of(visit)
    problems = [] if _is_day(as_of) else [visit.problem("as_of", "members.day_wrong")]
    if member_class not in {one.key for one in classes}:
        member_class = ""
    asked = membership.ListMembersRequest(
        page_size=_PAGE, page_token=visit.query("page"), as_of="" if problems else as_of, member_class=member_class
    )
    answer: membership.ListMembersResponse = await visit.ask(visit.front.services.membership.ListMembers, asked)
    sizes: membership.CountMembersResponse = await visit.ask(
        visit.front.services.membership.CountMembers, membership.CountMembersRequest(as_of=asked.as_of)
    )
    names = await visit.names(one.person_id for one in answer.members)
    said = {one.key: one.name for one in classes}
    return visit.page(
        "members",
        problems=problems,
        members=[
            {
                "id": one.person_id,
                "number": one.member_number,
                "name": names[one.person_id].full,
                "class": said.get(one.member_class, one.member_class),
                "may_vote": one.may_vote,
                "since": plain_day(date.fromisoformat(one.admitted_on)) if one.admitted_on else "",
            }
            for one in answer.members
        ],
        sizes=[(said.get(one.member_class, one.member_class), one.members) for one in sizes.classes],
        total=sum(one.members for one in sizes.classes),
        counted_on=sizes.as_of,
        classes=[{"value": "", "text": visit.say("members.every_class")}, *({"value": one.key, "text": one.name} for one in classes)],
        as_of=as_of,
        member_class=member_class,
        more=f"/members?as_of={asked.as_of}&class={member_class}&page={answer.next_page_token}" if answer.next_page_token else "",
    )


async def show_one(visit: Visit) -> Response:
    """One person: how to reach them, what they are here, since when. Reading it is written down."""
    person_id = visit.part("person")
    answer: identity.GetPersonResponse = await visit.ask(
        visit.front.services.identity.GetPerson, identity.GetPersonRequest(person_id=person_id)
    )
    found: membership.GetMemberResponse = await visit.ask(
        visit.front.services.membership.GetMember, membership.GetMemberRequest(person_id=person_id)
    )
    said = {one.key: one.name for one in await classes_of(visit)}
    member = found.member
    return visit.page(
        "member",
        person=answer.person,
        registered_at=utc(answer.person.registered_at),
        member=member,
        class_name=said.get(member.member_class, member.member_class),
        hats=[visit.say(f"hat.{hat}") if visit.words.knows(f"hat.{hat}") else hat for hat in answer.person.hats],
        offices=[(one, one in answer.person.hats) for one in OFFICES],
        standings=[
            [
                said.get(one.member_class, one.member_class),
                visit.say("base.yes" if one.may_vote else "base.no"),
                visit.day(one.from_day),
                visit.day(one.to_day) or visit.say("members.still"),
            ]
            for one in member.standings
        ],
    )


async def print_card(visit: Visit, form: Form) -> Response:
    """A letter with a code. The code is shown this one time, so the answer is the letter itself and not another page."""
    person_id = visit.part("person")
    request = identity.IssueSignInCodeRequest(request_id=form.request_id, person_id=person_id, kind=identity.CODE_KIND_CARD)
    answer: identity.IssueSignInCodeResponse = await visit.ask(visit.front.services.identity.IssueSignInCode, request)
    names = await visit.names([person_id])
    code = " ".join(answer.code[at : at + _GROUP] for at in range(0, len(answer.code), _GROUP))
    address = str(visit.request.base_url).rstrip("/")
    return visit.page(
        "code_card", name=names[person_id].full, person_id=person_id, code=code, until=utc(answer.expires_at), address=f"{address}/sign-in"
    )


async def revoke_cards(visit: Visit, form: Form) -> Response:
    """Every code of this person is worthless from now on."""
    person_id = visit.part("person")
    request = identity.RevokeSignInCodesRequest(request_id=form.request_id, person_id=person_id)
    await visit.ask(visit.front.services.identity.RevokeSignInCodes, request)
    return visit.go(f"/members/{person_id}")


async def show_new(visit: Visit) -> Response:
    """The form for somebody new."""
    return await _new(visit, {}, [])


async def admit(visit: Visit, form: Form) -> Response:
    """Register the person, then admit them; a repeat of the form does each once."""
    fields = {name: form.text(name) for name in ("full_name", "called", "email", "phone", "member_class", "admitted_on", "address")}
    try:
        person_id, problems = await _register(visit, fields, form.request_id)
        problems = problems or await _admit(visit, fields, person_id, form.request_id)
    except Refusal as refusal:
        problems = visit.problems(refusal, _INPUTS)
        person_id = ""
    return await _new(visit, fields, problems, 422) if problems else visit.go(f"/members/{person_id}")


_INPUTS = {"name": "full_name", "register_name": "full_name", "register_address": "address"}


async def _register(visit: Visit, fields: dict[str, str], request_id: str) -> tuple[str, list[Problem]]:
    person = identity.NewPerson(full_name=fields["full_name"], called=fields["called"], email=fields["email"], phone=fields["phone"])
    answer: identity.RegisterPersonsResponse = await visit.ask(
        visit.front.services.identity.RegisterPersons, identity.RegisterPersonsRequest(request_id=request_id, persons=[person])
    )
    row = answer.persons[0]
    # Somebody known already can still be admitted: their id comes with the refusal.
    return row.person_id, [] if row.person_id else [_row_problem(visit, row.field, row.refusal)]


async def _admit(visit: Visit, fields: dict[str, str], person_id: str, request_id: str) -> list[Problem]:
    """Membership hears of a new person a moment after identity has registered them: until then it is asked again."""
    admission = membership.Admission(
        person_id=person_id,
        member_class=fields["member_class"],
        admitted_on=fields["admitted_on"],
        register_name=fields["full_name"],
        register_address=fields["address"],
    )
    row = membership.Admitted()
    for attempt in range(_TRIES):
        # A refused row is an answer, and a repeated request_id would only bring it again.
        request = membership.AdmitMembersRequest(request_id=str(uuid5(UUID(request_id), str(attempt))), admissions=[admission])
        answer: membership.AdmitMembersResponse = await visit.ask(visit.front.services.membership.AdmitMembers, request)
        row = answer.members[0]
        if row.refusal != "PERSON_NOT_KNOWN_YET":
            break
        await asyncio.sleep(_BETWEEN_TRIES)
    return [_row_problem(visit, row.field, row.refusal)] if row.refusal else []


def _row_problem(visit: Visit, field: str, reason: str) -> Problem:
    return Problem(_INPUTS.get(field, field), sentence(visit.words, reason))


async def _new(visit: Visit, fields: dict[str, str], problems: list[Problem], code: int = 200) -> Response:
    classes = [{"value": one.key, "text": one.name} for one in await classes_of(visit)]
    return visit.page("member_new", code, problems=problems, fields=fields, classes=classes, form=NEW)


async def classes_of(visit: Visit) -> list[MemberClass]:
    """The classes of the rulebook in force."""
    rules: GetRulebookResponse = await visit.ask(visit.front.services.governance.GetRulebook, GetRulebookRequest())
    return list(rules.classes)


def _is_day(text: str) -> bool:
    try:
        return not text or bool(date.fromisoformat(text))
    except ValueError:
        return False
