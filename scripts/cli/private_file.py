"""Writes files that hold secrets or names."""

import os
from pathlib import Path


def write_private_file(path: Path, data: bytes) -> None:
    """Writes a file that only its owner can read, from the first byte on."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
