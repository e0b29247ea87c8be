"""A party of a vote that lies: with its real certificate and its real keys, and with nobody else's.

async with hostile(them["cove"]) as cove:
    await cove.bring("alder", cove.part(vote, "cove", 12, [entry], cove.head(vote, "cove", entries)))
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
from libs.boards.terms import Terms
from libs.database.engine import Database
from libs.signing import checkpoint, merkle
from libs.signing.checkpoint import Checkpoint
from services.federation.border import calling
from services.federation.border.calling import Way
from services.federation.storage import boards, certificates, letters, peers, votes
from services.federation.storage import keys as kept
from services.federation.storage.edge import Edge
from services.federation.storage.vault import Vault
from services.federation.storage.votes import VoteKeys
from tests.support.federated import FederatedCoOp

EXCHANGE = "/kith.peer.v1.PeerService/Exchange"
_PEM = serialization.Encoding.PEM


class Hostile:
    """It has stopped being honest: its own software does not run, and it says what it likes."""

    def __init__(self, one: FederatedCoOp) -> None:
        self.one = one
        self._database = Database(one.co_op.databases["federation"].run_url, pool_size=2)
        self._vault = Vault.of_file(one.folder / "keys/federation/seal.key")
        self._edge = Edge(one.id, one.id.title(), one.border, self._vault, one.folder / "keys/federation/root.pem")

    async def close(self) -> None:
        await self._database.close()

    # --- what it has

    async def keys(self, terms: Terms) -> VoteKeys:
        async with self._database.reading(callers.job("tests"), datetime.now(UTC)) as work:
            found = await votes.keys(work, self._vault, terms.draft, terms.convener)
        assert found is not None
        return found[1]

    async def entries(self, terms: Terms, co_op: str) -> list[bytes]:
        """Of a board, as far as it held it when it was honest."""
        async with self._database.reading(callers.job("tests"), datetime.now(UTC)) as work:
            return await boards.entries(work, terms.vote, co_op, 0, 1 << 40)

    async def last_head(self, terms: Terms, co_op: str) -> pb.Head:
        async with self._database.reading(callers.job("tests"), datetime.now(UTC)) as work:
            found = await boards.last_head(work, terms.vote, co_op)
        assert found is not None
        return pb.Head(size=found.size, root=found.root, signature=found.signature)

    async def way(self, peer: str) -> Way:
        async with self._database.reading(callers.job("tests"), datetime.now(UTC)) as work:
            found = await calling.way_to(work, self._edge, peer)
        assert found is not None
        return found

    # --- what it says

    async def head(self, terms: Terms, co_op: str, entries: Sequence[bytes]) -> pb.Head:
        """A head of any board over any entries, signed with its own board key: good for its own board alone."""
        root = merkle.root_of([merkle.leaf_hash(one) for one in entries])
        signed = Checkpoint(checkpoint.origin_of(co_op, terms.vote), len(entries), root)
        return pb.Head(size=len(entries), root=root, signature=checkpoint.sign_checkpoint((await self.keys(terms)).board, signed))

    async def cosignature(self, terms: Terms, co_op: str, head: pb.Head, time: int, witness: str = "") -> pb.Cosignature:
        """Its word for a head, with any date and in anybody's name; the key is its own."""
        signed = Checkpoint(checkpoint.origin_of(co_op, terms.vote), head.size, head.root)
        signature = checkpoint.cosign((await self.keys(terms)).witness, signed, time)
        return pb.Cosignature(witness=witness or self.one.id, size=head.size, root=head.root, time=time, signature=signature)

    @staticmethod
    def part(
        terms: Terms,
        co_op: str,
        first: int,
        entries: Sequence[bytes],
        head: pb.Head | None = None,
        cosignatures: Iterable[pb.Cosignature] = (),
    ) -> pb.BoardPart:
        return pb.BoardPart(vote=bytes.fromhex(terms.vote), co_op=co_op, first=first, entries=entries, head=head, cosignatures=cosignatures)

    async def bring(
        self,
        peer: str,
        *parts: pb.BoardPart,
        papers: Iterable[pb.VotePaper] = (),
        have: Iterable[pb.VoteHave] = (),
        endpoint: str = "",
    ) -> pb.Parcel:
        """In an exchange that is otherwise as it should be; gives what is answered. `endpoint`: by another way than its own."""
        async with self._database.reading(callers.job("tests"), datetime.now(UTC)) as work:
            known = await peers.one(work, peer)
            held, sent = await letters.last_in(work, peer), await letters.last_out(work, peer)
        assert known is not None
        hello = pb.Hello(held=held.seq, held_hash=bytes.fromhex(held.hash), sent=sent.seq, sent_hash=bytes.fromhex(sent.hash))
        hello.identity = known.seq
        parcel = pb.Parcel(clock=self.one.now(), hello=hello, boards=parts, papers=papers, have=have)
        way = await self.way(peer)
        async with calling.called(replace(way, endpoint=endpoint or way.endpoint)) as stub:
            answered: pb.ExchangeResponse = await stub.Exchange(pb.ExchangeRequest(parcel=parcel), timeout=10)
        return answered.parcel

    async def throw(self, peer: str, junk: bytes) -> grpc.StatusCode:
        """Bytes that are no message."""
        way = await self.way(peer)
        credentials = grpc.ssl_channel_credentials(way.roots, way.private, way.certificate)
        return await _thrown(way, credentials, junk)

    async def under_another_name(self, peer: str, name: str) -> grpc.StatusCode:
        """With a certificate that names another co-op, made and signed by its own."""
        way = await self.way(peer)
        private = serialization.load_pem_private_key(way.private, None)
        assert isinstance(private, ec.EllipticCurvePrivateKey)
        leaf, leaf_key = _signed_by(x509.load_pem_x509_certificate(way.certificate), private, name)
        credentials = grpc.ssl_channel_credentials(way.roots, leaf_key, leaf + way.certificate)
        return await _thrown(way, credentials, pb.ExchangeRequest().SerializeToString())

    # --- how it answers whoever calls

    @asynccontextmanager
    async def answering(self, junk: bytes) -> AsyncIterator[None]:
        """With these bytes; empty: never."""
        server = grpc.aio.server(options=(("grpc.max_send_message_length", -1), ("grpc.so_reuseport", 0)))
        server.add_generic_rpc_handlers((_Anything(junk),))
        way = await self.way(next(iter(await self._peers())))
        assert server.add_secure_port(self.one.border, grpc.ssl_server_credentials([(way.private, way.certificate)]))
        await server.start()
        try:
            yield
        finally:
            await server.stop(0)

    @asynccontextmanager
    async def trickling(self) -> AsyncIterator[None]:
        """It finishes the handshake, and then says one byte a second of what might become an answer."""
        way = await self.way(next(iter(await self._peers())))
        with tempfile.TemporaryDirectory(dir="/tmp") as place:
            chain = Path(place) / "chain.pem"
            chain.write_bytes(way.private + way.certificate)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(chain)
        context.set_alpn_protocols(["h2"])

        async def trickle(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(OSError):
                for byte in bytes(6) + b"\x04" + bytes(1000):
                    writer.write(bytes([byte]))
                    await writer.drain()
                    await asyncio.sleep(1)

        async with await asyncio.start_server(trickle, "127.0.0.1", self.one.port, ssl=context):
            yield

    async def _peers(self) -> list[str]:
        async with self._database.reading(callers.job("tests"), datetime.now(UTC)) as work:
            return [one.id for one in await peers.active(work)]

    async def certificate(self) -> bytes:
        async with self._database.reading(callers.job("tests"), datetime.now(UTC)) as work:
            found = await kept.tls(work, self._vault)
        assert found is not None
        return certificates.pem_of(found.certificate)


@asynccontextmanager
async def hostile(one: FederatedCoOp) -> AsyncIterator[Hostile]:
    """Until the block ends; then it is honest again, with the database it had."""
    await one.stop()
    made = Hostile(one)
    try:
        yield made
    finally:
        await made.close()
        await one.start()


class _Anything(grpc.GenericRpcHandler):
    """Any method there is."""

    def __init__(self, junk: bytes) -> None:
        self._junk = junk

    def service(self, _: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[Any, Any]":  # grpc carries no types
        return grpc.unary_unary_rpc_method_handler(self._answer)

    async def _answer(self, _request: bytes, _context: object) -> bytes:
        if not self._junk:
            await asyncio.sleep(3600)
        return self._junk


async def _thrown(way: Way, credentials: grpc.ChannelCredentials, junk: bytes) -> grpc.StatusCode:
    options = (
        ("grpc.ssl_target_name_override", certificates.ANY_CO_OP),
        ("grpc.max_send_message_length", -1),
        ("grpc.use_local_subchannel_pool", 1),
    )
    async with grpc.aio.secure_channel(way.endpoint, credentials, options=options) as channel:
        try:
            await channel.unary_unary(EXCHANGE)(junk, timeout=8)
        except grpc.aio.AioRpcError as error:
            return error.code()
    return grpc.StatusCode.OK


def _signed_by(issuer: x509.Certificate, key: ec.EllipticCurvePrivateKey, name: str) -> tuple[bytes, bytes]:
    own, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    made = (
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
    return made.public_bytes(_PEM), private
