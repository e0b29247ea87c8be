"""The demonstration's ballots: every member signs in with a card made for them, and votes; two votes come on paper."""

import asyncio
from collections.abc import Mapping, Sequence
from uuid import UUID

from kith.governance.v1 import governance_pb2 as pb
from kith.identity.v1 import identity_pb2 as identity
from libs.access import hats
from libs.database.engine import new_id
from libs.rpc.client import ask
from scripts.cli.demo_example import Vote
from scripts.cli.door import Door
from scripts.cli.patience import patiently

_AT_ONCE = 12


async def cast_all(door: Door, motion_id: str, votes: Sequence[Vote], persons: Mapping[str, UUID]) -> None:
    """Twelve members at a time, each over the real calls: card, sign in, cast, and cast again for whoever changes their mind."""
    places, secretary = asyncio.Semaphore(_AT_ONCE), door.secretary()

    async def one_member(vote: Vote) -> None:
        async with places:
            session = await _sign_in(door, persons[vote.number], secretary)
            for revision, choice in enumerate(vote.choices):
                asked = pb.CastBallotRequest(request_id=str(new_id()), motion_id=motion_id, choice=choice, revision=revision)
                await ask(door.governance.CastBallot, asked, session.token)

    async with asyncio.TaskGroup() as group:
        for vote in votes:
            group.create_task(one_member(vote))


async def paper_votes(door: Door, motion_id: str, votes: Sequence[Vote], persons: Mapping[str, UUID], recorders: tuple[UUID, UUID]) -> None:
    """One secretary writes each down, the other writes it down again unseen."""
    first, second = [await _as_secretary(door, one) for one in recorders]
    for vote in votes:
        await _on_paper(door, motion_id, persons[vote.number], vote.choices[-1], (first, second))


async def _on_paper(door: Door, motion_id: str, person: UUID, choice: str, recorders: tuple[str, str]) -> None:
    first, second = recorders
    asked = pb.RecordBallotRequest(request_id=str(new_id()), motion_id=motion_id, person_id=str(person), choice=choice, taken="paper")
    record = (await patiently(lambda: ask(door.governance.RecordBallot, asked, first))).record_id
    again = pb.ConfirmBallotRequest(request_id=str(new_id()), record_id=record, choice=choice)
    await patiently(lambda: ask(door.governance.ConfirmBallot, again, second))


async def _sign_in(door: Door, person: UUID, secretary: str) -> identity.SignInResponse:
    asked = identity.IssueSignInCodeRequest(request_id=str(new_id()), person_id=str(person), kind=identity.CODE_KIND_CARD)
    code = (await ask(door.identity.IssueSignInCode, asked, secretary)).code
    return await ask(door.identity.SignIn, identity.SignInRequest(code=code))


async def _as_secretary(door: Door, person: UUID) -> str:
    """A token with the hat, got the way a secretary gets it: with a card, and then the hat."""
    session = await _sign_in(door, person, door.secretary())
    asked = identity.RenewTokenRequest(session_id=session.session_id, session_key=session.session_key, hat=hats.SECRETARY)
    renewed: identity.RenewTokenResponse = await ask(door.identity.RenewToken, asked)
    return renewed.token
