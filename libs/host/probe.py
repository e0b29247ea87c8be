"""How is a process, asked from outside: what a container's health check runs.

The service is asked over gRPC with its own certificate (grpc.health.v1), so that a check that passes shows the whole way in: address,
certificate, authority, server. An edge towards people is asked over HTTP whether it is ready, besides.
"""

import asyncio
import http.client

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from libs.host.settings import Service, Shared
from libs.rpc.client import channel, nearby
from libs.rpc.tls import Tls

WITHIN_SECONDS = 4.0


async def trouble(name: str, shared: Shared, settings: Service) -> str:
    """What is wrong, in words; empty when the service takes calls and its process is ready."""
    tls = Tls(shared.tls_folder, name) if shared.tls_folder else None
    asking = channel(settings.address, tls)
    try:
        stub = health_pb2_grpc.HealthStub(asking)
        answer = await stub.Check(health_pb2.HealthCheckRequest(service=name), timeout=WITHIN_SECONDS)
    except grpc.aio.AioRpcError as error:
        return f"{name} does not answer at {nearby(settings.address)}: {error.code().name}"
    finally:
        await asking.close()
    if answer.status != health_pb2.HealthCheckResponse.SERVING:
        return f"{name} answers, and takes no calls: {health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)}"
    return await asyncio.to_thread(_not_ready, nearby(shared.operations_address))


def _not_ready(address: str) -> str:
    host, port = address.rsplit(":", 1)
    connection = http.client.HTTPConnection(host, int(port), timeout=WITHIN_SECONDS)
    try:
        connection.request("GET", "/readyz")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"http://{address}/readyz does not answer: {type(error).__name__}"
    finally:
        connection.close()
    return "" if status == http.client.OK else f"http://{address}/readyz says {status}"
