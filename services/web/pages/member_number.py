"""Finding a person by the number on their paper."""

from kith.membership.v1 import membership_pb2 as membership
from libs.refusals import Invalid
from services.web.visit import Visit


async def person_of(visit: Visit, number: str) -> str:
    """Whose member number this is; empty when nobody's."""
    request = membership.ListMembersRequest(member_number=number)
    try:
        answer: membership.ListMembersResponse = await visit.ask(visit.front.services.membership.ListMembers, request)
    except Invalid:
        # No number looks like that, so nobody has it.
        return ""
    return next((str(one.person_id) for one in answer.members), "")
