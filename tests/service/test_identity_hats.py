"""Hats of the co-op: given, taken away, and visible to everybody."""

import asyncio
from uuid import UUID

import pytest

from kith.identity.facts.v1.facts_pb2 import HatGiven, HatTaken
from kith.identity.v1 import identity_pb2 as pb
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from libs.database.engine import new_id
from libs.refusals import AlreadyExists, FailedPrecondition, Invalid, NotAllowed, NotFound
from libs.rpc.client import call_service
from tests.support.running_co_op import Infrastructure, running_co_op


def give_hat_request(person: UUID, hat: str) -> pb.GiveHatRequest:
    return pb.GiveHatRequest(request_id=str(new_id()), person_id=str(person), hat=hat)


def take_hat_request(person: UUID, hat: str) -> pb.TakeHatRequest:
    return pb.TakeHatRequest(request_id=str(new_id()), person_id=str(person), hat=hat)


@pytest.mark.capability("I1")
async def test_a_hat_is_given_and_taken_and_both_are_stated(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        sam, ada = await co_op.register_people("Sam Sample", "Ada Ample")
        identity, secretary = co_op.stub(IdentityServiceStub), co_op.token(sam, hat="secretary")
        await call_service(identity.GiveHat, give_hat_request(ada, "operator"), secretary)
        await call_service(identity.GiveHat, give_hat_request(ada, "secretary"), secretary)
        await call_service(identity.TakeHat, take_hat_request(ada, "operator"), secretary)
        mine = (await call_service(identity.GetPerson, pb.GetPersonRequest(person_id=str(ada)), co_op.token(ada))).person
        assert list(mine.hats) == ["secretary"]
        stated = [event for event in await co_op.published_events("identity") if isinstance(event, HatGiven | HatTaken)]
        assert [(type(one), one.person_id, one.hat) for one in stated] == [
            (HatGiven, str(sam), "secretary"),
            (HatGiven, str(ada), "operator"),
            (HatGiven, str(ada), "secretary"),
            (HatTaken, str(ada), "operator"),
        ]


async def test_a_hat_is_refused_where_it_cannot_be_given_or_taken(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        sam, ada = await co_op.register_people("Sam Sample", "Ada Ample")
        identity, secretary = co_op.stub(IdentityServiceStub), co_op.token(sam, hat="secretary")
        with pytest.raises(Invalid, match="HAT_UNKNOWN"):
            await call_service(identity.GiveHat, give_hat_request(ada, "wizard"), secretary)
        with pytest.raises(NotFound, match="PERSON_UNKNOWN"):
            await call_service(identity.GiveHat, give_hat_request(new_id(), "operator"), secretary)
        with pytest.raises(AlreadyExists, match="HAT_WORN"):
            await call_service(identity.GiveHat, give_hat_request(sam, "secretary"), secretary)
        with pytest.raises(NotFound, match="HAT_NOT_WORN"):
            await call_service(identity.TakeHat, take_hat_request(ada, "operator"), secretary)
        for token in (co_op.token(ada, hat="secretary"), co_op.token(sam)):
            with pytest.raises(NotAllowed, match="HAT_NEEDED"):
                await call_service(identity.TakeHat, take_hat_request(sam, "secretary"), token)


async def test_the_last_secretary_stays_even_when_two_take_each_others_hat_at_once(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        sam, ada = await co_op.register_people("Sam Sample", "Ada Ample")
        identity, secretary = co_op.stub(IdentityServiceStub), co_op.token(sam, hat="secretary")
        with pytest.raises(FailedPrecondition, match="LAST_SECRETARY"):
            await call_service(identity.TakeHat, take_hat_request(sam, "secretary"), secretary)
        await call_service(identity.GiveHat, give_hat_request(ada, "secretary"), secretary)
        answers = await asyncio.gather(
            call_service(identity.TakeHat, take_hat_request(ada, "secretary"), secretary),
            call_service(identity.TakeHat, take_hat_request(sam, "secretary"), co_op.token(ada, hat="secretary")),
            return_exceptions=True,
        )
        assert [type(response) for response in answers].count(pb.TakeHatResponse) == 1
        [left] = (await call_service(identity.ListHats, pb.ListHatsRequest(), co_op.token(ada))).hats
        assert left.hat == "secretary"


async def test_everybody_signed_in_sees_every_hat_page_by_page(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        people = await co_op.register_people(*(f"Person {n}" for n in range(5)))
        identity, secretary = co_op.stub(IdentityServiceStub), co_op.token(people[0], hat="secretary")
        for person in people[1:]:
            await call_service(identity.GiveHat, give_hat_request(person, "operator"), secretary)
        seen, token = [], ""
        while True:
            page = await call_service(identity.ListHats, pb.ListHatsRequest(page_size=2, page_token=token), co_op.token(people[4]))
            assert len(page.hats) <= 2
            seen += [(hat.hat, hat.person_id) for hat in page.hats]
            token = page.next_page_token
            if not token:
                break
        assert seen == sorted(seen)
        assert len(seen) == 5
        with pytest.raises(Invalid, match="PAGE_TOKEN_FOREIGN"):
            await call_service(identity.ListHats, pb.ListHatsRequest(page_token="elsewhere"), co_op.token(people[4]))
