"""Passkeys: what a browser's answer must say, with real keys and signatures."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from libs.callers.relying_party import RelyingParty, relying_party_of
from libs.refusals import FailedPrecondition, Invalid
from services.identity.domain import passkey, passkey_pace
from services.identity.domain.passkey_ceremony import Answer, check_added, check_used, creation_options, read_answer, request_options
from services.identity.domain.passkey_pace import WINDOW, Given
from tests.support.software_passkey import SoftwarePasskey, encode

SITE = RelyingParty("localhost", "http://localhost:8400")
CHALLENGE, HANDLE = b"\x01" * 32, b"\x02" * 32
TO_ADD = creation_options(SITE, CHALLENGE, HANDLE, "Ada Example", [b"known"])
TO_SIGN_IN = request_options(SITE, CHALLENGE)
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def answer(text: str) -> Answer:
    read = read_answer(text)
    assert read is not None
    return read


def test_what_is_asked_for_is_discoverable_verified_and_without_attestation() -> None:
    options = json.loads(TO_ADD)
    assert (
        options["authenticatorSelection"] | {"residentKey": "required", "userVerification": "required"} == options["authenticatorSelection"]
    )
    assert (options["attestation"], options["rp"]["id"], options["timeout"]) == ("none", "localhost", 300_000)
    assert [entry["id"] for entry in options["excludeCredentials"]] == [encode(b"known")]
    assert json.loads(TO_SIGN_IN)["userVerification"] == "required"
    assert not json.loads(TO_SIGN_IN).get("allowCredentials"), "it would say who has which passkey"


@pytest.mark.parametrize("synced", [False, True])
def test_a_passkey_is_added_and_signs_in(synced: bool) -> None:  # noqa: FBT001 - a parameter of the test
    device = SoftwarePasskey(synced=synced)
    made = check_added(answer(device.create(TO_ADD)), SITE)
    assert made is not None
    assert (made.credential_id, made.sign_count, made.is_synced) == (device.credential_id, 0, synced)
    shown = answer(device.get(TO_SIGN_IN))
    assert (shown.challenge, shown.user_handle, shown.credential_id) == (CHALLENGE, HANDLE, device.credential_id)
    use = check_used(shown, SITE, made.public_key)
    assert use is not None
    assert (use.sign_count, use.is_synced) == (0 if synced else 1, synced)


WRONG: dict[str, Callable[[SoftwarePasskey], SoftwarePasskey]] = {
    "of another site": lambda device: replace(device, site="evil.example"),
    "of another origin": lambda device: replace(device, origin="http://localhost:8401"),
    "of https where we are http": lambda device: replace(device, origin="https://localhost:8400"),
    "of a subdomain": lambda device: replace(device, origin="http://evil.localhost:8400"),
    "without finger, face or PIN": lambda device: replace(device, verified=False),
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_an_answer_that_is_wrong_in_one_point_is_refused(change: Callable[[SoftwarePasskey], SoftwarePasskey]) -> None:
    device = SoftwarePasskey()
    made = check_added(answer(device.create(TO_ADD)), SITE)
    assert made is not None
    assert check_used(answer(change(device).get(TO_SIGN_IN)), SITE, made.public_key) is None
    assert check_added(answer(change(SoftwarePasskey()).create(TO_ADD)), SITE) is None


def test_a_signature_of_another_key_or_of_another_moment_is_refused() -> None:
    device, other = SoftwarePasskey(), SoftwarePasskey()
    made = check_added(answer(device.create(TO_ADD)), SITE)
    assert made is not None
    other.create(TO_ADD)
    stolen = replace(other, credential_id=device.credential_id)
    assert check_used(answer(stolen.get(TO_SIGN_IN)), SITE, made.public_key) is None
    earlier = json.loads(device.get(TO_SIGN_IN))["response"]["signature"]
    later = request_options(SITE, b"\x03" * 32)
    assert check_used(answer(device.get(later, signature=earlier)), SITE, made.public_key) is None
    assert check_added(answer(device.get(TO_SIGN_IN)), SITE) is None, "a sign-in adds nothing"
    assert check_used(answer(SoftwarePasskey().create(TO_ADD)), SITE, made.public_key) is None


def test_no_certificate_is_ever_parsed() -> None:
    for fmt, statement in (
        ("packed", {"alg": -7, "sig": b"0", "x5c": [b"no certificate"]}),
        ("tpm", {"ver": "2.0", "x5c": [b"no certificate"]}),
        ("fido-u2f", {"sig": b"0", "x5c": [b"no certificate"]}),
        ("nothing known", {}),
    ):
        assert check_added(answer(SoftwarePasskey().create(TO_ADD, fmt=fmt, statement=statement)), SITE) is None, fmt


@pytest.mark.parametrize(
    "text",
    [
        *("", "{}", "[]", "null", "7", '"x"', "{" * 100, "[" * 16_000, '{"rawId": "AA", "response": {}}', "\x00", "a" * 16_385),
        '{"rawId": 7, "response": {"clientDataJSON": "e30"}}',
        '{"rawId": "AA", "response": {"clientDataJSON": "e30"}}',
        json.dumps({"rawId": "", "response": {"clientDataJSON": encode(b'{"challenge": "AA"}')}}),
        json.dumps({"rawId": "A" * 2000, "response": {"clientDataJSON": encode(b'{"challenge": "AA"}')}}),
        SoftwarePasskey(framed=True).get(TO_SIGN_IN),
    ],
)
def test_what_no_browser_sends_from_our_pages_is_not_read(text: str) -> None:
    assert read_answer(text) is None


@pytest.mark.parametrize("name", ["authenticatorData", "signature", "clientDataJSON", "attestationObject"])
def test_an_answer_with_any_part_cut_or_missing_is_refused_and_no_fault(name: str) -> None:
    device = SoftwarePasskey()
    made = check_added(answer(device.create(TO_ADD)), SITE)
    assert made is not None
    for text in (device.create(TO_ADD), device.get(TO_SIGN_IN)):
        whole = json.loads(text)
        if name not in whole["response"]:
            continue
        value = whole["response"].pop(name)
        parts: tuple[object, ...] = (None, "", value[: len(value) // 2], value[:-4], 7, [], "!")
        for part in parts:
            cut = read_answer(json.dumps(whole | {"response": whole["response"] | {name: part}}))
            assert cut is None or (check_added(cut, SITE) is None and check_used(cut, SITE, made.public_key) is None), part


@pytest.mark.parametrize(
    ("stored", "shown", "back"), [(0, 0, False), (0, 1, False), (4, 5, False), (4, 900, False), (5, 5, True), (5, 4, True), (5, 0, True)]
)
def test_a_counter_must_go_up_unless_there_is_none(stored: int, shown: int, back: bool) -> None:  # noqa: FBT001 - a parameter of the test
    assert passkey.counter_went_back(stored, shown) is back


def test_a_name_is_short_and_there_are_ten_passkeys_at_most() -> None:
    assert passkey.parse_name("  My\nold\x00   phone ") == "My old phone"
    with pytest.raises(Invalid, match="PASSKEY_NAME_LONG"):
        passkey.parse_name("x" * 61)
    passkey.require_room(9)
    with pytest.raises(FailedPrecondition, match="PASSKEYS_FULL"):
        passkey.require_room(10)


def test_who_asks_too_often_waits_a_minute_at_most_and_keeps_nobody_else_out() -> None:
    busy, free = Given(30, NOW - timedelta(seconds=1)), Given(29, NOW - WINDOW)
    assert passkey_pace.wait(busy, None, NOW) == timedelta(seconds=60)
    assert passkey_pace.wait(Given(30, NOW - WINDOW + timedelta(seconds=5)), None, NOW) == timedelta(seconds=5)
    assert not passkey_pace.wait(free, None, NOW)
    flooded = Given(3_000, NOW - timedelta(seconds=1))
    assert passkey_pace.wait(free, flooded, NOW) > timedelta()
    assert not passkey_pace.wait(free, None, NOW), "a browser that signed in before is judged by itself"


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://Pages.Example.org", RelyingParty("pages.example.org", "https://pages.example.org")),
        ("https://pages.example.org:443/", RelyingParty("pages.example.org", "https://pages.example.org")),
        ("https://pages.example.org:8443", RelyingParty("pages.example.org", "https://pages.example.org:8443")),
        ("http://localhost:8400", SITE),
        ("http://elm.localhost:80", RelyingParty("elm.localhost", "http://elm.localhost")),
        *((url, None) for url in ("http://pages.example.org", "https://192.0.2.1", "https://[2001:db8::1]", "http://127.0.0.1:8400")),
        *((url, None) for url in ("http://0.0.0.0:8400", "ftp://localhost", "https://ü.example", "nothing")),
    ],
)
def test_the_site_is_that_of_the_public_address(url: str, site: RelyingParty | None) -> None:
    assert relying_party_of(url) == site
