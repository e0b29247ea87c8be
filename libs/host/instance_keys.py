"""The keys of one instance: created once by `kith init`, read at every start, and backed up separately from the data.

    token.pem, token.pub.pem     Ed25519: signs and checks callers' tokens
    codes.key                    32 bytes in hex: the HMAC key of sign-in codes and links
    forms.key                    32 bytes in hex: the HMAC key of form tokens
    passwords/<service>.<role>   database passwords, one file each, so that a container gets only its own
    passwords/postgres, nats     the passwords of PostgreSQL's administrator and of NATS
    tls/ca.pem, tls/ca.key.pem   this instance's own certificate authority (P-256)
    tls/<service>.pem, .key.pem  one certificate per service, used as server and as client
    federation/root.pem          Ed25519: this co-op's identity towards others; may be stored offline
    federation/seal.key          32 bytes in hex: encrypts federation's other keys in its database

The folder is for its owner alone (0700), and so is every private file (0600).
"""

import os
import re
import secrets
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

COMMAND_LINE = "cli"
"""It has a certificate like a service, and no database."""
ROLES = ("owner", "run")
_YEARS_VALID = 10
_KEY_BYTES = 32
_PUBLIC_FILE = re.compile(r"token\.pub\.pem|tls/[a-z-]+\.pem")


class KeysUnusableError(Exception):
    """The keys cannot be used: `problem` says which file and why, `fix` what to do. Never holds any part of a key."""

    def __init__(self, problem: str, fix: str) -> None:
        super().__init__(f"{problem} {fix}")
        self.problem = problem
        self.fix = fix


@dataclass(frozen=True)
class ServiceCertificate:
    """One service's certificate and private key, both PEM."""

    certificate: bytes
    private_key: bytes = field(repr=False)


@dataclass(frozen=True)
class InstanceKeys:
    """All the keys and passwords that one instance needs to run. Printing it shows nothing secret."""

    token_private: ed25519.Ed25519PrivateKey = field(repr=False)
    token_public: ed25519.Ed25519PublicKey = field(repr=False)
    codes: bytes = field(repr=False)
    forms: bytes = field(repr=False)
    federation_seal: bytes = field(repr=False)
    authority: bytes
    """The certificate, PEM, of the authority that signs every service certificate."""
    certificates: Mapping[str, ServiceCertificate]
    passwords: Mapping[tuple[str, str], str] = field(repr=False)
    """By service and role: `("identity", "owner")`."""
    nats_password: str = field(repr=False)
    postgres_password: str = field(repr=False)
    """The password of the administrator of Kith's own PostgreSQL."""


def create_keys(folder: Path, co_op_id: str, now: datetime, services: Sequence[str]) -> None:
    """Creates `folder` and every key in it. Certificates are valid from a day before `now` (clocks differ) for ten years.

    Raises `FileExistsError` when the folder already exists: keys are never overwritten.
    """
    folder.mkdir(mode=0o700)
    folder.chmod(0o700)
    token = ed25519.Ed25519PrivateKey.generate()
    _write_new_file(folder / "token.pem", _private_pem(token))
    _write_new_file(folder / "token.pub.pem", _public_pem(token.public_key()), private=False)
    _write_new_file(folder / "codes.key", secrets.token_hex(_KEY_BYTES).encode() + b"\n")
    _write_new_file(folder / "forms.key", secrets.token_hex(_KEY_BYTES).encode() + b"\n")
    _create_federation_keys(folder / "federation")
    _create_passwords(folder / "passwords", services)
    _create_certificates(folder / "tls", co_op_id, now, services)


def services_with_keys(folder: Path, services: Sequence[str]) -> list[str]:
    """The services that have any of their keys."""
    return [service for service in services if [*(folder / "tls").glob(f"{service}.*"), *(folder / "passwords").glob(f"{service}.*")]]


def create_missing_service_keys(folder: Path, co_op_id: str, services: Sequence[str]) -> list[str]:
    """Creates the keys of services that an upgrade added, and returns their names. A service with any of its keys keeps them as they are:
    a lost key must come back from the backup, and is never silently replaced.
    """
    tls, passwords = folder / "tls", folder / "passwords"
    if not (tls / "ca.key.pem").is_file() or not passwords.is_dir():
        return []
    present = services_with_keys(folder, services)
    new = [service for service in services if service not in present]
    for service in new:
        for role in ROLES:
            _write_new_file(passwords / f"{service}.{role}", _new_password())
        authority_key = serialization.load_pem_private_key(_read_file(tls / "ca.key.pem"), password=None)
        if not isinstance(authority_key, ec.EllipticCurvePrivateKey):
            raise _garbled_file_error(tls / "ca.key.pem", "a P-256 private key")
        _create_certificate(tls, service, _read_certificate(tls / "ca.pem")[1], authority_key, co_op_id)
    if "federation" in new and not (folder / "federation").exists():
        _create_federation_keys(folder / "federation")
    return new


def read_keys(folder: Path, services: Sequence[str]) -> InstanceKeys:
    """Reads the keys in `folder`. Raises `KeysUnusableError` when a file is missing, malformed, or readable by others."""
    _check_permissions(folder)
    token = _read_token_key(folder)
    passwords = folder / "passwords"
    return InstanceKeys(
        token_private=token,
        token_public=token.public_key(),
        codes=_read_secret(folder / "codes.key"),
        forms=_read_secret(folder / "forms.key"),
        federation_seal=_read_secret(folder / "federation/seal.key"),
        authority=_read_certificate(folder / "tls/ca.pem")[0],
        certificates={service: _read_service_certificate(folder / "tls", service) for service in (*services, COMMAND_LINE)},
        passwords={(service, role): read_password(passwords / f"{service}.{role}") for service in services for role in ROLES},
        nats_password=read_password(passwords / "nats"),
        postgres_password=read_password(passwords / "postgres"),
    )


def read_password(path: Path) -> str:
    """Reads the password in a file. Raises `KeysUnusableError`."""
    try:
        text = _read_file(path).decode("ascii").strip()
    except ValueError:
        raise _garbled_file_error(path, "a password") from None
    if not text:
        raise KeysUnusableError(f"{path} is empty.", "Put it back from the backup of the keys.")
    return text


def _write_new_file(path: Path, content: bytes, *, private: bool = True) -> None:
    mode = 0o600 if private else 0o644
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:  # noqa: PTH123 - the file must be private from its first byte
        os.fchmod(file.fileno(), mode)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _create_federation_keys(folder: Path) -> None:
    folder.mkdir(mode=0o700)
    folder.chmod(0o700)
    _write_new_file(folder / "root.pem", _private_pem(ed25519.Ed25519PrivateKey.generate()))
    _write_new_file(folder / "seal.key", secrets.token_hex(_KEY_BYTES).encode() + b"\n")


def _new_password() -> bytes:
    return secrets.token_urlsafe(24).encode() + b"\n"


def _create_passwords(folder: Path, services: Sequence[str]) -> None:
    folder.mkdir(mode=0o700)
    folder.chmod(0o700)
    for name in (*(f"{service}.{role}" for service in services for role in ROLES), "nats", "postgres"):
        _write_new_file(folder / name, _new_password())


def _create_certificates(folder: Path, co_op_id: str, now: datetime, services: Sequence[str]) -> None:
    folder.mkdir(mode=0o700)
    folder.chmod(0o700)
    authority_key = ec.generate_private_key(ec.SECP256R1())
    authority = _create_authority(authority_key, co_op_id, now)
    _write_new_file(folder / "ca.key.pem", _private_pem(authority_key))
    _write_new_file(folder / "ca.pem", authority.public_bytes(serialization.Encoding.PEM), private=False)
    for service in (*services, COMMAND_LINE):
        _create_certificate(folder, service, authority, authority_key, co_op_id)


def _create_certificate(
    folder: Path, service: str, authority: x509.Certificate, authority_key: ec.EllipticCurvePrivateKey, co_op_id: str
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _sign_certificate(service, key, authority, authority_key, co_op_id)
    _write_new_file(folder / f"{service}.key.pem", _private_pem(key))
    _write_new_file(folder / f"{service}.pem", certificate.public_bytes(serialization.Encoding.PEM), private=False)


def _create_authority(key: ec.EllipticCurvePrivateKey, co_op_id: str, now: datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Kith authority of {co_op_id}"[:64])])
    start = now - timedelta(days=1)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=365 * _YEARS_VALID))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _sign_certificate(
    service: str, key: ec.EllipticCurvePrivateKey, authority: x509.Certificate, authority_key: ec.EllipticCurvePrivateKey, co_op_id: str
) -> x509.Certificate:
    names: list[x509.GeneralName] = [
        x509.DNSName(service),
        x509.DNSName("localhost"),
        x509.IPAddress(IPv4Address("127.0.0.1")),
        x509.UniformResourceIdentifier(f"spiffe://{co_op_id}/{service}"),
    ]
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, service)]))
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(authority.not_valid_before_utc)
        .not_valid_after(authority.not_valid_after_utc)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _private_pem(key: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _public_pem(key: ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def _check_permissions(folder: Path) -> None:
    if not folder.is_dir():
        raise KeysUnusableError(f"There is no folder {folder}.", "Make a co-op with kith init, or put the backed-up keys there.")
    for path in (folder, folder / "tls", folder / "passwords", folder / "federation", *sorted(folder.glob("**/*"))):
        if _PUBLIC_FILE.fullmatch(str(path.relative_to(folder))) or not path.exists():
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            expected = "700" if path.is_dir() else "600"
            raise KeysUnusableError(f"{path} can be read by others (its rights are {mode:03o}).", f"Run: chmod {expected} {path}")


def _read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise KeysUnusableError(f"{path} is missing.", "Put it back from the backup of the keys.") from None
    except OSError as error:
        raise KeysUnusableError(f"{path} cannot be read: {error.strerror}.", "Start Kith as the user who owns the folder.") from None


def _garbled_file_error(path: Path, expected: str) -> KeysUnusableError:
    return KeysUnusableError(f"{path} is not {expected}.", "Put it back from the backup of the keys.")


def _read_token_key(folder: Path) -> ed25519.Ed25519PrivateKey:
    path = folder / "token.pem"
    try:
        key = serialization.load_pem_private_key(_read_file(path), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise _garbled_file_error(path, "a private key") from None
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise _garbled_file_error(path, "an Ed25519 private key")
    if _read_file(folder / "token.pub.pem") != _public_pem(key.public_key()):
        raise _garbled_file_error(folder / "token.pub.pem", "the public half of token.pem")
    return key


def _read_secret(path: Path) -> bytes:
    try:
        secret = bytes.fromhex(_read_file(path).decode("ascii").strip())
    except ValueError:
        raise _garbled_file_error(path, f"{_KEY_BYTES} bytes in hex") from None
    if len(secret) != _KEY_BYTES:
        raise _garbled_file_error(path, f"{_KEY_BYTES} bytes in hex")
    return secret


def _read_certificate(path: Path) -> tuple[bytes, x509.Certificate]:
    content = _read_file(path)
    try:
        return content, x509.load_pem_x509_certificate(content)
    except ValueError:
        raise _garbled_file_error(path, "a certificate") from None


def _read_service_certificate(folder: Path, service: str) -> ServiceCertificate:
    content, certificate = _read_certificate(folder / f"{service}.pem")
    path = folder / f"{service}.key.pem"
    private = _read_file(path)
    try:
        key = serialization.load_pem_private_key(private, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise _garbled_file_error(path, "a private key") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise _garbled_file_error(path, f"the private key of {service}.pem")
    return ServiceCertificate(content, private)
