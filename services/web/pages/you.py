"""Oneself: who I am here, asking to join, my password, my hats, and the way out."""

from starlette.responses import Response

from kith.identity.v1 import identity_pb2 as identity
from kith.membership.v1 import membership_pb2 as membership
from libs.refusals import NotFound, NotSignedIn, Refusal
from services.web.door.forms import Form
from services.web.pages.members import classes_of
from services.web.visit import Problem, Visit

APPLY, PASSWORD = "you-apply", "you-password"


async def show(visit: Visit) -> Response:
    """What the co-op has about the visitor."""
    return await _you(visit, {}, [])


async def apply(visit: Visit, form: Form) -> Response:
    """Ask to join."""
    fields = {name: form.text(name) for name in ("member_class", "why")}
    if not fields["member_class"]:
        return await _you(visit, fields, [visit.problem("member_class", "you.class_missing")], 422)
    request = membership.ApplyRequest(request_id=form.request_id, **fields)
    try:
        await visit.ask(visit.front.services.membership.Apply, request)
    except NotSignedIn:
        raise
    except Refusal as refusal:
        return await _you(visit, fields, visit.problems(refusal, {"member_class": "member_class", "why": "why"}), 422)
    return visit.go("/you?done=asked")


async def show_password(visit: Visit) -> Response:
    """The one question: the new password."""
    return visit.page("password", form=PASSWORD)


async def set_password(visit: Visit, form: Form) -> Response:
    """It is taken as typed, blanks and all; the form's own trimming would change it."""
    request = identity.SetPasswordRequest(request_id=form.request_id, password=form.fields.get("password", ""))
    try:
        await visit.ask(visit.front.services.identity.SetPassword, request)
    except NotSignedIn:
        raise
    except Refusal as refusal:
        return visit.page("password", 422, problems=visit.problems(refusal, {"password": "password"}), form=PASSWORD)
    return visit.go("/you?done=password")


async def _you(visit: Visit, fields: dict[str, str], problems: list[Problem], code: int = 200) -> Response:
    services = visit.front.services
    asked = identity.GetPersonRequest(person_id=visit.person_id)
    person: identity.GetPersonResponse = await visit.ask(services.identity.GetPerson, asked)
    classes = await classes_of(visit)
    said = {one.key: one.name for one in classes}
    member = await _member(visit)
    easy = visit.comfort.easy
    return visit.page(
        "you",
        code,
        problems=problems,
        person=person.person,
        member=member,
        class_name=said.get(member.member_class, member.member_class) if member else "",
        hats=[visit.say(f"hat.{hat}") if visit.words.knows(f"hat.{hat}") else hat for hat in person.person.hats],
        classes=[{"value": one.key, "text": one.name, "hint": (easy and one.easy_description) or one.description} for one in classes],
        fields=fields,
        done=visit.query("done") if visit.query("done") in {"asked", "password"} else "",
        form=APPLY,
    )


async def _member(visit: Visit) -> membership.Member | None:
    """None for somebody who is no member today."""
    request = membership.GetMemberRequest(person_id=visit.person_id)
    try:
        answer: membership.GetMemberResponse = await visit.ask(visit.front.services.membership.GetMember, request)
    except NotFound:
        return None
    return answer.member if answer.member.member_class else None
