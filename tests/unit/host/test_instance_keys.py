"""The keys of an instance: made whole, read back whole, and refused when they are not private or not right."""

import ssl
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from libs.host import instance_keys
from libs.host.instance_keys import COMMAND_LINE, ROLES, KeysUnusableError
from services.topology import SERVICE_NAMES

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    folder = tmp_path / "keys"
    instance_keys.create_keys(folder, "willow-lane", NOW, SERVICE_NAMES)
    return folder


def test_created_keys_can_be_read(keys: Path) -> None:
    read = instance_keys.read_keys(keys, SERVICE_NAMES)
    read.token_public.verify(read.token_private.sign(b"token"), b"token")
    assert len(read.codes) == len(read.forms) == 32
    assert read.codes != read.forms
    assert set(read.passwords) == {(service, role) for service in SERVICE_NAMES for role in ROLES}
    assert len({*read.passwords.values(), read.nats_password}) == len(read.passwords) + 1
    assert set(read.certificates) == {*SERVICE_NAMES, COMMAND_LINE}


def test_two_instances_share_nothing(keys: Path, tmp_path: Path) -> None:
    instance_keys.create_keys(tmp_path / "other", "willow-lane", NOW, SERVICE_NAMES)
    one, other = instance_keys.read_keys(keys, SERVICE_NAMES), instance_keys.read_keys(tmp_path / "other", SERVICE_NAMES)
    assert one.codes != other.codes
    assert not set(one.passwords.values()) & set(other.passwords.values())


def test_every_private_file_is_its_owners_alone(keys: Path) -> None:
    for path in [keys, *keys.glob("**/*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        public = path.name.endswith(".pem") and not path.name.endswith(".key.pem") and path.name not in ("token.pem", "root.pem")
        assert mode == (0o644 if public else 0o700 if path.is_dir() else 0o600), path


def test_nothing_secret_is_shown_when_the_keys_are_printed(keys: Path) -> None:
    read = instance_keys.read_keys(keys, SERVICE_NAMES)
    shown = repr(read)
    assert "PRIVATE" not in shown
    assert read.nats_password not in shown
    assert read.passwords["identity", "run"] not in shown


@pytest.mark.parametrize("service", [*SERVICE_NAMES, COMMAND_LINE])
def test_a_service_certificate_names_the_service_for_both_ends(keys: Path, service: str) -> None:
    authority = x509.load_pem_x509_certificate(instance_keys.read_keys(keys, SERVICE_NAMES).authority)
    certificate = x509.load_pem_x509_certificate(instance_keys.read_keys(keys, SERVICE_NAMES).certificates[service].certificate)
    certificate.verify_directly_issued_by(authority)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [service, "localhost"]
    assert names.get_values_for_type(x509.UniformResourceIdentifier) == [f"spiffe://willow-lane/{service}"]
    assert [str(one) for one in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    assert certificate.not_valid_before_utc < NOW < certificate.not_valid_after_utc
    assert (certificate.not_valid_after_utc - NOW).days in range(365 * 10 - 2, 365 * 10 + 1)


def test_two_services_shake_hands_under_strict_rules(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    instance_keys.create_keys(keys, "willow-lane", datetime.now(UTC), SERVICE_NAMES)
    contexts = []
    for purpose, service in ((ssl.Purpose.CLIENT_AUTH, "governance"), (ssl.Purpose.SERVER_AUTH, "web")):
        context = ssl.create_default_context(purpose, cafile=str(keys / "tls/ca.pem"))
        context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_STRICT
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_cert_chain(keys / f"tls/{service}.pem", keys / f"tls/{service}.key.pem")
        contexts.append(context)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = contexts[0].wrap_bio(to_server, to_client, server_side=True)
    client = contexts[1].wrap_bio(to_client, to_server, server_hostname="governance")
    for _ in range(4):
        for end in (client, server):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
    peer = server.getpeercert()
    assert peer is not None
    assert ("URI", "spiffe://willow-lane/web") in peer["subjectAltName"]


def test_keys_are_never_overwritten(keys: Path) -> None:
    before = (keys / "token.pem").read_bytes()
    with pytest.raises(FileExistsError):
        instance_keys.create_keys(keys, "willow-lane", NOW, SERVICE_NAMES)
    assert (keys / "token.pem").read_bytes() == before


@pytest.mark.parametrize("name", ["token.pem", "codes.key", "passwords", "passwords/nats", "tls/web.key.pem", "tls/ca.key.pem", "tls", "."])
def test_keys_that_others_can_read_are_refused_with_the_cure(keys: Path, name: str) -> None:
    path = keys / name
    path.chmod(0o750 if path.is_dir() else 0o640)
    with pytest.raises(KeysUnusableError, match="read by others") as refused:
        instance_keys.read_keys(keys, SERVICE_NAMES)
    assert refused.value.fix == f"Run: chmod {'700' if path.is_dir() else '600'} {path}"


@pytest.mark.parametrize(
    "name",
    ["token.pem", "token.pub.pem", "codes.key", "forms.key", "passwords/identity.run", "tls/ca.pem", "tls/web.pem", "tls/web.key.pem"],
)
def test_a_missing_or_garbled_file_is_named(keys: Path, name: str) -> None:
    path = keys / name
    path.write_bytes(b"\xff garbled")
    with pytest.raises(KeysUnusableError) as garbled:
        instance_keys.read_keys(keys, SERVICE_NAMES)
    assert str(path) in garbled.value.problem
    path.unlink()
    with pytest.raises(KeysUnusableError, match="missing") as missing:
        instance_keys.read_keys(keys, SERVICE_NAMES)
    assert str(path) in missing.value.problem
    assert "backup" in missing.value.fix


def test_the_key_of_another_service_is_refused(keys: Path) -> None:
    (keys / "tls/web.key.pem").write_bytes((keys / "tls/cli.key.pem").read_bytes())
    with pytest.raises(KeysUnusableError, match=r"not the private key of web\.pem"):
        instance_keys.read_keys(keys, SERVICE_NAMES)


def test_an_empty_password_is_named_without_the_others(keys: Path) -> None:
    secret = instance_keys.read_keys(keys, SERVICE_NAMES).passwords["identity", "run"]
    (keys / "passwords/nats").write_text("\n")
    with pytest.raises(KeysUnusableError, match="passwords/nats is empty") as refused:
        instance_keys.read_keys(keys, SERVICE_NAMES)
    assert secret not in str(refused.value)


def test_no_folder_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(KeysUnusableError, match="kith init"):
        instance_keys.read_keys(tmp_path / "none", SERVICE_NAMES)


def test_a_folder_from_before_a_service_gets_its_keys_and_keeps_all_others(keys: Path) -> None:
    kept = {path: path.read_bytes() for path in keys.rglob("*") if path.is_file() and "federation" not in str(path.relative_to(keys))}
    for path in [*keys.glob("tls/federation.*"), *keys.glob("passwords/federation.*"), *keys.glob("federation/*")]:
        path.unlink()
    (keys / "federation").rmdir()

    assert instance_keys.create_missing_service_keys(keys, "elm-row", SERVICE_NAMES) == ["federation"]
    assert instance_keys.create_missing_service_keys(keys, "elm-row", SERVICE_NAMES) == []
    assert {path: path.read_bytes() for path in kept} == kept
    assert "federation" in instance_keys.read_keys(keys, SERVICE_NAMES).certificates


def test_a_key_that_was_lost_is_not_made_anew(keys: Path) -> None:
    (keys / "passwords/federation.run").unlink()

    assert instance_keys.create_missing_service_keys(keys, "elm-row", SERVICE_NAMES) == []
    with pytest.raises(KeysUnusableError, match="missing"):
        instance_keys.read_keys(keys, SERVICE_NAMES)
