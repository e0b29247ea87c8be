"""Bootstraps a new co-op: registers the first member, gives them the hats, and adopts the rulebook as the founding decision.

Every step is idempotent: an interrupted bootstrap continues at the next start.
"""

import asyncio
import tomllib
from uuid import NAMESPACE_URL, UUID, uuid5

from kith.governance.v1 import governance_pb2 as governance
from kith.identity.v1 import identity_pb2 as identity
from libs.access import hat_names
from libs.refusals import AlreadyExists, NotAllowed
from libs.rpc.client import fetch_all
from scripts.cli.connection import Connection, connect
from scripts.cli.console import CommandError, ExitCode
from services.instance import Instance


async def bootstrap(instance: Instance) -> str:
    """Runs all steps and returns the founder's sign-in link."""
    async with connect(instance.folder.path) as connection:
        founder = await _register_founder(connection)
        await _give_hats(connection, founder)
        await _adopt_rulebook(connection)
        # A code is shown once: a start that was killed before it showed the link needs a new one.
        request = identity.IssueSignInCodeRequest(person_id=str(founder), kind=identity.CODE_KIND_LINK)
        code = (await connection.as_secretary(connection.identity.IssueSignInCode, request)).code
    instance.folder.founding.unlink()
    return f"{instance.co_op.public_url}/sign-in/{code}"


async def _register_founder(connection: Connection) -> UUID:
    """Registers the first person, unless an interrupted start already has."""
    instance = connection.instance
    if instance.operator_file.exists():
        return connection.operator_id()
    first_member = tomllib.loads(instance.folder.founding.read_text(encoding="utf-8"))
    person = identity.NewPerson(full_name=first_member["name"], email=first_member.get("email", ""))
    request = identity.RegisterPersonsRequest(request_id=_request_id(instance, "register"), persons=[person])
    response = (await connection.call(connection.identity.RegisterPersons, request, connection.founder_token())).persons[0]
    _write_operator(instance, response.person_id)
    return UUID(response.person_id)


async def replace_lost_operator(instance: Instance) -> None:
    """Writes the file of the person in whose name commands act anew: the one who has been operator for longest.

    Does nothing while it exists. Raises CommandError when nobody has that hat.
    """
    if instance.operator_file.exists():
        return
    async with connect(instance.folder.path) as connection:
        token = connection.founder_token()
        hats = await fetch_all(
            lambda page: connection.call(connection.identity.ListHats, page, token), identity.ListHatsRequest(), lambda page: page.hats
        )
    operators = sorted((row for row in hats if row.hat == hat_names.OPERATOR), key=lambda row: row.since.ToDatetime())
    if not operators:
        fix = f"Put {instance.operator_file} back from the backup."
        raise CommandError("Nobody could be chosen for commands on this machine.", "No person is operator.", fix, ExitCode.CONFLICT)
    _write_operator(instance, operators[0].person_id)


def _write_operator(instance: Instance, person_id: str) -> None:
    # Written atomically: after an empty file the next start would treat the founder as registered.
    temporary = instance.operator_file.with_suffix(".new")
    temporary.write_text(person_id + "\n", encoding="ascii")
    instance.folder.give_to_owner(temporary)
    temporary.replace(instance.operator_file)


async def _give_hats(connection: Connection, founder: UUID) -> None:
    # Secretary last: once there is a secretary, the founder token is no longer accepted.
    for hat in (hat_names.OPERATOR, hat_names.SECRETARY):
        request = identity.GiveHatRequest(request_id=_request_id(connection.instance, hat), person_id=str(founder), hat=hat)
        try:
            await connection.call(connection.identity.GiveHat, request, connection.founder_token())
        except NotAllowed:
            return


async def _adopt_rulebook(connection: Connection) -> None:
    text = connection.instance.folder.rulebook.read_text(encoding="utf-8")
    request = governance.AdoptRulebookRequest(request_id=_request_id(connection.instance, "rulebook"), text=text)
    for attempt in range(50):
        try:
            await connection.as_secretary(connection.governance.AdoptRulebook, request)
        except AlreadyExists:
            return
        except NotAllowed:
            # The hat was given a moment ago; the event has not reached governance yet.
            if attempt == 49:
                raise
            await asyncio.sleep(0.1)
        else:
            return


def _request_id(instance: Instance, name: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"kith:founding:{instance.folder.path}:{name}"))
