"""TLS certificates between co-ops: self-signed P-256, identified by their exact SHA-256.

They are no authorities: `keyCertSign` is off, and the handshake refuses a chain that ends in one. The hash alone decides which co-op it is;
the names in it are only for reading.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ANY_CO_OP = "border.kith.invalid"
"""The name that every such certificate has and every channel asks for. RFC 6761: `.invalid` belongs to nobody."""
_YEARS = 20
_PEM = serialization.Encoding.PEM
_DER = serialization.Encoding.DER


@dataclass(frozen=True)
class TlsKey:
    """A certificate in DER and its private key in PKCS#8 DER."""

    certificate: bytes
    private: bytes = field(repr=False)

    @property
    def hash(self) -> bytes:
        return hashlib.sha256(self.certificate).digest()


def create_tls_key(co_op: str, now: datetime) -> TlsKey:
    """Creates a certificate and its key, valid from a day before `now`: clocks differ."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, co_op)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365 * _YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_USAGE, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(ANY_CO_OP), x509.DNSName(co_op)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(_DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return TlsKey(certificate.public_bytes(_DER), private)


def is_usable(certificate: bytes) -> bool:
    """Whether it is a self-signed P-256 certificate that can sign no other, with the name a channel asks for."""
    try:
        parsed = x509.load_der_x509_certificate(certificate)
        key = parsed.public_key()
        parsed.verify_directly_issued_by(parsed)
        constraints = parsed.extensions.get_extension_for_class(x509.BasicConstraints).value
        usage = parsed.extensions.get_extension_for_class(x509.KeyUsage).value
        names = parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName)
    except Exception:  # noqa: BLE001 - a certificate from outside can be wrong in more ways than its reader has names for
        return False
    curve = isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)
    return curve and not constraints.ca and not usage.key_cert_sign and ANY_CO_OP in names


def certificate_pem(certificate: bytes) -> bytes:
    return x509.load_der_x509_certificate(certificate).public_bytes(_PEM)


def private_pem(private: bytes) -> bytes:
    key = serialization.load_der_private_key(private, None)
    return key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def hash_from_pem(pem: bytes) -> bytes:
    """SHA-256 of the DER. Raises ValueError."""
    return hashlib.sha256(x509.load_pem_x509_certificate(pem).public_bytes(_DER)).digest()


_USAGE = x509.KeyUsage(
    digital_signature=True,
    key_cert_sign=False,
    crl_sign=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    encipher_only=False,
    decipher_only=False,
)
