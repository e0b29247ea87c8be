"""Governance follows a merge of two entries by itself: the person has one place on each later roll, whichever service is late."""

from uuid import UUID

import pytest

from kith.federation.facts.v1 import facts_pb2 as federation
from kith.governance.v1 import governance_pb2 as pb
from kith.governance.v1 import votes_pb2
from kith.identity.facts.v1.facts_pb2 import PersonsMerged
from libs.database.engine import new_id
from libs.refusals import Unavailable
from libs.rpc.client import call_service
from tests.support.member_assembly import MemberAssembly, member_assembly, refused_with
from tests.support.running_co_op import Infrastructure
from tests.support.simulated_vote import simulated_vote


async def merge(assembly: MemberAssembly, other: UUID, kept: UUID) -> None:
    """As identity says it, and as membership has not followed yet."""
    await assembly.identity.publish((PersonsMerged(kept_person_id=str(kept), other_person_id=str(other)), str(other)))


async def new_roll(assembly: MemberAssembly) -> dict[object, object]:
    """Person -> class on the roll of a motion that is opened now."""
    motion = UUID(await assembly.open_motion())
    return {row[1]: row[2] for row in await assembly.co_op.all_rows("governance", "roll") if row[0] == motion}


async def check_merge(assembly: MemberAssembly, person: UUID) -> pb.CheckMergeResponse:
    request = pb.CheckMergeRequest(person_id=str(person))
    response: pb.CheckMergeResponse = await call_service(assembly.stub.CheckMerge, request, assembly.secretary_token())
    return response


async def test_a_person_is_on_a_roll_once_while_the_register_has_not_followed_the_merge(infrastructure: Infrastructure) -> None:
    async with member_assembly(infrastructure, user=4, worker=3) as assembly:
        users, workers = assembly.members["user"], assembly.members["worker"]
        never_member, chain_end = new_id(), new_id()
        await merge(assembly, users[0], never_member)
        await merge(assembly, workers[0], users[1])
        await merge(assembly, workers[1], users[2])
        await merge(assembly, users[2], chain_end)
        roll = await new_roll(assembly)
        assert roll.pop(chain_end) in ("user", "worker"), "both of its entries are members, and neither is in use"
        assert roll == {
            never_member: "user",  # the vote of its other entry
            users[1]: "user",  # its own class, as the register will have it
            users[3]: "user",
            workers[2]: "worker",
        }
        for voter in (never_member, chain_end):
            await assembly.cast(voter, await assembly.open_motion(), "for")


async def test_no_roll_is_frozen_while_it_is_not_known_who_was_merged(infrastructure: Infrastructure) -> None:
    async with member_assembly(infrastructure, user=3) as assembly:
        kept, other, third = assembly.members["user"]
        [consumer] = [consumer for consumer in assembly.co_op.process._running[0].consumers if consumer.progress.source == "identity"]
        # Governance is held, so that it cannot hear of the merge before the motion is put.
        async with consumer._apply_lock:
            await merge(assembly, other, kept)
            with refused_with(Unavailable, "SOURCE_AWAY"):
                await assembly.open_motion()
        assert (await new_roll(assembly)).keys() == {kept, third}


@pytest.mark.parametrize("source", ["identity", "membership"])
async def test_no_roll_is_frozen_from_a_projection_that_is_being_rebuilt(infrastructure: Infrastructure, source: str) -> None:
    """The consumer knows how far it was before the rebuild; only the position in the database says that it begins again."""
    async with member_assembly(infrastructure, user=2) as assembly:
        [consumer] = [consumer for consumer in assembly.co_op.process._running[0].consumers if consumer.progress.source == source]
        async with consumer._apply_lock:
            async with assembly.co_op.database_transaction("governance") as rows:
                await rows.execute(f"update position set n = 0 where source = '{source}'")  # noqa: S608 - one of the two above
            with refused_with(Unavailable, "SOURCE_AWAY"):
                await assembly.open_motion()


async def test_the_roll_of_a_federated_vote_has_the_entry_in_use_and_keeps_it_from_being_merged_until_the_end(
    infrastructure: Infrastructure,
) -> None:
    async with simulated_vote(infrastructure, user=6, worker=5) as voting:
        assembly, kept = voting.assembly, new_id()
        other, *rest = voting.voters
        number = await voting.decide()
        await voting.propose()
        await voting.join(number)
        assert not (await check_merge(assembly, rest[0])).HasField("open_roll"), "the motion is counted, and no roll is frozen yet"
        await merge(assembly, other, kept)
        people = [*voting.people(other), votes_pb2.RowIdentity(person_id=str(kept), identity="99\nThe Kept Entry")]
        assert [group.rows for group in (await voting.freeze(people)).groups] == [6, 5]
        for person in (rest[0], kept):
            blocking = (await check_merge(assembly, person)).open_roll
            assert (blocking.title, blocking.closes_at.ToSeconds()) == (voting.terms.question, voting.terms.close)
        assert not (await check_merge(assembly, other)).HasField("open_roll")
        await voting.publish(federation.VoteVoid(vote_id=voting.vote))
        assert not (await check_merge(assembly, rest[0])).HasField("open_roll")
