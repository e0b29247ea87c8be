"""Every service in its own process, as in docker-compose.yml, over TCP with mTLS."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import grpc
import pytest
import pytest_asyncio
from grpc_health.v1 import health_pb2, health_pb2_grpc

from kith.governance.v1 import governance_pb2 as governance
from kith.governance.v1.governance_pb2_grpc import GovernanceServiceStub
from kith.identity.v1 import identity_pb2 as identity
from kith.status.v1 import status_pb2 as status
from libs.database.engine import new_id
from libs.host import instance_keys, leader_election
from libs.refusals import NotAllowed
from libs.rpc.client import call_service, open_channel
from libs.rpc.tls import TlsCredentials
from scripts.cli.connection import Connection, connect
from services.topology import SERVICE_NAMES
from tests.support.co_op_journey import expected_result, run_journey
from tests.support.http_probe import http_get
from tests.support.http_user import HttpUser
from tests.support.split_deployment import SplitDeployment, split_deployment

pytestmark = pytest.mark.asyncio(loop_scope="module")
SERVING = health_pb2.HealthCheckResponse.SERVING


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def co_op() -> AsyncIterator[SplitDeployment]:
    async with split_deployment() as founded:
        yield founded


async def test_a_co_op_of_many_processes_decides_as_worked_out_by_hand(co_op: SplitDeployment) -> None:
    async with connect(co_op.folder) as connection:
        assert await run_journey(connection) == expected_result(co_op.folder)


async def test_the_founder_signs_in_and_sees_every_service_well(co_op: SplitDeployment) -> None:
    async with connect(co_op.folder) as connection:
        request = identity.IssueSignInCodeRequest(
            request_id=str(new_id()), person_id=str(connection.operator_id()), kind=identity.CODE_KIND_LINK
        )
        code = (await call_service(connection.identity.IssueSignInCode, request, connection.secretary_token())).code
    async with HttpUser(co_op.pages) as founder:
        await founder.get(f"/sign-in/{code}")
        home = await founder.submit("/sign-in/code")
        assert "Journey Row Care" in home
        system = await founder.get("/system")
        assert all(service in system.lower() for service in co_op.services)


async def test_every_container_would_be_healthy(co_op: SplitDeployment) -> None:
    assert await asyncio.gather(*(co_op.local.healthy(service) for service in co_op.services)) == [True] * len(co_op.services)


async def test_every_process_answers_its_operators(co_op: SplitDeployment) -> None:
    for service in co_op.services:
        assert (await http_get(co_op.operations(service), "/livez")).status == 200
        ready = (await http_get(co_op.operations(service), "/readyz")).json
        assert ready == {"ready": True, "services": {service: True}, "degraded": {}}
        metrics = (await http_get(co_op.operations(service), "/metrics")).body
        assert b"kith_" in metrics
        assert b"example.org" not in metrics


async def test_every_service_says_over_grpc_that_it_serves(co_op: SplitDeployment) -> None:
    for service in co_op.services:
        async with open_channel(co_op.address(service), _load_certificate(co_op, "cli")) as way:
            stub = health_pb2_grpc.HealthStub(way)
            for name in ("", service):
                assert (await stub.Check(health_pb2.HealthCheckRequest(service=name), timeout=60)).status == SERVING
            watch = stub.Watch(health_pb2.HealthCheckRequest(service=service), timeout=60)
            assert (await watch.read()).status == SERVING
            watch.cancel()
            with pytest.raises(grpc.aio.AioRpcError) as unknown:
                await stub.Check(health_pb2.HealthCheckRequest(service="bakery"), timeout=60)
            assert unknown.value.code() == grpc.StatusCode.NOT_FOUND


async def test_a_service_may_not_call_another(co_op: SplitDeployment) -> None:
    """Services listen to each other and never call; a stolen certificate of one opens no other, whatever token comes with it."""
    async with connect(co_op.folder) as connection:
        token = connection.secretary_token()
    for caller in ("identity", "membership"):
        async with open_channel(co_op.address("governance"), _load_certificate(co_op, caller)) as way:
            with pytest.raises(NotAllowed) as refused:
                await call_service(GovernanceServiceStub(way).GetRulebook, governance.GetRulebookRequest(), token)
            assert refused.value.reason == "PEER_IS_NO_EDGE"
    async with open_channel(co_op.address("governance"), _load_certificate(co_op, "web")) as way:
        assert (await call_service(GovernanceServiceStub(way).GetRulebook, governance.GetRulebookRequest(), token)).rulebook_hash


async def test_no_call_without_a_certificate_of_this_co_op_is_accepted(co_op: SplitDeployment, tmp_path: Path) -> None:
    instance_keys.create_keys(tmp_path / "keys", "journey-row", datetime.now(UTC), SERVICE_NAMES)
    ours, theirs = co_op.folder / "keys/tls", tmp_path / "keys/tls"
    key, certificate = (theirs / "cli.key.pem").read_bytes(), (theirs / "cli.pem").read_bytes()
    authority = (ours / "ca.pem").read_bytes()
    address = co_op.address("governance")
    strangers = {
        "no TLS": grpc.aio.insecure_channel(address),
        "no certificate": grpc.aio.secure_channel(address, grpc.ssl_channel_credentials(authority)),
        "another co-op's": grpc.aio.secure_channel(address, grpc.ssl_channel_credentials(authority, key, certificate)),
        "another authority": grpc.aio.secure_channel(address, TlsCredentials(theirs, "cli").client()),
    }
    for name, way in strangers.items():
        async with way:
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await health_pb2_grpc.HealthStub(way).Check(health_pb2.HealthCheckRequest(), timeout=60)
            assert refused.value.code() == grpc.StatusCode.UNAVAILABLE, name


async def test_without_nats_the_co_op_works_on_and_says_so(co_op: SplitDeployment) -> None:
    await co_op.local.stop("nats")
    try:
        for service in co_op.services:
            await _wait_until_degraded(co_op, service, "BUS_AWAY")
            await co_op.wait_until_ready(service)
        async with connect(co_op.folder) as connection:
            await _register_person(connection, "late")
            await _wait_for_waiting_events(connection, facts=True)
            assert (await call_service(connection.statuses["identity"].GetStatus, status.GetStatusRequest())).state == status.STATE_DEGRADED
    finally:
        await co_op.local.start("nats")
    for service in co_op.services:
        await _wait_until_degraded(co_op, service, "")
    async with connect(co_op.folder) as connection:
        await _wait_for_waiting_events(connection, facts=False)


async def test_every_process_leaves_within_its_grace_period_and_comes_back_knowing_everything(co_op: SplitDeployment) -> None:
    """At the worst moment: facts wait, and NATS comes back just now. (A relay once took that for an error and never left.)"""
    async with connect(co_op.folder) as connection:
        await co_op.local.stop("nats")
        await _wait_until_degraded(co_op, "identity", "BUS_AWAY")
        await _register_person(connection, "later")
    await co_op.local.start("nats")
    left = {service: await co_op.local.stop(service) for service in co_op.services}
    assert {service: code for service, (code, _) in left.items()} == dict.fromkeys(co_op.services, 0)
    assert not any(await asyncio.gather(*(co_op.local.healthy(service) for service in co_op.services)))
    await asyncio.gather(*(co_op.local.start(service) for service in co_op.services))
    await asyncio.gather(*(co_op.wait_until_ready(service) for service in co_op.services))
    async with connect(co_op.folder) as connection:
        decisions = (
            await call_service(connection.governance.ListDecisions, governance.ListDecisionsRequest(), connection.secretary_token())
        ).decisions
    assert [decision.kind for decision in decisions][-1] == "founding"


async def test_a_lost_volume_of_postgresql_is_no_first_start(co_op: SplitDeployment) -> None:
    """The last of this file: it empties the server. `migrate` is what runs before everything else whenever containers start."""
    assert await co_op.local.finish("migrate") == 0
    record = co_op.folder.parent / "founded.json"
    assert set(json.loads(record.read_text(encoding="utf-8"))["databases"]) == set(SERVICE_NAMES)
    for service in co_op.services:
        await co_op.local.stop(service)
    await _drop_databases(co_op, "kith_governance")
    assert await co_op.local.finish("migrate") == 1
    assert "PostgreSQL has no database kith_governance." in co_op.local.log("migrate").read_text(encoding="utf-8")
    await _drop_databases(co_op, *(f"kith_{service}" for service in SERVICE_NAMES if service != "governance"))

    assert await co_op.local.finish("migrate") == 1
    assert await _databases(co_op) == set(), "what was lost was made anew, and looks like a first start"
    said = co_op.local.log("migrate").read_text(encoding="utf-8").splitlines()[-1]
    assert "migrate --replace-lost database" in said
    assert "Traceback" not in said

    assert await co_op.local.finish("migrate", "--replace-lost", "database") == 0
    assert await _databases(co_op) == {f"kith_{service}" for service in SERVICE_NAMES}
    assert await co_op.local.finish("migrate") == 0


async def _drop_databases(co_op: SplitDeployment, *names: str) -> None:
    connection = await leader_election.connect(co_op.admin_url)
    try:
        for name in names:
            await connection.execute(f"drop database {name} with (force)")
    finally:
        await connection.close()


async def _databases(co_op: SplitDeployment) -> set[str]:
    connection = await leader_election.connect(co_op.admin_url)
    try:
        return {row["datname"] for row in await connection.fetch("select datname from pg_database where datname like 'kith%'")}
    finally:
        await connection.close()


async def _register_person(connection: Connection, name: str) -> None:
    people = [identity.NewPerson(full_name="Invented Latecomer", email=f"{name}@example.org")]
    request = identity.RegisterPersonsRequest(request_id=str(new_id()), persons=people)
    answers = (await call_service(connection.identity.RegisterPersons, request, connection.secretary_token())).persons
    assert [response.refusal for response in answers] == [""]


def _load_certificate(co_op: SplitDeployment, name: str) -> TlsCredentials:
    return TlsCredentials(co_op.folder / "keys/tls", name)


async def _wait_for_waiting_events(connection: Connection, *, facts: bool) -> None:
    """Until identity has facts that wait to go out, or none."""
    async with asyncio.timeout(60):
        while bool((await call_service(connection.statuses["identity"].GetStatus, status.GetStatusRequest())).facts_waiting) != facts:
            await asyncio.sleep(0.05)


async def _wait_until_degraded(co_op: SplitDeployment, service: str, reason: str) -> None:
    """Or, without a reason, until it is quite well."""
    wanted = {service: [reason]} if reason else {}
    async with asyncio.timeout(60):
        while (await http_get(co_op.operations(service), "/readyz")).json["degraded"] != wanted:
            await asyncio.sleep(0.05)
