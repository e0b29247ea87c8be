"""Looking people up in a running co-op's register, as its secretary."""

from collections.abc import AsyncIterator
from uuid import UUID

from kith.identity.v1 import identity_pb2 as identity
from kith.membership.v1 import membership_pb2 as membership
from libs.refusals import Invalid
from libs.rpc.client import ask
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.door import Door

_PAGE = 200


async def members(door: Door, as_of: str = "", member_class: str = "") -> AsyncIterator[membership.Member]:
    """Every member on a day, by member number."""
    token = ""
    while True:
        asked = membership.ListMembersRequest(page_size=_PAGE, page_token=token, as_of=as_of, member_class=member_class)
        answer = await ask(door.membership.ListMembers, asked, door.secretary())
        for one in answer.members:
            yield one
        token = answer.next_page_token
        if not token:
            return


async def person_of(door: Door, said: str) -> UUID:
    """The person with this member number or person id. Raises CommandError."""
    if len(said) == 36:
        try:
            return UUID(said)
        except ValueError:
            pass
    try:
        asked = membership.ListMembersRequest(member_number=said)
        found = (await ask(door.membership.ListMembers, asked, door.secretary())).members
    except Invalid:
        # No number looks like that, so nobody has it.
        found = []
    for one in found:
        return UUID(one.person_id)
    why = "Nobody has this number today."
    raise CommandError(f"There is no member {said}.", why, "Look it up: kith member list. Or write the person's id.", ExitCode.NOT_FOUND)


async def name_of(door: Door, person: UUID) -> str:
    """The person's full name; their id when identity does not know them."""
    asked = identity.GetNamesRequest(person_ids=[str(person)])
    names = (await ask(door.identity.GetNames, asked, door.secretary())).names
    return names[0].full_name if names else str(person)
