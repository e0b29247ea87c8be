"""Canonical bytes and signatures over them."""

import json
import unicodedata

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from libs.signing import canonical, statement
from libs.signing.canonical import MAX_INTEGER, Json, NotCanonicalError
from libs.signing.statement import BadSignatureError

# RFC 8032, section 7.1, TEST 1: the secret key.
SECRET = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
PUBLIC = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


values: st.SearchStrategy[Json] = st.recursive(
    st.booleans() | st.integers(0, MAX_INTEGER) | st.text(max_size=8).filter(lambda text: text == _nfc(text)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcé\U0001f600", max_size=4).map(_nfc), inner, max_size=4),
    max_leaves=12,
)


def test_keys_are_ordered_by_their_utf16_units_as_in_rfc_8785() -> None:
    # Section 3.2.3, without the one key (\\ufb33) that NFC would take apart.
    value: Json = {"\u20ac": "Euro Sign", "\r": "Carriage Return", "1": "One", "\U0001f600": "Smiley", "\u0080": "Control", "\u00f6": "O"}
    expected = '{"\\r":"Carriage Return","1":"One","\u0080":"Control","\u00f6":"O","\u20ac":"Euro Sign","\U0001f600":"Smiley"}'
    assert canonical.encode(value) == expected.encode()


def test_strings_are_escaped_as_in_rfc_8785() -> None:
    # Section 3.2.2.2.
    assert canonical.encode("\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/") == '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'.encode()


def test_literals_and_nesting_have_no_space() -> None:
    assert canonical.encode({"b": [1, True, False, "x", {}], "a": []}) == b'{"a":[],"b":[1,true,false,"x",{}]}'


@given(values)
def test_bytes_are_those_of_an_implementation_of_rfc_8785(value: Json) -> None:
    assert canonical.encode(value) == rfc8785.dumps(value)


@given(values)
def test_a_value_survives_its_bytes_and_they_are_the_only_ones(value: Json) -> None:
    data = canonical.encode(value)
    assert canonical.decode(data) == value
    assert canonical.encode(canonical.decode(data)) == data
    assert json.loads(data) == value


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"1.0",
        b"1e3",
        b"-1",
        b"-0",
        b"01",
        b"9007199254740992",
        b"NaN",
        b'{"a":1,"a":2}',
        b'{"b":1,"a":2}',
        b'{"a": 1}',
        b"[1,]",
        b' "a"',
        b'"\\u0041"',
        b'"\\ud800"',
        b"\xff",
        b"\xef\xbb\xbf1",
        b"[" * 100_000,
        b"[" * 70 + b"]" * 70,
        b"9" * 5000,
    ],
)
def test_bytes_that_are_not_canonical_are_refused(data: bytes) -> None:
    with pytest.raises(NotCanonicalError):
        canonical.decode(data)


@pytest.mark.parametrize("value", [None, 1.5, -1, MAX_INTEGER + 1, ["x", None], {1: "one"}, "\ud800", {"\ud800": 1}, b"bytes"])
def test_values_that_cannot_be_signed_are_refused(value: Json) -> None:
    with pytest.raises(NotCanonicalError):
        canonical.encode(value)


@given(st.binary(max_size=60))
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    try:
        value = canonical.decode(data)
    except NotCanonicalError:
        return
    assert canonical.encode(value) == data


def test_the_published_dsse_vector_is_reproduced(monkeypatch: pytest.MonkeyPatch) -> None:
    # protocol.md of DSSE v1, "Test Vectors": its type instead of ours, its payload, its PAE.
    monkeypatch.setattr(statement, "payload_type", lambda _: "http://example.com/HelloWorld")
    assert statement.pae("", b"hello world") == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


def test_the_bytes_signed_are_those_of_dsse() -> None:
    # protocol.md of DSSE v1: PAE(type, body) = "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body, with its example body.
    body = b"hello world"
    assert statement.payload_type("caller") == "application/vnd.kith.caller+json;v=1"
    assert statement.pae("caller", body) == b"DSSEv1 36 application/vnd.kith.caller+json;v=1 11 hello world"
    assert statement.pae("caller", "é".encode()) == b"DSSEv1 36 application/vnd.kith.caller+json;v=1 2 \xc3\xa9"


def test_a_signature_is_plain_ed25519_over_those_bytes() -> None:
    key = Ed25519PrivateKey.from_private_bytes(SECRET)
    assert key.public_key().public_bytes_raw() == PUBLIC
    signature = statement.sign(key, "caller", b"{}")
    key.public_key().verify(signature, b"DSSEv1 36 application/vnd.kith.caller+json;v=1 2 {}")
    statement.verify(key.public_key(), "caller", b"{}", signature)


@pytest.mark.parametrize(("kind", "body", "turn"), [("other", b"{}", 0), ("caller", b"{ }", 0), ("caller", b"{}", 1)])
def test_a_signature_for_another_kind_body_or_with_one_bit_turned_is_bad(kind: str, body: bytes, turn: int) -> None:
    key = Ed25519PrivateKey.from_private_bytes(SECRET)
    signature = bytearray(statement.sign(key, "caller", b"{}"))
    signature[7] ^= turn
    with pytest.raises(BadSignatureError):
        statement.verify(key.public_key(), kind, body, bytes(signature))


@given(st.text(max_size=10), st.binary(max_size=10), st.text(max_size=10), st.binary(max_size=10))
def test_no_two_statements_have_the_same_signed_bytes(kind: str, body: bytes, other_kind: str, other_body: bytes) -> None:
    same = (kind, body) == (other_kind, other_body)
    assert (statement.pae(kind, body) == statement.pae(other_kind, other_body)) is same
