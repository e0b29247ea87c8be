"""Listens for calls from peers: a socket of its own, mutual TLS, and nothing but PeerService."""

import asyncio
import contextlib

import grpc

from kith.peer.v1.peer_pb2_grpc import PeerServiceServicer, add_PeerServiceServicer_to_server
from libs import callers
from libs.clock import Clock
from libs.database.engine import Database, UnitOfWork
from libs.database.wakeups import wait_for_event
from libs.observe.logs import logger
from libs.refusals import Refusal
from services.federation.border.peer_auth_interceptor import PeerAuthInterceptor
from services.federation.border.peer_channel import LARGEST_MESSAGE
from services.federation.storage import certificates, own_keys, peers, wakeup_topics
from services.federation.storage.certificates import TlsKey
from services.federation.storage.local_identity import LocalIdentity

LOG = logger("federation")
SAFETY_NET_SECONDS = 30.0
"""How often certificates are looked at without a wake-up."""
RETRY_SECONDS = 1.0
"""After our database was unavailable, or the address taken."""
GRACE_SECONDS = 1.0

_OPTIONS = (
    ("grpc.so_reuseport", 0),
    ("grpc.max_receive_message_length", LARGEST_MESSAGE),
    ("grpc.max_send_message_length", LARGEST_MESSAGE),
    ("grpc.max_metadata_size", 8 * 1024),
    ("grpc.max_concurrent_streams", 4),
    ("grpc.server_handshake_timeout_ms", 5_000),
    # Limits how long a connection lives: a peer that trickles a message is cut off, and calls again.
    ("grpc.max_connection_idle_ms", 60_000),
    ("grpc.max_connection_age_ms", 120_000),
    ("grpc.max_connection_age_grace_ms", 15_000),
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
)


class PeerListener:
    """Serves PeerService as soon as there are an address to listen on and a certificate to show."""

    def __init__(
        self, local_identity: LocalIdentity, address: str, database: Database, clock: Clock, servicer: PeerServiceServicer
    ) -> None:
        self._local_identity = local_identity
        self._address = address
        self._database = database
        self._clock = clock
        self._servicer = servicer
        self._server: grpc.aio.Server | None = None
        self._reload_task: asyncio.Task[None] | None = None
        self._loaded_certificates: tuple[bytes, ...] = ()
        self._configuration: object | None = None
        self._applied_configuration: object | None = None
        self.port = 0

    async def start(self) -> None:
        """Raises OSError when the address is taken. Without a certificate yet, it listens as soon as there is one."""
        if not self._address:
            return
        await self._reload_certificates()
        self._reload_task = asyncio.create_task(self._reload_repeatedly(), name="border-certificates")

    async def stop(self) -> None:
        if self._reload_task is not None:
            self._reload_task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reload_task
        if self._server is not None:
            await self._server.stop(GRACE_SECONDS)

    async def _reload_repeatedly(self) -> None:
        with self._database.wakeups.subscribed(wakeup_topics.PEERS) as changed:
            while True:
                changed.clear()
                seconds = RETRY_SECONDS
                try:
                    await self._reload_certificates()
                    seconds = SAFETY_NET_SECONDS
                except Refusal as refusal:
                    LOG.info("border_waits", reason=refusal.reason)
                except OSError:
                    LOG.error("border_address_taken", address=self._address)
                await wait_for_event(changed, seconds)

    async def _reload_certificates(self) -> None:
        """Reloads certificates that changed, ours and the peers'."""
        async with self._database.query_work(callers.job("border"), self._clock.now()) as work:
            own_key, roots = await self._load_certificates(work)
        if own_key is None:
            return
        current = (own_key.certificate, *roots)
        if current != self._loaded_certificates:
            # Without any peer nobody is trusted, but a handshake needs one root all the same; no peer uses our own.
            pem = b"".join(certificates.certificate_pem(certificate) for certificate in roots or [own_key.certificate])
            pair = (certificates.private_pem(own_key.private), certificates.certificate_pem(own_key.certificate))
            self._configuration = grpc.ssl_server_certificate_configuration([pair], pem)
            self._loaded_certificates = current
        if self._server is None:
            self._server = await self._listen()

    async def _load_certificates(self, work: UnitOfWork) -> tuple[TlsKey | None, list[bytes]]:
        return await own_keys.get_tls_key(work, self._local_identity.cipher), await peers.list_trusted_certificates(work)

    async def _listen(self) -> grpc.aio.Server:
        server = grpc.aio.server(
            interceptors=(PeerAuthInterceptor(self._database, self._clock),), options=_OPTIONS, maximum_concurrent_rpcs=200
        )
        add_PeerServiceServicer_to_server(self._servicer, server)
        self._applied_configuration = self._configuration
        credentials = grpc.dynamic_ssl_server_credentials(
            self._configuration, self._changed_configuration, require_client_authentication=True
        )
        try:
            self.port = server.add_secure_port(self._address, credentials)
        except RuntimeError:
            self.port = 0
        if not self.port:
            message = f"federation cannot listen on {self._address}: is another Kith running there?"
            raise OSError(message)
        await server.start()
        LOG.info("border_open", address=self._address)
        return server

    def _changed_configuration(self) -> object | None:
        """The configuration for the next handshake; None = unchanged. Called by gRPC's own threads.

        Returning the same object again would make each handshake free what others still use at that moment, and gRPC would then abort the
        whole process (its issue 36693).
        """
        configuration = self._configuration
        if configuration is self._applied_configuration:
            return None
        self._applied_configuration = configuration
        return configuration
