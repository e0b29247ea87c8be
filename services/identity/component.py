"""Identity, put together."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from kith.identity.v1 import identity_pb2_grpc
from libs.host.component import Build, Component, House
from libs.host.settings import Shared
from services.identity.domain.seal import Seal
from services.identity.jobs import forget_old_sign_ins
from services.identity.rpc.servicer import OPEN_METHODS, Servicer
from services.identity.settings import Settings
from services.identity.storage.passwords import Passwords


def builder(_shared: Shared, settings: Settings) -> Build:
    def build(house: House) -> Component:
        servicer = Servicer(house.desk, _seal(settings.codes_key_file), _signing_key(settings.token_signing_key_file), Passwords())
        return Component(
            name="identity",
            address=settings.address,
            migrations=Path(__file__).parent / "storage" / "migrations",
            register=lambda server: identity_pb2_grpc.add_IdentityServiceServicer_to_server(servicer, server),
            open_methods=OPEN_METHODS,
            jobs=(forget_old_sign_ins.JOB,),
        )

    return build


def _seal(file: Path) -> Seal:
    key = bytes.fromhex(file.read_text(encoding="ascii").strip())
    if len(key) != 32:
        message = f"{file} does not hold 32 bytes in hex"
        raise ValueError(message)
    return Seal(key)


def _signing_key(file: Path) -> Ed25519PrivateKey:
    key = load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        message = f"{file} holds no Ed25519 private key"
        raise TypeError(message)
    return key
