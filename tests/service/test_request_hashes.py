"""What is stored of a request for its repeats: a keyed hash, with which nobody who has the database can confirm a guess."""

import hashlib
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from kith.identity.v1 import identity_pb2 as pb
from libs import callers
from libs.clock import FixedClock
from libs.database.engine import Database, UnitOfWork, new_id
from libs.database.shared_tables import idempotency_key
from libs.refusals import Conflict
from libs.rpc.call import CURRENT_CALL, RpcCall
from libs.rpc.transactions import Transactions
from tests.support.running_co_op import Infrastructure

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
KEY, ANOTHER_KEY = bytes(32), bytes([1]) * 32


async def test_a_stored_request_confirms_no_guess_and_still_recognises_its_repeats(infrastructure: Infrastructure) -> None:
    request = pb.SetPasswordRequest(request_id=str(new_id()), password="seven green herons")
    other = pb.SetPasswordRequest(request_id=request.request_id, password="seven grey herons")
    plain = hashlib.sha256(request.SerializeToString(deterministic=True)).digest()
    CURRENT_CALL.set(RpcCall("IdentityService/SetPassword", callers.person(new_id()), ""))
    runs = 0

    async def run(_: UnitOfWork) -> pb.SetPasswordResponse:
        nonlocal runs
        runs += 1
        return pb.SetPasswordResponse()

    async with infrastructure.databases.fresh_database("identity") as service_database:
        database = Database(service_database.run_url)

        async def send(sent: pb.SetPasswordRequest, key: bytes = KEY) -> bool:
            """Whether it was known before it was sent."""
            transactions = Transactions(database, FixedClock(NOW), key)
            async with database.work(CURRENT_CALL.get().caller, NOW, sent.request_id) as work:
                known = await transactions.find_first(work, sent, pb.SetPasswordResponse) is not None
            await transactions.command(sent, pb.SetPasswordResponse, run)
            return known

        assert [await send(request), await send(request)] == [False, True]
        for sent, key in ((other, KEY), (request, ANOTHER_KEY)):
            with pytest.raises(Conflict, match="REQUEST_ID_REUSED"):
                await send(sent, key)
        async with database.work(CURRENT_CALL.get().caller, NOW) as work:
            [stored] = (await work.connection.execute(select(idempotency_key.c.body_hash))).scalars()
            assert len(stored) == len(plain)
            assert stored != plain
            # As an earlier version stored it.
            await work.connection.execute(update(idempotency_key).values(body_hash=plain))
        assert await send(request)
        assert runs == 1
        await database.close()
