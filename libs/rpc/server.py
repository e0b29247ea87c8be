"""The gRPC server of one service: on a Unix socket when all services run in one process, otherwise on TCP with mTLS."""

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from libs.rpc.tls import TlsCredentials

LARGEST_MESSAGE = 4 * 1024 * 1024

_OPTIONS = (
    ("grpc.so_reuseport", 0),
    ("grpc.max_receive_message_length", LARGEST_MESSAGE),
    ("grpc.max_metadata_size", 16 * 1024),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
)


class GrpcServer:
    """Starts as NOT_SERVING; `set_serving` changes the health status, `stop` lets running calls finish."""

    def __init__(self, name: str, interceptor: grpc.aio.ServerInterceptor) -> None:
        self.name = name
        self.grpc = grpc.aio.server(interceptors=(interceptor,), options=_OPTIONS)
        self._health = health.aio.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self.grpc)

    async def start(self, address: str, tls: TlsCredentials | None) -> None:
        """`address` is `unix:<path>` or `<host>:<port>`. Raises OSError when it is taken."""
        await self.set_serving(now=False)
        try:
            port = self.grpc.add_secure_port(address, tls.server()) if tls else self.grpc.add_insecure_port(address)
        except RuntimeError as error:
            message = f"{self.name} cannot listen on {address}: is another Kith running there?"
            raise OSError(message) from error
        if not port:
            message = f"{self.name} cannot listen on {address}: is another Kith running there?"
            raise OSError(message)
        await self.grpc.start()

    async def set_serving(self, *, now: bool) -> None:
        status = health_pb2.HealthCheckResponse.SERVING if now else health_pb2.HealthCheckResponse.NOT_SERVING
        await self._health.set("", status)
        await self._health.set(self.name, status)

    async def stop(self, grace_seconds: float = 3.0) -> None:
        await self._health.enter_graceful_shutdown()
        await self.grpc.stop(grace_seconds)
