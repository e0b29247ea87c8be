"""Finds a decision of the co-op by its number in the log, which is what people use."""

from kith.governance.v1 import governance_pb2 as governance
from libs.rpc.client import call_service
from scripts.cli.connection import Connection
from scripts.cli.console import CommandError, ExitCode


async def decision_id_of_number(connection: Connection, number: int) -> str:
    """The decision's id. Raises `CommandError` if the log has no such number."""
    decision = await find_decision(connection, number)
    if decision is None:
        why = "The log of this co-op has no such number."
        raise CommandError(f"There is no decision {number}.", why, "See: kith motion log", ExitCode.NOT_FOUND)
    return str(decision.decision_id)


async def find_decision(connection: Connection, number: int) -> governance.Decision | None:
    """The decision with this number; None if there is none."""
    token = ""
    while True:
        request = governance.ListDecisionsRequest(page_size=200, page_token=token)
        response: governance.ListDecisionsResponse = await call_service(
            connection.governance.ListDecisions, request, connection.secretary_token()
        )
        for decision in response.decisions:
            if decision.number == number:
                return decision
        token = response.next_page_token
        if not token:
            return None
