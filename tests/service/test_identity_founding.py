"""A co-op's first person and first hats."""

import pytest

from kith.identity.v1 import identity_pb2 as pb
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from libs.database.engine import new_id
from libs.refusals import NotAllowed
from libs.rpc.client import call_service
from tests.support.running_co_op import Infrastructure, running_co_op


async def test_the_holder_of_the_data_folder_founds_the_co_op_and_then_steps_back(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        identity = co_op.stub(IdentityServiceStub)
        [sam] = await co_op.register_people("Sam Sample")
        more = pb.RegisterPersonsRequest(request_id=str(new_id()), persons=[pb.NewPerson(full_name="Late Comer")])
        with pytest.raises(NotAllowed) as refused:
            await call_service(identity.RegisterPersons, more, co_op.founder_token())
        assert refused.value.reason == "CO_OP_FOUNDED"
        with pytest.raises(NotAllowed) as refused:
            await call_service(
                identity.GiveHat, pb.GiveHatRequest(request_id=str(new_id()), person_id=str(sam), hat="operator"), co_op.founder_token()
            )
        assert refused.value.reason == "CO_OP_FOUNDED"


async def test_the_first_secretary_signs_in_with_a_card(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        identity = co_op.stub(IdentityServiceStub)
        [sam] = await co_op.register_people("Sam Sample")
        secretary = co_op.token(sam, hat="secretary")
        card = pb.IssueSignInCodeRequest(request_id=str(new_id()), person_id=str(sam), kind=pb.CODE_KIND_CARD)
        issued = await call_service(identity.IssueSignInCode, card, secretary)
        signed_in = await call_service(identity.SignIn, pb.SignInRequest(code=issued.code))
        assert signed_in.person_id == str(sam)
        assert list(signed_in.hats) == ["secretary"]
        mine = await call_service(identity.GetPerson, pb.GetPersonRequest(person_id=str(sam)), signed_in.token)
        assert mine.person.full_name == "Sam Sample"
