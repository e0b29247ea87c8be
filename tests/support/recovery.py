"""Recovery of a sign-in, in the words of the people who take part."""

from uuid import UUID

from kith.identity.v1 import recovery_pb2 as pb
from kith.identity.v1.recovery_pb2_grpc import RecoveryServiceStub
from libs.database.engine import new_id
from libs.rpc.client import call_service
from tests.support.running_co_op import RunningCoOp


class Recovery:
    """Calls of one co-op's recovery, in the words of the people who make them."""

    def __init__(self, co_op: RunningCoOp) -> None:
        self.co_op = co_op
        self.stub = co_op.stub(RecoveryServiceStub)

    async def name(self, person: UUID, helper: str, email: str = "") -> None:
        request = pb.NameRecoveryHelperRequest(request_id=str(new_id()), full_name=helper, email=email)
        await call_service(self.stub.NameRecoveryHelper, request, self.co_op.token(person))

    async def accept(self, helper: UUID, person: UUID) -> None:
        request = pb.AcceptRecoveryHelpRequest(request_id=str(new_id()), person_id=str(person))
        await call_service(self.stub.AcceptRecoveryHelp, request, self.co_op.token(helper))

    async def end(self, caller: UUID, person: UUID, helper: UUID) -> None:
        request = pb.EndRecoveryHelpRequest(request_id=str(new_id()), person_id=str(person), helper_id=str(helper))
        await call_service(self.stub.EndRecoveryHelp, request, self.co_op.token(caller))

    async def prepare(self, person: UUID, **helpers: UUID) -> None:
        for name, helper in helpers.items():
            await self.name(person, f"{name.capitalize()} Example")
            await self.accept(helper, person)

    async def ask(self, who: str, client: str = "192.0.2.1", browser: str = "") -> str:
        request = pb.RequestRecoveryRequest(who=who, client_address=client, browser=browser)
        return str((await call_service(self.stub.RequestRecovery, request)).recovery_key)

    async def look(self, key: str) -> pb.GetRecoveryResponse:
        return await call_service(self.stub.GetRecovery, pb.GetRecoveryRequest(recovery_key=key))

    async def vouch(self, helper: UUID, person: UUID, number: str) -> None:
        request = pb.VouchForRecoveryRequest(request_id=str(new_id()), person_id=str(person), spoken_number=number)
        await call_service(self.stub.VouchForRecovery, request, self.co_op.token(helper))

    async def stop(self, person: UUID) -> int:
        request = pb.StopRecoveryRequest(request_id=str(new_id()))
        response = await call_service(self.stub.StopRecovery, request, self.co_op.token(person))
        return int(response.stopped)

    async def finish(self, key: str) -> pb.FinishRecoveryResponse:
        return await call_service(self.stub.FinishRecovery, pb.FinishRecoveryRequest(recovery_key=key, browser="her browser"))
