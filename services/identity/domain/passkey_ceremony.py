"""The two ceremonies of WebAuthn level 3 (7.1 adding, 7.2 signing in), checked by the library `webauthn`.

What we ask for: a discoverable credential, so that nobody types a name; user verification (finger, face or PIN), so that a found telephone
opens nothing; no attestation, so that nobody learns which device somebody has.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from importlib import import_module

from libs.callers.relying_party import RelyingParty
from services.identity.domain.passkey import CHALLENGE_LASTS

_MOST_LETTERS = 16_384
"""Of an answer; one without attestation has about 800."""
_MOST_ID_BYTES = 1023
"""WebAuthn level 3, 4."""
_MILLISECONDS = int(CHALLENGE_LASTS.total_seconds() * 1000)


@dataclass(frozen=True)
class AddedCredential:
    """What a device made."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    is_synced: bool


@dataclass(frozen=True)
class Answer:
    """What a browser sent, before anything of it is checked."""

    text: str
    credential_id: bytes
    user_handle: bytes
    challenge: bytes


@dataclass(frozen=True)
class Use:
    """A signature that is right."""

    sign_count: int
    is_synced: bool


def load_library() -> None:
    """Load what takes 200 ms the first time. In a thread, for meanwhile nobody else would be answered."""
    import_module("webauthn")


def creation_options(site: RelyingParty, challenge: bytes, user_handle: bytes, person_name: str, known: Collection[bytes]) -> str:
    """What the browser passes to `navigator.credentials.create`, as JSON. `known` are the person's passkeys: a device adds no second."""
    import webauthn
    from webauthn.helpers import structs

    options = webauthn.generate_registration_options(
        rp_id=site.id,
        rp_name=site.id,
        user_id=user_handle,
        user_name=person_name,
        challenge=challenge,
        timeout=_MILLISECONDS,
        attestation=structs.AttestationConveyancePreference.NONE,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED, user_verification=structs.UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=credential) for credential in known],
    )
    return webauthn.options_to_json(options)


def request_options(site: RelyingParty, challenge: bytes) -> str:
    """What the browser passes to `navigator.credentials.get`, as JSON. It names no passkey: the device knows which it has for the site."""
    import webauthn
    from webauthn.helpers import structs

    options = webauthn.generate_authentication_options(
        rp_id=site.id, challenge=challenge, timeout=_MILLISECONDS, user_verification=structs.UserVerificationRequirement.REQUIRED
    )
    return webauthn.options_to_json(options)


def read_answer(text: str) -> Answer | None:
    """What a browser sent; None for what no browser sends."""
    from webauthn.helpers import base64url_to_bytes

    if len(text) > _MOST_LETTERS:
        return None
    try:
        answer = json.loads(text)
        response = answer["response"]
        client_data = json.loads(base64url_to_bytes(response["clientDataJSON"]))
        credential_id = base64url_to_bytes(answer["rawId"])
        user_handle = base64url_to_bytes(response.get("userHandle") or "")
        challenge = base64url_to_bytes(client_data["challenge"])
        # We are never in a frame of another site.
        is_framed = client_data.get("crossOrigin", False) is not False or "topOrigin" in client_data
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return None if is_framed or not 0 < len(credential_id) <= _MOST_ID_BYTES else Answer(text, credential_id, user_handle, challenge)


def check_added(answer: Answer, site: RelyingParty) -> AddedCredential | None:
    """What the device made; None unless the answer is right in every point. That its challenge is ours, the caller has looked up."""
    import webauthn

    try:
        if not _is_unattested(answer):
            return None
        verified = webauthn.verify_registration_response(
            credential=answer.text,
            expected_challenge=answer.challenge,
            expected_rp_id=site.id,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except Exception:  # noqa: BLE001 - whatever an answer makes the parsers of CBOR, COSE and keys raise, it is no right answer
        return None
    if verified.credential_id != answer.credential_id:
        return None
    return AddedCredential(
        verified.credential_id, verified.credential_public_key, verified.sign_count, verified.credential_device_type.value == "multi_device"
    )


def check_used(answer: Answer, site: RelyingParty, public_key: bytes) -> Use | None:
    """None unless the answer is right in every point but its counter, which the caller compares. As `check_added`."""
    import webauthn

    try:
        verified = webauthn.verify_authentication_response(
            credential=answer.text,
            expected_challenge=answer.challenge,
            expected_rp_id=site.id,
            expected_origin=site.origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except Exception:  # noqa: BLE001 - as above
        return None
    return Use(verified.new_sign_count, verified.credential_device_type.value == "multi_device")


def _is_unattested(answer: Answer) -> bool:
    """Whether there is no attestation, or only what the device says of itself, which browsers pass on (5.1.3).

    We ask for none; and so no certificate that somebody made up is ever parsed.
    """
    from webauthn.helpers import base64url_to_bytes, parse_attestation_object
    from webauthn.helpers.structs import AttestationFormat

    attestation = parse_attestation_object(base64url_to_bytes(json.loads(answer.text)["response"]["attestationObject"]))
    return attestation.fmt == AttestationFormat.NONE or (attestation.fmt == AttestationFormat.PACKED and not attestation.att_stmt.x5c)
