"""A dishonest party of a vote: it has its own real certificate and keys, and nobody else's.

async with hostile_peer(network["cove"]) as cove:
    await cove.exchange("alder", cove.board_part(vote, "cove", 12, [entry], cove.sign_head(vote, "cove", entries)))
"""

import asyncio
import contextlib
import ssl
import tempfile
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kith.peer.v1 import peer_pb2 as pb
from libs import callers
from libs.boards.vote_terms import VoteTerms
from libs.database.engine import Database
from libs.signing import checkpoint, merkle
from libs.signing.canonical import Json
from libs.signing.checkpoint import Checkpoint
from services.federation.border import peer_channel
from services.federation.border.peer_channel import ChannelSettings
from services.federation.domain import message_stream
from services.federation.domain.message_stream import PeerMessage
from services.federation.storage import boards, certificates, peer_messages, peers, votes
from services.federation.storage import own_keys as kept
from services.federation.storage.key_cipher import KeyCipher
from services.federation.storage.local_identity import LocalIdentity, require_signing_key
from services.federation.storage.peer_messages import LastMessage
from services.federation.storage.votes import VoteKeys
from tests.support.networked_co_op import NetworkedCoOp

EXCHANGE = "/kith.peer.v1.PeerService/Exchange"
_PEM = serialization.Encoding.PEM


class HostilePeer:
    """Sends whatever a test wants, in place of the co-op's own software, which is stopped."""

    def __init__(self, party: NetworkedCoOp) -> None:
        self.one = party
        self._database = Database(party.co_op.databases["federation"].run_url, pool_size=2)
        self._vault = KeyCipher.from_file(party.folder / "keys/federation/seal.key")
        self._edge = LocalIdentity(party.id, party.id.title(), party.border, self._vault, party.folder / "keys/federation/root.pem")

    async def close(self) -> None:
        await self._database.close()

    # --- its keys and data

    async def keys(self, terms: VoteTerms) -> VoteKeys:
        async with self._database.query_work(callers.job("tests"), datetime.now(UTC)) as work:
            vote_keys = await votes.get_keys(work, self._vault, terms.draft, terms.convener)
        assert vote_keys is not None
        return vote_keys[1]

    async def entries(self, terms: VoteTerms, co_op: str) -> list[bytes]:
        """The entries of a board that it held when it was stopped."""
        async with self._database.query_work(callers.job("tests"), datetime.now(UTC)) as work:
            return await boards.list_entries(work, terms.vote, co_op, 0, 1 << 40)

    async def last_head(self, terms: VoteTerms, co_op: str) -> pb.Head:
        async with self._database.query_work(callers.job("tests"), datetime.now(UTC)) as work:
            head = await boards.get_last_head(work, terms.vote, co_op)
        assert head is not None
        return pb.Head(size=head.size, root=head.root, signature=head.signature)

    async def get_channel_settings(self, peer: str) -> ChannelSettings:
        async with self._database.query_work(callers.job("tests"), datetime.now(UTC)) as work:
            settings = await peer_channel.channel_settings(work, self._edge, peer)
        assert settings is not None
        return settings

    # --- what it sends

    async def sign_head(self, terms: VoteTerms, co_op: str, entries: Sequence[bytes]) -> pb.Head:
        """A head of any board over any entries, signed with its own board key, so valid for its own board only."""
        root = merkle.root_of([merkle.leaf_hash(entry) for entry in entries])
        signed = Checkpoint(checkpoint.origin_of(co_op, terms.vote), len(entries), root)
        return pb.Head(size=len(entries), root=root, signature=checkpoint.sign_checkpoint((await self.keys(terms)).board, signed))

    async def cosignature(self, terms: VoteTerms, co_op: str, head: pb.Head, time: int, witness: str = "") -> pb.Cosignature:
        """A cosignature of a head with any date and any witness name, made with its own key."""
        signed = Checkpoint(checkpoint.origin_of(co_op, terms.vote), head.size, head.root)
        signature = checkpoint.cosign((await self.keys(terms)).witness, signed, time)
        return pb.Cosignature(witness=witness or self.one.id, size=head.size, root=head.root, time=time, signature=signature)

    async def letters(self, peer: str, *payloads: tuple[str, dict[str, Json]], expires: int = 0, kept: bool = True) -> list[bytes]:
        """The next letters of its stream, signed with its own key: of each its kind and payload, whatever they are.

        Those not `kept` never were, for the software that comes back.
        """
        signed = []
        async with self._database.work(callers.job("tests"), datetime.now(UTC), "tests") as work:
            key = (await require_signing_key(work, self._edge)).private
            last = await peer_messages.get_last_sent(work, peer)
            for kind, payload in payloads:
                message = PeerMessage(self.one.id, peer, last.seq + 1, last.hash, expires, kind, payload)
                body = message.body()
                last = LastMessage(message.seq, message_stream.body_hash(body))
                if kept:
                    await peer_messages.restore_sent(work, message, body)
                signed.append(peer_messages.sign_message(body, key))
        return signed

    @staticmethod
    def board_part(
        terms: VoteTerms,
        co_op: str,
        first: int,
        entries: Sequence[bytes],
        head: pb.Head | None = None,
        cosignatures: Iterable[pb.Cosignature] = (),
    ) -> pb.BoardPart:
        return pb.BoardPart(vote=bytes.fromhex(terms.vote), co_op=co_op, first=first, entries=entries, head=head, cosignatures=cosignatures)

    async def exchange(
        self,
        peer: str,
        *parts: pb.BoardPart,
        papers: Iterable[pb.VotePaper] = (),
        have: Iterable[pb.VoteHave] = (),
        letters: Iterable[bytes] = (),
        endpoint: str = "",
    ) -> pb.Parcel:
        """Sends these parts in an otherwise valid exchange and returns the response. `endpoint` replaces the peer's own."""
        async with self._database.query_work(callers.job("tests"), datetime.now(UTC)) as work:
            peer_record = await peers.get(work, peer)
            last_received, last_sent = await peer_messages.get_last_received(work, peer), await peer_messages.get_last_sent(work, peer)
        assert peer_record is not None
        hello = pb.Hello(
            held=last_received.seq, held_hash=bytes.fromhex(last_received.hash), sent=last_sent.seq, sent_hash=bytes.fromhex(last_sent.hash)
        )
        hello.identity = peer_record.seq
        parcel = pb.Parcel(clock=self.one.now(), hello=hello, letters=letters, boards=parts, papers=papers, have=have)
        settings = await self.get_channel_settings(peer)
        async with peer_channel.open_peer_stub(replace(settings, endpoint=endpoint or settings.endpoint)) as stub:
            response: pb.ExchangeResponse = await stub.Exchange(pb.ExchangeRequest(parcel=parcel), timeout=60)
        return response.parcel

    async def send_raw(self, peer: str, data: bytes) -> grpc.StatusCode:
        """Sends bytes that are not a message."""
        settings = await self.get_channel_settings(peer)
        credentials = grpc.ssl_channel_credentials(settings.roots, settings.private, settings.certificate)
        return await _status_of_call(settings, credentials, data)

    async def call_as_other_co_op(self, peer: str, name: str) -> grpc.StatusCode:
        """Calls with a certificate for another co-op's name, issued with its own certificate."""
        settings = await self.get_channel_settings(peer)
        private = serialization.load_pem_private_key(settings.private, None)
        assert isinstance(private, ec.EllipticCurvePrivateKey)
        leaf, leaf_key = _issue_certificate(x509.load_pem_x509_certificate(settings.certificate), private, name)
        credentials = grpc.ssl_channel_credentials(settings.roots, leaf_key, leaf + settings.certificate)
        return await _status_of_call(settings, credentials, pb.ExchangeRequest().SerializeToString())

    # --- how it responds to callers

    @asynccontextmanager
    async def answering_every_call(self, data: bytes) -> AsyncIterator[None]:
        """Responds to every call with these bytes; if empty, never responds."""
        server = grpc.aio.server(options=(("grpc.max_send_message_length", -1), ("grpc.so_reuseport", 0)))
        server.add_generic_rpc_handlers((_AnyMethodHandler(data),))
        settings = await self.get_channel_settings(next(iter(await self._peers())))
        assert server.add_secure_port(self.one.border, grpc.ssl_server_credentials([(settings.private, settings.certificate)]))
        await server.start()
        try:
            yield
        finally:
            await server.stop(0)

    @asynccontextmanager
    async def answering_slowly(self) -> AsyncIterator[None]:
        """Completes the TLS handshake and then sends a response at one byte a second."""
        settings = await self.get_channel_settings(next(iter(await self._peers())))
        with tempfile.TemporaryDirectory(dir="/tmp") as place:
            chain = Path(place) / "chain.pem"
            chain.write_bytes(settings.private + settings.certificate)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(chain)
        context.set_alpn_protocols(["h2"])

        writers: list[asyncio.StreamWriter] = []

        async def trickle(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writers.append(writer)
            with contextlib.suppress(OSError):
                for byte in bytes(6) + b"\x04" + bytes(1000):
                    writer.write(bytes([byte]))
                    await writer.drain()
                    await asyncio.sleep(1)

        async with await asyncio.start_server(trickle, "127.0.0.1", self.one.port, ssl=context):
            yield
        for writer in writers:
            writer.transport.abort()

    async def _peers(self) -> list[str]:
        async with self._database.query_work(callers.job("tests"), datetime.now(UTC)) as work:
            return [one.id for one in await peers.list_active(work)]

    async def certificate(self) -> bytes:
        async with self._database.query_work(callers.job("tests"), datetime.now(UTC)) as work:
            key = await kept.get_tls_key(work, self._vault)
        assert key is not None
        return certificates.certificate_pem(key.certificate)


@asynccontextmanager
async def hostile_peer(party: NetworkedCoOp) -> AsyncIterator[HostilePeer]:
    """Replaces the co-op's software until the block ends; then the co-op starts again with its old database."""
    await party.stop()
    peer = HostilePeer(party)
    try:
        yield peer
    finally:
        await peer.close()
        await party.start()


class _AnyMethodHandler(grpc.GenericRpcHandler):
    """Handles every gRPC method with the same response."""

    def __init__(self, data: bytes) -> None:
        self._junk = data

    def service(self, _: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[Any, Any]":  # grpc carries no types
        return grpc.unary_unary_rpc_method_handler(self._answer)

    async def _answer(self, _request: bytes, _context: object) -> bytes:
        if not self._junk:
            await asyncio.sleep(3600)
        return self._junk


async def _status_of_call(settings: ChannelSettings, credentials: grpc.ChannelCredentials, data: bytes) -> grpc.StatusCode:
    options = (
        ("grpc.ssl_target_name_override", certificates.ANY_CO_OP),
        ("grpc.max_send_message_length", -1),
        ("grpc.use_local_subchannel_pool", 1),
    )
    async with grpc.aio.secure_channel(settings.endpoint, credentials, options=options) as channel:
        try:
            await channel.unary_unary(EXCHANGE)(data, timeout=60)
        except grpc.aio.AioRpcError as error:
            return error.code()
    return grpc.StatusCode.OK


def _issue_certificate(issuer: x509.Certificate, key: ec.EllipticCurvePrivateKey, name: str) -> tuple[bytes, bytes]:
    own, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    peer = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer.subject)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(certificates.ANY_CO_OP), x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = own.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return peer.public_bytes(_PEM), private
