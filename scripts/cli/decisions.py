"""A decision of the co-op, by its number in the log, as people say it."""

from kith.governance.v1 import governance_pb2 as governance
from libs.rpc.client import ask
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.door import Door


async def decision_of(open_door: Door, number: int) -> str:
    """Its id. Raises `CommandError` when the log has no such number."""
    found = await numbered(open_door, number)
    if found is None:
        why = "The log of this co-op has no such number."
        raise CommandError(f"There is no decision {number}.", why, "See: kith motion log", ExitCode.NOT_FOUND)
    return str(found.decision_id)


async def numbered(open_door: Door, number: int) -> governance.Decision | None:
    """None when the log has no such number."""
    token = ""
    while True:
        asked = governance.ListDecisionsRequest(page_size=200, page_token=token)
        answer: governance.ListDecisionsResponse = await ask(open_door.governance.ListDecisions, asked, open_door.secretary())
        for one in answer.decisions:
            if one.number == number:
                return one
        token = answer.next_page_token
        if not token:
            return None
