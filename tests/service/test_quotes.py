"""An offer says what an hour costs by the rulebook in force, and nothing of the kind where the rulebook has no shares."""

import pytest

from kith.governance.facts.v1.facts_pb2 import AdoptedMoney, RulebookAdopted
from kith.matching.v1 import quotes_pb2 as pb
from kith.matching.v1 import support_profiles_pb2 as profiles
from kith.matching.v1.support_profiles_pb2_grpc import SupportProfileServiceStub
from libs.database.engine import new_id
from libs.rpc.client import call_service
from tests.service.test_suggestions import Suggestions
from tests.support.matching_people import matching_people
from tests.support.running_co_op import Infrastructure

SHARES = AdoptedMoney(payer_adds="7/40", worker_gives="3/40")


@pytest.mark.capability("T4")
async def test_an_offer_says_what_an_hour_costs_by_the_rulebook_in_force(infrastructure: Infrastructure) -> None:
    async with matching_people(infrastructure) as people:

        async def adopt(money: AdoptedMoney | None) -> None:
            adopted = RulebookAdopted(rulebook_hash="11" * 32, decision_id=str(new_id()), money=money)
            await people.governance.publish((adopted, adopted.decision_id))
            await people.co_op.wait_until_consumed("matching", "governance")

        async def offer() -> profiles.Offer:
            request = profiles.FindOffersRequest(person_id=str(ada))
            stub = people.co_op.stub(SupportProfileServiceStub)
            found: profiles.FindOffersResponse = await call_service(stub.FindOffers, request, people.co_op.token(ada))
            [only] = found.offers
            return only

        ada, wren = await people.members(2)
        await people.look_for_support(ada)
        await Suggestions(people).offer(wren, works_as=profiles.WORKS_AS_SELF_EMPLOYED, rate_pence=2000)
        assert not (await offer()).HasField("hour")

        await adopt(SHARES)
        hour = (await offer()).hour
        # 2000 + 17.5 % is 2350; 2000 - 7.5 % is 1850.
        assert hour.price_pence == 2350 == sum(part.pence for part in hour.parts)
        parts = [(pb.QUOTE_LINE_PAY, 1850), (pb.QUOTE_LINE_WORKER_GIVES, 150), (pb.QUOTE_LINE_PAYER_ADDS, 350)]
        assert [(part.line, part.pence) for part in hour.parts] == parts

        await adopt(None)
        assert not (await offer()).HasField("hour")
