"""The key with which a service hashes requests for repeats (`libs/database/idempotency_keys.py`).

It is derived from the private key of the service's certificate (HKDF-SHA256, RFC 5869), so there is no further secret to hand out and to
back up. With a new private key, a repeat of a request from before it is a Conflict.
"""

from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import load_pem_private_key

_KEY_BYTES = 32


def read_request_key(certificates: Path, service: str) -> bytes:
    """32 bytes. `certificates` has `<service>.key.pem`. Raises OSError or ValueError where it is no private key on an elliptic curve."""
    key = load_pem_private_key((certificates / f"{service}.key.pem").read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        message = f"{service}.key.pem is no key on an elliptic curve"
        raise ValueError(message)  # noqa: TRY004 - the file is wrong, not the caller's type
    secret = key.private_numbers().private_value.to_bytes((key.key_size + 7) // 8)
    return HKDF(hashes.SHA256(), _KEY_BYTES, salt=None, info=b"kith request hashes").derive(secret)
