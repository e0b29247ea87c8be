"""Tokens of services: the certificate inside counts for its issuer and within its dates, as in a handshake."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID

from libs.callers.service_tokens import ServiceTokenIssuer
from libs.callers.tokens import TokenVerifier
from libs.refusals import NotSignedIn

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ALWAYS = (NOW - 30 * DAY, NOW + 30 * DAY)


def certificate(
    name: str, key: ec.EllipticCurvePrivateKey, dates: tuple[datetime, datetime], by: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    """A certificate of the service, signed by the authority's key."""
    uri = x509.UniformResourceIdentifier(f"spiffe://willow-lane/{name}")
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority")]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(dates[0])
        .not_valid_after(dates[1])
        .add_extension(x509.SubjectAlternativeName([uri]), critical=False)
        .sign(by, hashes.SHA256())
    )


def read(
    folder: Path,
    *,
    own: tuple[datetime, datetime] = ALWAYS,
    authority: tuple[datetime, datetime] = ALWAYS,
    foreign: bool = False,
    co_op_time: datetime = NOW,
) -> str:
    """Who calls, by a token issued and read at NOW on a machine on which it is NOW; the co-op's own clock may be shifted."""
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    signer = ec.generate_private_key(ec.SECP256R1()) if foreign else authority_key
    encoding, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "federation.pem").write_bytes(certificate("federation", key, own, signer).public_bytes(encoding))
    (folder / "federation.key.pem").write_bytes(key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain))
    token = ServiceTokenIssuer(folder, "federation", lambda: co_op_time).token()
    trusted = certificate("authority", authority_key, authority, authority_key)
    return TokenVerifier(Ed25519PrivateKey.generate().public_key(), trusted, lambda: NOW).read(token, co_op_time).id


def test_a_service_is_known_by_its_certificate(tmp_path: Path) -> None:
    assert read(tmp_path) == "service:federation"


@pytest.mark.parametrize("shift", [-400 * DAY, 400 * DAY])
def test_a_demonstration_whose_clock_is_shifted_goes_by_the_machines_for_certificates(tmp_path: Path, shift: timedelta) -> None:
    assert read(tmp_path, co_op_time=NOW + shift) == "service:federation"


@pytest.mark.parametrize("dates", [(NOW - 9 * DAY, NOW - DAY), (NOW + DAY, NOW + 9 * DAY)], ids=["over", "not begun"])
@pytest.mark.parametrize("whose", ["own", "authority"])
def test_outside_its_dates_a_certificate_proves_nothing(tmp_path: Path, whose: str, dates: tuple[datetime, datetime]) -> None:
    with pytest.raises(NotSignedIn, match="TOKEN_EXPIRED"):
        read(tmp_path, **{whose: dates})  # type: ignore[arg-type]  # one of the two that are dates


def test_a_certificate_of_another_authority_proves_nothing(tmp_path: Path) -> None:
    with pytest.raises(NotSignedIn, match="TOKEN_FORGED"):
        read(tmp_path, foreign=True)
