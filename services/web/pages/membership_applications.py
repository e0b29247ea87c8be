"""Applications for membership, and admitting an applicant."""

from starlette.responses import Response

from kith.membership.v1 import membership_pb2 as pb
from services.web.http.forms import Form
from services.web.localisation.refusal_messages import refusal_message
from services.web.page_context import FormProblem, PageContext, utc_datetime
from services.web.pages.member_lookup import list_member_classes

ADMIT = "application-admit"
_PAGE_SIZE = 50


async def show(ctx: PageContext) -> Response:
    """The open applications, oldest first as membership returns them."""
    return await _list_page(ctx, [])


async def admit(ctx: PageContext, form: Form) -> Response:
    """Admit an applicant as a member from today."""
    person_id = form.text("person_id")
    names = await ctx.person_names([person_id])
    admission = pb.Admission(
        person_id=person_id,
        member_class=form.text("member_class"),
        register_name=names[person_id].full,
        application_id=form.text("application_id"),
    )
    response: pb.AdmitMembersResponse = await ctx.call(
        ctx.state.services.membership.AdmitMembers, pb.AdmitMembersRequest(request_id=form.request_id, admissions=[admission])
    )
    refusal = response.members[0].refusal
    if refusal:
        return await _list_page(ctx, [FormProblem("", refusal_message(ctx.catalogue, refusal))], 422)
    return ctx.redirect(f"/members/{person_id}")


async def _list_page(ctx: PageContext, problems: list[FormProblem], code: int = 200) -> Response:
    request = pb.ListApplicationsRequest(page_size=_PAGE_SIZE, page_token=ctx.query_param("page"))
    response: pb.ListApplicationsResponse = await ctx.call(ctx.state.services.membership.ListApplications, request)
    names = await ctx.person_names(application.person_id for application in response.applications)
    class_names = {member_class.key: member_class.name for member_class in await list_member_classes(ctx)}
    return ctx.render(
        "applications",
        code,
        problems=problems,
        applications=[
            {
                "id": application.application_id,
                "person_id": application.person_id,
                "name": names[application.person_id].full,
                "member_class": application.member_class,
                "class_name": class_names.get(application.member_class, application.member_class),
                "why": application.why,
                "when": ctx.format_moment(utc_datetime(application.applied_at)),
            }
            for application in response.applications
        ],
        more=ctx.next_page(response.next_page_token),
        form=ADMIT,
    )
