"""JSON bytes are of one form, and everything else is refused."""

import pytest

from scripts.verifier.canonical_json import NotCanonicalJsonError, decode, encode
from scripts.verifier.merkle import MerkleTree
from tests.support.bundle_parts import merkle_root


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1,"b":[true,false,"x"]}',
        b'"\\b\\t\\n\\f\\r\\u0000\\u001f\\"\\\\/"',
        '"\u007f\u2028\u00e9\U0001f600"'.encode(),
        # By UTF-16 code units U+1F600 (D83D DE00) comes before U+FB01; by code points it would come after.
        '{"\U0001f600":1,"\ufb01":2}'.encode(),
        b"9007199254740991",
        # Not in NFC: no matter of JSON bytes.
        b'{"e\xcc\x81":"e\xcc\x81"}',
    ],
)
def test_the_one_form_is_read_and_written_again(data: bytes) -> None:
    assert encode(decode(data)) == data


@pytest.mark.parametrize(
    "data",
    [
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a": 1}',
        b"1.0",
        b"1e3",
        b"-1",
        b"-0",
        b"null",
        b"[null]",
        b"NaN",
        b"9007199254740992",
        b'"\\u00e9"',
        b'"\\/"',
        b'"\\u000A"',
        b'"\xff"',
        b'"\\ud800"',
        b"{}\n",
        '{"\ufb01":2,"\U0001f600":1}'.encode(),
    ],
)
def test_every_other_form_is_refused(data: bytes) -> None:
    with pytest.raises(NotCanonicalJsonError):
        decode(data)


def test_the_root_of_every_beginning_of_a_board_is_that_of_the_rfc() -> None:
    entries = [str(number).encode() for number in range(70)]
    tree = MerkleTree(entries)

    assert [tree.root(size) for size in range(71)] == [merkle_root(entries[:size]).hex() for size in range(71)]
