"""Peers with arbitrary certificates, to test how a border treats callers and how callers treat a border."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kith.peer.v1 import peer_pb2 as peer
from kith.peer.v1.peer_pb2_grpc import PeerServiceServicer, PeerServiceStub, add_PeerServiceServicer_to_server
from services.federation.storage.certificates import ANY_CO_OP

PEM = serialization.Encoding.PEM


@dataclass(frozen=True)
class CertificateAndKey:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(PEM)

    @property
    def private(self) -> bytes:
        return self.key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def make_certificate(
    name: str, *, by: CertificateAndKey | None = None, authority: bool = False, key: ec.EllipticCurvePrivateKey | None = None
) -> CertificateAndKey:
    """A certificate for `name`: self-signed, or signed with `by`'s key."""
    own = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    signed_certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(ANY_CO_OP), x509.DNSName(name)]), critical=False)
        .sign(by.key if by else own, hashes.SHA256())
    )
    return CertificateAndKey(signed_certificate, own)


@asynccontextmanager
async def open_stub_with_certificate(
    port: int, roots: Sequence[bytes], identity: CertificateAndKey | None
) -> AsyncIterator[PeerServiceStub]:
    """A stub for a border that trusts `roots` (PEM) and presents this certificate, or none."""
    pair = (identity.private, identity.pem) if identity else (None, None)
    credentials = grpc.ssl_channel_credentials(b"".join(roots), *pair)
    options = (("grpc.ssl_target_name_override", ANY_CO_OP), ("grpc.use_local_subchannel_pool", 1), ("grpc.max_send_message_length", -1))
    channel = grpc.aio.secure_channel(f"127.0.0.1:{port}", credentials, options=options)
    try:
        yield PeerServiceStub(channel)
    finally:
        await channel.close(None)


@asynccontextmanager
async def serve_probes(identity: CertificateAndKey, version: str = "") -> AsyncIterator[int]:
    """Runs a server with this certificate that responds to every Probe, with this version of its software; yields its port."""

    class Anybody(PeerServiceServicer):
        async def Exchange(self, _: peer.ExchangeRequest, __: object) -> peer.ExchangeResponse:
            return peer.ExchangeResponse()

        async def Probe(self, request: peer.ProbeRequest, _: object) -> peer.ProbeResponse:
            return peer.ProbeResponse(nonce=request.nonce, version=version)

    server = grpc.aio.server()
    add_PeerServiceServicer_to_server(Anybody(), server)
    port = server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials([(identity.private, identity.pem)]))
    await server.start()
    try:
        yield port
    finally:
        await server.stop(None)
