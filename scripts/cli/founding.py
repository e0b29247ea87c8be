"""What happens once: the first member is registered and gets the hats, and the rulebook is adopted as the founding decision.

Every step can be done again: a start that is interrupted in the middle goes on at the next one.
"""

import asyncio
import tomllib
from uuid import NAMESPACE_URL, UUID, uuid5

from kith.governance.v1 import governance_pb2 as governance
from kith.identity.v1 import identity_pb2 as identity
from libs.access import hats
from libs.database.engine import new_id
from libs.refusals import AlreadyDone, NotAllowed
from libs.rpc.client import ask
from scripts.cli.door import Door, door
from services.instance import Instance


async def found(instance: Instance) -> str:
    """The link the founder signs in with."""
    async with door(instance.folder.path) as open_door:
        founder = await _register(open_door)
        await _give_hats(open_door, founder)
        await _adopt(open_door)
        # A code is shown once: a start that was killed before it could show its link asks for another.
        asked = identity.IssueSignInCodeRequest(request_id=str(new_id()), person_id=str(founder), kind=identity.CODE_KIND_LINK)
        code = (await ask(open_door.identity.IssueSignInCode, asked, open_door.secretary())).code
    instance.folder.founding.unlink()
    return f"{instance.co_op.public_url}/sign-in/{code}"


async def _register(open_door: Door) -> UUID:
    """The first person, also when an interrupted start registered them before."""
    instance = open_door.instance
    if instance.steward.exists():
        return open_door.steward()
    said = tomllib.loads(instance.folder.founding.read_text(encoding="utf-8"))
    person = identity.NewPerson(full_name=said["name"], email=said.get("email", ""))
    asked = identity.RegisterPersonsRequest(request_id=_step(instance, "register"), persons=[person])
    answer = (await ask(open_door.identity.RegisterPersons, asked, open_door.founder())).persons[0]
    # Never a file that is there and empty: the next start would take the founder for known.
    fresh = instance.steward.with_suffix(".new")
    fresh.write_text(answer.person_id + "\n", encoding="ascii")
    fresh.replace(instance.steward)
    return UUID(answer.person_id)


async def _give_hats(open_door: Door, founder: UUID) -> None:
    # Secretary last: with the first secretary the founding key loses its power.
    for hat in (hats.OPERATOR, hats.SECRETARY):
        asked = identity.GiveHatRequest(request_id=_step(open_door.instance, hat), person_id=str(founder), hat=hat)
        try:
            await ask(open_door.identity.GiveHat, asked, open_door.founder())
        except NotAllowed:
            return


async def _adopt(open_door: Door) -> None:
    text = open_door.instance.folder.rulebook.read_text(encoding="utf-8")
    asked = governance.AdoptRulebookRequest(request_id=_step(open_door.instance, "rulebook"), text=text)
    for attempt in range(50):
        try:
            await ask(open_door.governance.AdoptRulebook, asked, open_door.secretary())
        except AlreadyDone:
            return
        except NotAllowed:
            # The hat was given a moment ago; the fact is still on its way to governance.
            if attempt == 49:
                raise
            await asyncio.sleep(0.1)
        else:
            return


def _step(instance: Instance, name: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"kith:founding:{instance.folder.path}:{name}"))
