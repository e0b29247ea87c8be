"""Who may vote, as the register has them: member number and full name, fetched anew each time and kept nowhere."""

from kith.governance.v1 import votes_pb2 as pb
from kith.membership.v1 import membership_pb2 as membership
from libs.boards.rows import identity_of
from services.web.visit import Visit

_PAGE = 200


async def voters(visit: Visit) -> list[pb.RowIdentity]:
    """Everybody with a vote today. The text is what a row's commitment is made of (docs/formats/federated-vote.md)."""
    numbers = await numbers_of(visit)
    names = await visit.names(numbers)
    return [pb.RowIdentity(person_id=person, identity=identity_of(number, names[person].full)) for person, number in numbers.items()]


async def numbers_of(visit: Visit) -> dict[str, str]:
    """Member numbers of everybody with a vote today, by person id."""
    numbers: dict[str, str] = {}
    token = ""
    while True:
        answer: membership.ListMembersResponse = await visit.ask(
            visit.front.services.membership.ListMembers, membership.ListMembersRequest(page_size=_PAGE, page_token=token)
        )
        numbers |= {one.person_id: one.member_number for one in answer.members if one.may_vote}
        token = answer.next_page_token
        if not token:
            return numbers
