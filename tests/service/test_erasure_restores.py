"""Databases that are set back to older copies: who was erased is erased again, and access that was revoked does not come back."""

import asyncio
from collections.abc import Sequence

import asyncpg
import pytest

from kith.identity.v1 import identity_pb2 as identity
from kith.identity.v1 import record_pb2 as record
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from libs.database.engine import new_id
from libs.host import leader_election
from libs.refusals import NotAllowed, NotSignedIn
from libs.rpc.client import call_service
from services.identity.domain.erasure import ERASED_NAME
from tests.support.erasing_co_op import SECOND, ErasingCoOp, erasing_co_op
from tests.support.member_assembly import refused_with
from tests.support.person_records import person_audience
from tests.support.running_co_op import Infrastructure, RunningCoOp

# Both were Ada too: the one is merged into her entry, which is newer, before the copies are made, the other after that.
EARLIER, ADA, LATER, BO = "Ada Ampel", "Ada Ample", "Ada Amble", "Bo Brook"
SECRET, SHARED = "The key is under the pot.", "Two sugars."
SET_BACK = ("identity", "membership", "web")


async def _administrator(co_op: RunningCoOp, service: str) -> asyncpg.Connection:
    return await leader_election.connect(co_op.databases[service].admin.render_as_string(hide_password=False))


async def _copy(co_op: RunningCoOp, services: Sequence[str]) -> None:
    for service in services:
        connection, name = await _administrator(co_op, service), co_op.databases[service].roles.database_name
        owner = await connection.fetchval("select pg_get_userbyid(datdba) from pg_database where datname = $1", name)
        await connection.execute(f'create database "{name}_old" template "{name}" owner "{owner}"')
        await connection.close()


async def _set_back(co_op: RunningCoOp, services: Sequence[str]) -> None:
    for service in services:
        connection, name = await _administrator(co_op, service), co_op.databases[service].roles.database_name
        await connection.execute(f'drop database "{name}" with (force)')
        await connection.execute(f'alter database "{name}_old" rename to "{name}"')
        await connection.close()


async def _sign_in(life: ErasingCoOp, name: str) -> identity.SignInResponse:
    stub = life.co_op.stub(IdentityServiceStub)
    request = identity.IssueSignInCodeRequest(request_id=str(new_id()), person_id=str(life.people[name]), kind=identity.CODE_KIND_LINK)
    return await call_service(
        stub.SignIn, identity.SignInRequest(code=(await call_service(stub.IssueSignInCode, request, life.secretary())).code)
    )


async def _merge(life: ErasingCoOp, other: str) -> None:
    request = identity.MergePersonsRequest(
        request_id=str(new_id()), kept_person_id=str(life.people[ADA]), other_person_id=str(life.people[other]), reason="One person."
    )
    await call_service(life.co_op.stub(IdentityServiceStub).MergePersons, request, life.secretary())


@pytest.mark.capability("L5")
async def test_an_older_database_brings_back_neither_the_erased_nor_what_was_revoked(infrastructure: Infrastructure) -> None:
    async with erasing_co_op(infrastructure, EARLIER, ADA, LATER, BO) as life:
        co_op, ada, bo, second = life.co_op, life.people[ADA], life.people[BO], life.people[SECOND]
        await life.records.fill_in(ada, home__key_safe=SECRET)
        await life.records.fill_in(life.people[LATER], home__key_safe=SECRET)
        await _merge(life, EARLIER)
        await life.records.fill_in(bo, home__key_safe=SHARED)
        grant = record.GiveAccessRequest(request_id=str(new_id()), fields=["home.key_safe"], audience=person_audience(second))
        given = (await call_service(life.records.stub.GiveAccess, grant, co_op.token(bo))).grant_ids
        session = await _sign_in(life, BO)
        renewal = identity.RenewTokenRequest(session_id=session.session_id, session_key=session.session_key)
        for consumer in ("membership", "web", "governance"):
            await co_op.wait_until_consumed(consumer, "identity")
        await co_op.restart(lambda: _copy(co_op, SET_BACK))

        await _merge(life, LATER)
        await life.erase(ADA)
        end = identity.EndSessionsRequest(request_id=str(new_id()))
        await call_service(co_op.stub(IdentityServiceStub).EndSessions, end, session.token)
        stop = record.EndAccessRequest(request_id=str(new_id()), grant_id=given[0])
        await call_service(life.records.stub.EndAccess, stop, co_op.token(bo))
        take = identity.TakeHatRequest(request_id=str(new_id()), person_id=str(second), hat="secretary")
        await call_service(co_op.stub(IdentityServiceStub).TakeHat, take, life.secretary())
        await co_op.wait_until_consumed("governance", "identity")
        await co_op.restart(lambda: _set_back(co_op, SET_BACK))

        async with asyncio.timeout(60):
            while {await life.name_of(life.people[name]) for name in (EARLIER, ADA, LATER)} != {ERASED_NAME}:
                await asyncio.sleep(0.1)
        for gone in (SECRET, EARLIER, ADA, LATER):
            assert await life.rows_with(gone) == {}, gone
        assert str(ada) not in repr(await co_op.all_rows("identity", "person_key")), "what was sealed is erased in the copy too"
        with refused_with(NotSignedIn, "SESSION_ENDED"):
            await call_service(co_op.stub(IdentityServiceStub).RenewToken, renewal)
        with refused_with(NotAllowed, "HAT_NEEDED"):
            await call_service(
                co_op.stub(IdentityServiceStub).GetPerson, identity.GetPersonRequest(person_id=str(bo)), life.secretary(SECOND)
            )
        assert await life.records.read(second, bo, "home.key_safe") == {}
        assert await life.records.read(bo, bo, "home.key_safe") == {"home.key_safe": SHARED}, "who was not erased has lost nothing"
