"""Looks up people in a running co-op's register and decisions in its log, as its secretary."""

from collections.abc import Iterable
from uuid import UUID

from kith.governance.v1 import governance_pb2 as governance
from kith.identity.v1 import identity_pb2 as identity
from kith.membership.v1 import membership_pb2 as membership
from libs.refusals import Invalid
from libs.rpc.client import LARGEST_PAGE
from scripts.cli.connection import Connection
from scripts.cli.console import CommandError, ExitCode


async def list_members(co_op: Connection, as_of: str = "", member_class: str = "") -> list[membership.Member]:
    """Every member on a day, by member number."""
    request = membership.ListMembersRequest(as_of=as_of, member_class=member_class)
    return await co_op.list_as_secretary(co_op.membership.ListMembers, request, lambda page: page.members)


async def find_person(co_op: Connection, number_or_id: str) -> UUID:
    """The person with this member number or person id. Raises CommandError."""
    if len(number_or_id) == 36:
        try:
            return UUID(number_or_id)
        except ValueError:
            pass
    try:
        request = membership.ListMembersRequest(member_number=number_or_id)
        members = (await co_op.as_secretary(co_op.membership.ListMembers, request)).members
    except Invalid:
        # It is not a valid member number, so nobody has it.
        members = []
    for member in members:
        return UUID(member.person_id)
    why = "Nobody has this number today."
    fix = "Look it up: kith member list. Or write the person's id."
    raise CommandError(f"There is no member {number_or_id}.", why, fix, ExitCode.NOT_FOUND)


async def full_names(co_op: Connection, person_ids: Iterable[str]) -> dict[str, str]:
    """Full names by person id; people whom identity does not know are left out."""
    ids, names = list(dict.fromkeys(person_ids)), dict[str, str]()
    for start in range(0, len(ids), LARGEST_PAGE):
        request = identity.GetNamesRequest(person_ids=ids[start : start + LARGEST_PAGE])
        names |= {entry.person_id: entry.full_name for entry in (await co_op.as_secretary(co_op.identity.GetNames, request)).names}
    return names


async def get_full_name(co_op: Connection, person: UUID) -> str:
    """The person's full name; their id if identity does not know them."""
    return (await full_names(co_op, [str(person)])).get(str(person), str(person))


async def find_decision(co_op: Connection, number: int) -> governance.Decision | None:
    """The decision with this number in the co-op's log; None if there is none."""
    decisions = await co_op.list_as_secretary(
        co_op.governance.ListDecisions, governance.ListDecisionsRequest(), lambda page: page.decisions
    )
    return next((decision for decision in decisions if decision.number == number), None)


async def decision_id_of_number(co_op: Connection, number: int) -> str:
    """The decision's id. Raises `CommandError` if the log has no such number."""
    decision = await find_decision(co_op, number)
    if decision is None:
        why = "The log of this co-op has no such number."
        raise CommandError(f"There is no decision {number}.", why, "See: kith motion log", ExitCode.NOT_FOUND)
    return decision.decision_id
