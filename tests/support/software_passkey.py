"""A device that makes passkeys and signs with them, as browsers send it: with real keys and signatures, and every mistake on demand."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, MAY_SYNC, SYNCED, WITH_CREDENTIAL = 0x01, 0x04, 0x08, 0x10, 0x40
"""Flags of authenticator data (WebAuthn level 3, 6.1)."""
_ES256, _P256 = -7, 1


@dataclass
class SoftwarePasskey:
    """One passkey. `counter` goes up with each use; a passkey that is synced keeps 0."""

    site: str = "localhost"
    origin: str = "http://localhost:8400"
    synced: bool = False
    counter: int = 0
    verified: bool = True
    framed: bool = False
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    private_key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    user_handle: bytes = b""

    def create(self, options_json: str, *, fmt: str = "none", statement: object = None) -> str:
        """What a browser answers to `navigator.credentials.create`."""
        options = json.loads(options_json)
        self.user_handle = decode(options["user"]["id"])
        numbers = self.private_key.public_key().public_numbers()
        cose = {1: 2, 3: _ES256, -1: _P256, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        credential = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + cbor2.dumps(cose)
        data = self._authenticator_data(WITH_CREDENTIAL) + credential
        attestation = cbor2.dumps({"fmt": fmt, "attStmt": statement or {}, "authData": data})
        client_data = self._client_data("webauthn.create", options["challenge"])
        return self._answer({"clientDataJSON": encode(client_data), "attestationObject": encode(attestation), "transports": ["internal"]})

    def get(self, options_json: str, **changed: Any) -> str:
        """What a browser answers to `navigator.credentials.get`. `changed` are members of the response that are not as they should be."""
        self.counter += 0 if self.synced else 1
        client_data = self._client_data("webauthn.get", json.loads(options_json)["challenge"])
        data = self._authenticator_data()
        signature = self.private_key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": encode(client_data),
            "authenticatorData": encode(data),
            "signature": encode(signature),
            "userHandle": encode(self.user_handle),
        }
        return self._answer(response | changed)

    def _answer(self, response: dict[str, Any]) -> str:
        credential = encode(self.credential_id)
        return json.dumps({"id": credential, "rawId": credential, "type": "public-key", "response": response, "clientExtensionResults": {}})

    def _authenticator_data(self, more: int = 0) -> bytes:
        flags = PRESENT | more | (VERIFIED if self.verified else 0) | (MAY_SYNC | SYNCED if self.synced else 0)
        return hashlib.sha256(self.site.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": self.framed}).encode()


def encode(value: bytes) -> str:
    """base64url without padding."""
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """The inverse of `encode`."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
