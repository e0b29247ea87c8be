"""Checks a process from outside: what a container's health check runs.

It calls the service over gRPC with the service's own certificate (grpc.health.v1), so that a passing check covers the whole path: address,
certificate, authority, server. It also asks the process over HTTP whether it is ready.
"""

import asyncio
import http.client

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from libs.host.settings import ServiceSettings, SharedSettings
from libs.rpc.client import local_address, open_channel
from libs.rpc.tls import TlsCredentials

TIMEOUT_SECONDS = 4.0


async def health_problem(name: str, shared: SharedSettings, settings: ServiceSettings) -> str:
    """The problem, in words; empty when the service accepts calls and its process is ready."""
    tls = TlsCredentials(shared.tls_folder, name) if shared.tls_folder else None
    channel = open_channel(settings.address, tls)
    try:
        stub = health_pb2_grpc.HealthStub(channel)
        response = await stub.Check(health_pb2.HealthCheckRequest(service=name), timeout=TIMEOUT_SECONDS)
    except grpc.aio.AioRpcError as error:
        return f"{name} does not answer at {local_address(settings.address)}: {error.code().name}"
    finally:
        await channel.close()
    if response.status != health_pb2.HealthCheckResponse.SERVING:
        return f"{name} answers, and takes no calls: {health_pb2.HealthCheckResponse.ServingStatus.Name(response.status)}"
    return await asyncio.to_thread(_readiness_problem, local_address(shared.operations_address))


def _readiness_problem(address: str) -> str:
    host, port = address.rsplit(":", 1)
    connection = http.client.HTTPConnection(host, int(port), timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/readyz")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"http://{address}/readyz does not answer: {type(error).__name__}"
    finally:
        connection.close()
    return "" if status == http.client.OK else f"http://{address}/readyz says {status}"
