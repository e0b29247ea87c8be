"""A fault in the middle of each step of a recovery: the step has done nothing, what came before stays done, and done again it goes on."""

from collections.abc import Awaitable, Callable

import pytest

from kith.identity.v1 import identity_pb2 as ident
from kith.identity.v1 import recovery_pb2 as pb
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from libs.database.engine import new_id
from libs.refusals import NotSignedIn
from libs.rpc.client import call_service
from libs.rpc.refusal_status import InternalServerError
from tests.service.conftest import infrastructure as infrastructure  # noqa: PLC0414 - the fixture, under its name
from tests.support.broken_transactions import break_transactions, mend_transactions
from tests.support.recovery import Recovery
from tests.support.running_co_op import Infrastructure, RunningCoOp, running_co_op


async def fails(co_op: RunningCoOp, table: str, when: str, step: Callable[[], Awaitable[object]]) -> None:
    """The step is refused as something that broke, and all tables are as they were."""
    # What was published before gets its number from the relay.
    await co_op.wait_until_numbered("identity")
    before = await rows(co_op)
    await break_transactions(co_op, "identity", table, when)
    with pytest.raises(InternalServerError):
        await step()
    await mend_transactions(co_op, "identity", table)
    assert await rows(co_op) == before


async def rows(co_op: RunningCoOp) -> dict[str, list[tuple[object, ...]]]:
    tables = ("recovery_helper", "recovery_request", "recovery_vouch", "session", "sign_in_code", "outbox")
    return {table: await co_op.all_rows("identity", table) for table in tables}


async def test_a_fault_at_any_step_leaves_it_undone_and_the_recovery_goes_on(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        sam, ada, kim, bo = await co_op.register_people("Sam Example", "Ada Example", "Kim Example", "Bo Example")
        identity, recovery = co_op.stub(IdentityServiceStub), Recovery(co_op)
        card = ident.IssueSignInCodeRequest(request_id=str(new_id()), person_id=str(ada), kind=ident.CODE_KIND_CARD)
        lost_card = (await call_service(identity.IssueSignInCode, card, co_op.token(sam, hat="secretary"))).code

        await fails(co_op, "recovery_helper", "insert", lambda: recovery.name(ada, "Kim Example"))
        await recovery.name(ada, "Kim Example")
        await fails(co_op, "recovery_helper", "update of accepted_at", lambda: recovery.accept(kim, ada))
        await recovery.accept(kim, ada)
        await recovery.prepare(ada, bo=bo)
        await fails(co_op, "recovery_request", "insert", lambda: recovery.ask("Ada Example"))
        key = await recovery.ask("Ada Example")
        number = (await recovery.look(key)).spoken_number
        await recovery.vouch(kim, ada, number)
        await fails(co_op, "recovery_vouch", "insert", lambda: recovery.vouch(bo, ada, number))
        assert ((await recovery.look(key)).state, (await recovery.look(key)).vouched) == (pb.RECOVERY_STATE_WAITING, 1)
        await recovery.vouch(bo, ada, number)
        # The last one takes cards away before it begins the session: both, or neither.
        at_the_end = (("sign_in_code", "update"), ("recovery_request", "update of closed_at"), ("session", "insert"), ("outbox", "insert"))
        for table, when in at_the_end:
            await fails(co_op, table, when, lambda: recovery.finish(key))
        await call_service(identity.SignIn, ident.SignInRequest(code=lost_card))
        session = await recovery.finish(key)
        assert (await recovery.finish(key)).session_id == session.session_id
        with pytest.raises(NotSignedIn, match="SIGN_IN_FAILED"):
            await call_service(identity.SignIn, ident.SignInRequest(code=lost_card))
