"""Tokens of services: an edge calls another service as itself, without a person (ADR 33).

Form: `"service." base64url(certificate, DER) "." base64url(canonical JSON) "." base64url(ECDSA signature)`. The certificate is the one the
edge has for mTLS, so there is no further secret; it names the service, and the instance's own authority has signed it. Over a Unix socket
this proves what the handshake proves over TCP.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from libs import callers
from libs.callers import Caller, base64url
from libs.refusals import NotSignedIn
from libs.signing import canonical

PREFIX = "service."
LIFETIME = timedelta(minutes=5)
_RENEW_BEFORE = timedelta(minutes=1)
_SCHEME = "spiffe://"
_SIGNED_AS = b"kith service token\n"
_ALGORITHM = ec.ECDSA(hashes.SHA256())


class ServiceTokenIssuer:
    """Issues the tokens of one service, and uses each for four minutes."""

    def __init__(self, certificates: Path, name: str, now: Callable[[], datetime]) -> None:
        """`certificates` has `<name>.pem` and `<name>.key.pem`. Raises OSError or ValueError where they are no certificate and its key."""
        certificate = x509.load_pem_x509_certificate((certificates / f"{name}.pem").read_bytes())
        key = serialization.load_pem_private_key((certificates / f"{name}.key.pem").read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            message = f"{name}.key.pem is no key on an elliptic curve"
            raise ValueError(message)  # noqa: TRY004 - the file is wrong, not the caller's type
        self._certificate, self._key, self._now = certificate.public_bytes(serialization.Encoding.DER), key, now
        self._token, self._renew_at = "", datetime.fromtimestamp(0, UTC)

    def token(self) -> str:
        now = self._now()
        # A clock that was set back makes the token one of the future.
        if not self._renew_at - LIFETIME <= now < self._renew_at:
            body = canonical.encode({"from": int(now.timestamp()), "to": int((now + LIFETIME).timestamp())})
            parts = (self._certificate, body, self._key.sign(_SIGNED_AS + body, _ALGORITHM))
            self._token = PREFIX + ".".join(map(base64url.encode, parts))
            self._renew_at = now + LIFETIME - _RENEW_BEFORE
        return self._token


def read_service_token(token: str, authority: x509.Certificate, machine_time: datetime) -> tuple[Caller, datetime, datetime]:
    """The calling service, and from when until when the token is valid by the co-op's clock.

    `machine_time` is what a handshake would go by: a demonstration's clock is shifted, and its certificates are not. Raises NotSignedIn
    TOKEN_FORGED, or TOKEN_EXPIRED where a certificate is not valid then.
    """
    try:
        der, body, signature = map(base64url.decode, token.removeprefix(PREFIX).split("."))
        certificate = x509.load_der_x509_certificate(der)
        certificate.verify_directly_issued_by(authority)
        key, claims = certificate.public_key(), canonical.decode(body)
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(claims, dict):
            raise TypeError
        key.verify(signature, _SIGNED_AS + body, _ALGORITHM)
        begins, ends = claims["from"], claims["to"]
        if not isinstance(begins, int) or not isinstance(ends, int) or ends - begins > LIFETIME.total_seconds():
            raise TypeError
        # Neither the certificate nor the authority that signed it proves anything outside its own dates.
        if any(not one.not_valid_before_utc <= machine_time <= one.not_valid_after_utc for one in (certificate, authority)):
            raise NotSignedIn("TOKEN_EXPIRED")
        return callers.service(_name_in(certificate)), datetime.fromtimestamp(begins, UTC), datetime.fromtimestamp(ends, UTC)
    except (ValueError, KeyError, TypeError, OverflowError, InvalidSignature, UnsupportedAlgorithm, x509.ExtensionNotFound) as error:
        raise NotSignedIn("TOKEN_FORGED") from error


def _name_in(certificate: x509.Certificate) -> str:
    """Raises ValueError where it names no service, or several."""
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    [uri] = [uri for uri in names.get_values_for_type(x509.UniformResourceIdentifier) if uri.startswith(_SCHEME)]
    return uri.removeprefix(_SCHEME).partition("/")[2]
