"""The way in for other co-ops: a socket of its own, TLS in which both sides show certificates, and nothing but PeerService behind it."""

import asyncio
import contextlib

import grpc

from kith.peer.v1.peer_pb2_grpc import PeerServiceServicer, add_PeerServiceServicer_to_server
from libs import callers
from libs.clock import Clock
from libs.database.engine import Database, Work
from libs.observe.logs import logger
from libs.refusals import Refusal
from services.federation.border.calling import LARGEST_MESSAGE
from services.federation.border.pinned import Pinned
from services.federation.storage import certificates, keys, peers
from services.federation.storage.certificates import TlsKey
from services.federation.storage.edge import Edge

LOG = logger("federation")
LOOK_SECONDS = 1.0
GRACE_SECONDS = 1.0

_OPTIONS = (
    ("grpc.so_reuseport", 0),
    ("grpc.max_receive_message_length", LARGEST_MESSAGE),
    ("grpc.max_send_message_length", LARGEST_MESSAGE),
    ("grpc.max_metadata_size", 8 * 1024),
    ("grpc.max_concurrent_streams", 4),
    ("grpc.server_handshake_timeout_ms", 5_000),
    # Nobody keeps a line for long: whoever trickles a message is cut off, and calls again.
    ("grpc.max_connection_idle_ms", 60_000),
    ("grpc.max_connection_age_ms", 120_000),
    ("grpc.max_connection_age_grace_ms", 15_000),
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
)


class Listener:
    """Listens when there is an address to listen on and a certificate to show. A door of federation."""

    def __init__(self, edge: Edge, address: str, database: Database, clock: Clock, servicer: PeerServiceServicer) -> None:
        self._edge = edge
        self._address = address
        self._database = database
        self._clock = clock
        self._servicer = servicer
        self._server: grpc.aio.Server | None = None
        self._looking: asyncio.Task[None] | None = None
        self._shown: tuple[bytes, ...] = ()
        self._configuration: object | None = None
        self._given: object | None = None
        self._changed = asyncio.Event()
        self.port = 0

    async def start(self) -> None:
        """Raises OSError when the address is taken. Without a certificate yet, it listens as soon as there is one."""
        if not self._address:
            return
        await self._look()
        self._looking = asyncio.create_task(self._keep_looking(), name="border-certificates")

    async def stop(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._looking
        if self._server is not None:
            await self._server.stop(GRACE_SECONDS)

    def look(self) -> None:
        """Whose calls are let in has changed: it is looked at now."""
        self._changed.set()

    async def _keep_looking(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._changed.wait()
            self._changed.clear()
            try:
                await self._look()
            except Refusal as refusal:
                LOG.info("border_waits", reason=refusal.reason)
            except OSError:
                LOG.error("border_address_taken", address=self._address)

    async def _look(self) -> None:
        """Takes up certificates that changed, ours and theirs."""
        async with self._database.reading(callers.job("border"), self._clock.now()) as work:
            own, roots = await self._certificates(work)
        if own is None:
            return
        shown = (own.certificate, *roots)
        if shown != self._shown:
            # With no peer at all nobody can come in; a handshake wants one root all the same, and our own is nobody's at the border.
            pem = b"".join(certificates.pem_of(one) for one in roots or [own.certificate])
            pair = (certificates.private_pem(own.private), certificates.pem_of(own.certificate))
            self._configuration = grpc.ssl_server_certificate_configuration([pair], pem)
            self._shown = shown
        if self._server is None:
            self._server = await self._listen()

    async def _certificates(self, work: Work) -> tuple[TlsKey | None, list[bytes]]:
        return await keys.tls(work, self._edge.vault), await peers.roots(work)

    async def _listen(self) -> grpc.aio.Server:
        server = grpc.aio.server(interceptors=(Pinned(self._database, self._clock),), options=_OPTIONS, maximum_concurrent_rpcs=200)
        add_PeerServiceServicer_to_server(self._servicer, server)
        self._given = self._configuration
        credentials = grpc.dynamic_ssl_server_credentials(self._configuration, self._new, require_client_authentication=True)
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

    def _new(self) -> object | None:
        """What a handshake is to take up; None = as before. Called by gRPC's own threads.

        To give the same again would make each handshake throw away what others, at the same moment, are still using, and gRPC then ends the
        whole process (its issue 36693).
        """
        configuration = self._configuration
        if configuration is self._given:
            return None
        self._given = configuration
        return configuration
