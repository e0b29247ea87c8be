"""People who asked to join, and admitting one of them."""

from starlette.responses import Response

from kith.membership.v1 import membership_pb2 as pb
from services.web.door.forms import Form
from services.web.pages.members import classes_of
from services.web.visit import Problem, Visit, utc
from services.web.words.refusals import sentence

ADMIT = "application-admit"
_PAGE = 50


async def show(visit: Visit) -> Response:
    """The open ones, oldest first as membership gives them."""
    return await _list(visit, [])


async def admit(visit: Visit, form: Form) -> Response:
    """They are a member from today on."""
    person_id = form.text("person_id")
    names = await visit.names([person_id])
    admission = pb.Admission(
        person_id=person_id,
        member_class=form.text("member_class"),
        register_name=names[person_id].full,
        application_id=form.text("application_id"),
    )
    answer: pb.AdmitMembersResponse = await visit.ask(
        visit.front.services.membership.AdmitMembers, pb.AdmitMembersRequest(request_id=form.request_id, admissions=[admission])
    )
    refusal = answer.members[0].refusal
    if refusal:
        return await _list(visit, [Problem("", sentence(visit.words, refusal))], 422)
    return visit.go(f"/members/{person_id}")


async def _list(visit: Visit, problems: list[Problem], code: int = 200) -> Response:
    request = pb.ListApplicationsRequest(page_size=_PAGE, page_token=visit.query("page"))
    answer: pb.ListApplicationsResponse = await visit.ask(visit.front.services.membership.ListApplications, request)
    names = await visit.names(one.person_id for one in answer.applications)
    said = {one.key: one.name for one in await classes_of(visit)}
    return visit.page(
        "applications",
        code,
        problems=problems,
        applications=[
            {
                "id": one.application_id,
                "person_id": one.person_id,
                "name": names[one.person_id].full,
                "member_class": one.member_class,
                "class_name": said.get(one.member_class, one.member_class),
                "why": one.why,
                "when": visit.moment(utc(one.applied_at)),
            }
            for one in answer.applications
        ],
        more=f"/applications?page={answer.next_page_token}" if answer.next_page_token else "",
        form=ADMIT,
    )
