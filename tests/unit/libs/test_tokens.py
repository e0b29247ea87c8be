"""Tokens: read back as they were given, refused in every other form."""

import base64
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from libs import callers
from libs.callers import AuthenticationStrength, Caller, CallerChannel, tokens
from libs.callers.tokens import CLOCK_TOLERANCE, LIFETIME, TokenVerifier
from libs.refusals import NotSignedIn
from libs.signing import canonical, statement

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
PAT = callers.person(
    UUID(int=7),
    session=UUID(int=8),
    hat="secretary",
    via=CallerChannel.HELPER,
    strength=AuthenticationStrength.PASSWORD,
)


def make_verifier() -> TokenVerifier:
    return TokenVerifier(KEY.public_key())


def sign_token(fields: canonical.Json, kind: str = "caller", key: Ed25519PrivateKey = KEY) -> str:
    body = canonical.encode(fields)
    return f"{_base64_text(body)}.{_base64_text(statement.sign(key, kind, body))}"


def _base64_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token_fields(**changes: canonical.Json) -> dict[str, canonical.Json]:
    plain: dict[str, canonical.Json] = {
        "person": str(UUID(int=7)),
        "hat": "",
        "via": "page",
        "strength": "link",
        "from": int(NOON.timestamp()),
        "to": int((NOON + LIFETIME).timestamp()),
    }
    return plain | changes


@pytest.mark.parametrize(
    "caller", [PAT, callers.person(UUID(int=7)), callers.person(UUID(int=7), via=CallerChannel.PHONE, strength=AuthenticationStrength.CARD)]
)
def test_a_token_is_read_as_the_caller_it_was_given_to(caller: Caller) -> None:
    assert make_verifier().read(tokens.issue_token(KEY, caller, NOON), NOON) == caller


def test_a_token_is_good_for_five_minutes_and_a_little_before() -> None:
    check, token = make_verifier(), tokens.issue_token(KEY, PAT, NOON)
    for at in (NOON - CLOCK_TOLERANCE, NOON, NOON + LIFETIME - timedelta(seconds=1)):
        assert check.read(token, at) == PAT
    for at in (NOON - CLOCK_TOLERANCE - timedelta(seconds=1), NOON + LIFETIME, NOON + timedelta(days=400)):
        with pytest.raises(NotSignedIn) as refused:
            check.read(token, at)
        assert refused.value.reason == "TOKEN_EXPIRED"


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "a.b.c",
        "é.é",
        "\x00",
        "x" * 2_000_000,
        tokens.issue_token(OTHER, PAT, NOON),
        tokens.issue_token(KEY, PAT, NOON)[:-1],
        tokens.issue_token(KEY, PAT, NOON)[1:],
        tokens.issue_token(KEY, PAT, NOON) + "A",
        tokens.issue_token(KEY, PAT, NOON) + "=",
        tokens.issue_token(KEY, PAT, NOON).replace(".", ""),
        sign_token(token_fields(), kind="ballot"),
        sign_token([token_fields()]),
        sign_token("text"),
        sign_token({name: value for name, value in token_fields().items() if name != "to"}),
        sign_token(token_fields(to="tomorrow")),
        sign_token(token_fields(to=True, **{"from": "now"})),
        sign_token(token_fields(person="pat")),
        sign_token(token_fields(person=7)),
        sign_token(token_fields(session="x")),
        sign_token(token_fields(via="pigeon")),
        sign_token(token_fields(strength="iron")),
        sign_token(token_fields(to=2**53 - 1)),
    ],
)
def test_a_foreign_token_is_refused_as_forged(token: str) -> None:
    with pytest.raises(NotSignedIn) as refused:
        make_verifier().read(token, NOON)
    assert refused.value.reason == "TOKEN_FORGED"


@given(st.one_of(st.text(max_size=80), st.binary(max_size=80).map(lambda data: f"{_base64_text(data)}.{_base64_text(data)}")))
def test_no_random_text_is_a_token(token: str) -> None:
    with pytest.raises(NotSignedIn):
        make_verifier().read(token, NOON)


@given(st.integers(0), st.integers(1, 255))
def test_a_token_with_one_letter_changed_is_forged(place: int, by: int) -> None:
    token = tokens.issue_token(KEY, PAT, NOON)
    at = place % len(token)
    changed = token[:at] + chr((ord(token[at]) + by) % 256) + token[at + 1 :]
    with pytest.raises(NotSignedIn) as refused:
        make_verifier().read(changed, NOON)
    assert refused.value.reason == "TOKEN_FORGED"


def test_a_remembered_token_still_expires_and_no_more_than_some_thousand_are_remembered() -> None:
    check, token = make_verifier(), tokens.issue_token(KEY, PAT, NOON)
    check.read(token, NOON)
    with pytest.raises(NotSignedIn):
        check.read(token, NOON + LIFETIME)
    tokens_of_many = [sign_token(token_fields(person=str(UUID(int=number)))) for number in range(1, 4200)]
    for one in tokens_of_many:
        check.read(one, NOON)
    assert len(check._valid_tokens) == 4096
    assert check.read(tokens_of_many[0], NOON).person == UUID(int=1)


@pytest.mark.parametrize(
    ("caller", "system"), [(callers.job("close"), True), (callers.reaction("identity"), True), (PAT, False), (callers.ANONYMOUS, False)]
)
def test_jobs_and_reactions_are_system_callers(caller: Caller, system: bool) -> None:  # noqa: FBT001 - a column of the table
    assert caller.system is system
