"""The root key: a file that may be removed and kept elsewhere, so it is read each time it is needed."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key


def read(file: Path) -> Ed25519PrivateKey | None:
    """None when it is not here: no file, or an empty one, as containers need it. Raises ValueError or TypeError for anything else."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return None
    if not content.strip():
        return None
    key = load_pem_private_key(content, None)
    if not isinstance(key, Ed25519PrivateKey):
        message = f"{file} holds no Ed25519 key"
        raise TypeError(message)
    return key


def exists(file: Path) -> bool:
    return file.is_file() and file.stat().st_size > 0
