"""Looks people up in a running co-op's register, as its secretary."""

from collections.abc import AsyncIterator
from uuid import UUID

from kith.identity.v1 import identity_pb2 as identity
from kith.membership.v1 import membership_pb2 as membership
from libs.refusals import Invalid
from libs.rpc.client import call_service
from scripts.cli.connection import Connection
from scripts.cli.console import CommandError, ExitCode

_PAGE_SIZE = 200


async def list_members(connection: Connection, as_of: str = "", member_class: str = "") -> AsyncIterator[membership.Member]:
    """Yields every member on a day, by member number."""
    token = ""
    while True:
        request = membership.ListMembersRequest(page_size=_PAGE_SIZE, page_token=token, as_of=as_of, member_class=member_class)
        response = await call_service(connection.membership.ListMembers, request, connection.secretary_token())
        for member in response.members:
            yield member
        token = response.next_page_token
        if not token:
            return


async def find_person(connection: Connection, number_or_id: str) -> UUID:
    """The person with this member number or person id. Raises CommandError."""
    if len(number_or_id) == 36:
        try:
            return UUID(number_or_id)
        except ValueError:
            pass
    try:
        request = membership.ListMembersRequest(member_number=number_or_id)
        members = (await call_service(connection.membership.ListMembers, request, connection.secretary_token())).members
    except Invalid:
        # It is not a valid member number, so nobody has it.
        members = []
    for member in members:
        return UUID(member.person_id)
    why = "Nobody has this number today."
    raise CommandError(
        f"There is no member {number_or_id}.", why, "Look it up: kith member list. Or write the person's id.", ExitCode.NOT_FOUND
    )


async def get_full_name(connection: Connection, person: UUID) -> str:
    """The person's full name; their id if identity does not know them."""
    request = identity.GetNamesRequest(person_ids=[str(person)])
    names = (await call_service(connection.identity.GetNames, request, connection.secretary_token())).names
    return names[0].full_name if names else str(person)
