"""Merkle trees of RFC 6962: roots, frontiers, and proofs that are valid for their own claim only."""

import gzip
import hashlib
import json
import time
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.signing.merkle import (
    EMPTY_ROOT,
    BadProofError,
    BadTreeError,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)


class InclusionVector(TypedDict):
    name: str
    leafIdx: int
    treeSize: int
    root: str
    leafHash: str
    proof: list[str] | None
    wantErr: bool


class ConsistencyVector(TypedDict):
    name: str
    size1: int
    size2: int
    root1: str
    root2: str
    proof: list[str] | None
    wantErr: bool


class Vectors(TypedDict):
    inclusion: list[InclusionVector]
    consistency: list[ConsistencyVector]


# Source and licence: data/README.md.
VECTORS: Vectors = json.loads(gzip.decompress((Path(__file__).parent / "data" / "merkle_proofs.json.gz").read_bytes()))
# The entries over which those vectors were made.
ENTRIES = [
    bytes.fromhex(one) for one in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
MOST = 70
LEAVES = [leaf_hash(b"entry %d" % number) for number in range(MOST)]
ROOTS = [root_of(LEAVES[:size]) for size in range(MOST + 1)]

sizes = st.integers(1, MOST)


def _decode_hashes(encoded: list[str] | None) -> list[bytes]:
    return [b64decode(one) for one in encoded or []]


def _flip_bit(data: bytes, bit: int) -> bytes:
    turned = bytearray(data)
    turned[bit // 8 % len(data)] ^= 1 << bit % 8
    return bytes(turned)


def _reference_root(leaves: list[bytes]) -> bytes:
    """Section 2.1 word for word."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + _reference_root(leaves[:split]) + _reference_root(leaves[split:])).digest()


@pytest.mark.parametrize("vector", VECTORS["inclusion"], ids=lambda vector: vector["name"])
def test_a_published_inclusion_proof_is_judged_as_published(vector: InclusionVector) -> None:
    given_ = (
        vector["leafIdx"],
        vector["treeSize"],
        b64decode(vector["leafHash"]),
        _decode_hashes(vector["proof"]),
        b64decode(vector["root"]),
    )
    if vector["wantErr"]:
        with pytest.raises(BadProofError):
            verify_inclusion(*given_)
    else:
        verify_inclusion(*given_)


@pytest.mark.parametrize("vector", VECTORS["consistency"], ids=lambda vector: vector["name"])
def test_a_published_consistency_proof_is_judged_as_published(vector: ConsistencyVector) -> None:
    given_ = vector["size1"], vector["size2"], b64decode(vector["root1"]), b64decode(vector["root2"]), _decode_hashes(vector["proof"])
    if vector["wantErr"]:
        with pytest.raises(BadProofError):
            verify_consistency(*given_)
    else:
        verify_consistency(*given_)


def test_the_published_vectors_are_all_there() -> None:
    inclusion, consistency = VECTORS["inclusion"], VECTORS["consistency"]
    assert (len(inclusion), sum(not one["wantErr"] for one in inclusion)) == (98, 6)
    assert (len(consistency), sum(not one["wantErr"] for one in consistency)) == (98, 6)
    assert max(one["leafIdx"] for one in inclusion) > 2**53


def test_our_proofs_over_the_published_entries_are_the_published_ones() -> None:
    leaves = [leaf_hash(entry) for entry in ENTRIES]
    for included in VECTORS["inclusion"]:
        if included["name"].endswith("happy-path"):
            index, size = included["leafIdx"], included["treeSize"]
            assert root_of(leaves[:size]) == b64decode(included["root"])
            assert inclusion_proof(leaves, index, size) == _decode_hashes(included["proof"])
    for grown in VECTORS["consistency"]:
        if grown["name"].endswith("happy-path"):
            assert consistency_proof(leaves, grown["size1"], grown["size2"]) == _decode_hashes(grown["proof"])


def test_leaves_and_nodes_are_hashed_with_their_prefix() -> None:
    assert leaf_hash(b"") == hashlib.sha256(b"\x00").digest()
    assert leaf_hash(b"x") == hashlib.sha256(b"\x00x").digest()
    assert node_hash(b"l" * 32, b"r" * 32) == hashlib.sha256(b"\x01" + b"l" * 32 + b"r" * 32).digest()
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_the_example_of_the_rfc_has_its_proofs() -> None:
    # RFC 6962, section 2.1.3, with its names for the nodes of a tree of seven.
    leaves = LEAVES[:7]
    a, b, c, d, e, f, j = leaves
    g, h, i = node_hash(a, b), node_hash(c, d), node_hash(e, f)
    k, last = node_hash(g, h), node_hash(i, j)

    assert root_of(leaves) == node_hash(k, last)
    assert inclusion_proof(leaves, 0, 7) == [b, h, last]
    assert inclusion_proof(leaves, 3, 7) == [c, g, last]
    assert inclusion_proof(leaves, 4, 7) == [f, j, k]
    assert inclusion_proof(leaves, 6, 7) == [i, k]
    assert consistency_proof(leaves, 3, 7) == [c, d, g, last]
    assert consistency_proof(leaves, 4, 7) == [last]
    assert consistency_proof(leaves, 6, 7) == [i, j, k]


def test_roots_of_all_sizes_are_those_of_the_definition() -> None:
    assert [_reference_root(LEAVES[:size]) for size in range(MOST + 1)] == ROOTS


def test_a_tree_grown_one_by_one_has_the_root_of_its_leaves_at_every_size() -> None:
    frontier = Frontier.empty()
    assert frontier.root == EMPTY_ROOT
    for size, leaf in enumerate(LEAVES, 1):
        frontier = frontier.append(leaf)
        assert (frontier.size, frontier.root) == (size, ROOTS[size])
        assert len(frontier.peaks) == size.bit_count()


@given(st.lists(st.integers(0, 40), max_size=6))
def test_however_leaves_are_portioned_the_tree_is_the_same(portions: list[int]) -> None:
    frontier, begin = Frontier.empty(), 0
    for portion in portions:
        frontier = frontier.extend(leaf_hash(b"%d" % number) for number in range(begin, begin + portion))
        begin += portion
    assert frontier.size == begin
    assert frontier.root == root_of([leaf_hash(b"%d" % number) for number in range(begin)])


def test_a_frontier_survives_its_bytes() -> None:
    frontier = Frontier.empty()
    for leaf in LEAVES:
        data = frontier.encoded()
        assert data == frontier.size.to_bytes(8, "big") + b"".join(frontier.peaks)
        assert Frontier.decoded(data) == frontier
        frontier = frontier.append(leaf)


@given(st.binary(max_size=8 + 5 * 32))
def test_any_bytes_are_a_frontier_or_refused(data: bytes) -> None:
    try:
        frontier = Frontier.decoded(data)
    except BadTreeError:
        return
    assert frontier.encoded() == data


@pytest.mark.parametrize("data", [b"", b"\x00" * 7, b"\x00" * 9, b"\x00" * 7 + b"\x01" + b"p" * 31, b"\x00" * 7 + b"\x03" + b"p" * 32])
def test_bytes_of_another_length_than_the_size_says_are_refused(data: bytes) -> None:
    with pytest.raises(BadTreeError):
        Frontier.decoded(data)


@pytest.mark.parametrize(
    ("size", "peaks"),
    [(-1, (b"p" * 32,)), (2**64, (b"p" * 32,)), (1, ()), (2, (b"p" * 32, b"q" * 32)), (1, (b"p" * 31,)), (0, (b"p" * 32,))],
)
def test_an_impossible_frontier_is_refused(size: int, peaks: tuple[bytes, ...]) -> None:
    with pytest.raises(BadTreeError):
        Frontier(size, peaks)


def test_a_tree_of_the_largest_size_takes_no_further_leaf() -> None:
    full = Frontier(2**64 - 1, (b"p" * 32,) * 64)
    assert Frontier.decoded(full.encoded()) == full
    with pytest.raises(BadTreeError):
        full.append(b"q" * 32)


@pytest.mark.parametrize("leaf", [b"", b"x", b"x" * 31, b"x" * 33])
def test_an_entry_in_place_of_its_hash_is_refused(leaf: bytes) -> None:
    with pytest.raises(BadTreeError):
        Frontier.empty().append(leaf)
    with pytest.raises(BadTreeError):
        root_of([LEAVES[0], leaf])


def test_every_entry_of_every_tree_up_to_seventy_is_shown_to_be_in_it() -> None:
    for size in range(1, MOST + 1):
        for index in range(size):
            verify_inclusion(index, size, LEAVES[index], inclusion_proof(LEAVES, index, size), ROOTS[size])


def test_every_tree_up_to_seventy_is_shown_to_grow_from_every_earlier_one() -> None:
    for second in range(1, MOST + 1):
        for first in range(1, second + 1):
            verify_consistency(first, second, ROOTS[first], ROOTS[second], consistency_proof(LEAVES, first, second))


@given(st.data(), sizes)
def test_an_inclusion_proof_shows_nothing_else(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof, bit = inclusion_proof(LEAVES, index, size), data.draw(st.integers(0, 255))
    changed = [
        (index, size, _flip_bit(LEAVES[index], bit), proof, ROOTS[size]),
        (index, size, LEAVES[index], proof, _flip_bit(ROOTS[size], bit)),
        (index, size, LEAVES[index], [*proof, ROOTS[size]], ROOTS[size]),
        (size, size, LEAVES[index], proof, ROOTS[size]),
        (-1, size, LEAVES[index], proof, ROOTS[size]),
        *(
            (index, size, LEAVES[index], [*proof[:at], _flip_bit(node, bit), *proof[at + 1 :]], ROOTS[size])
            for at, node in enumerate(proof)
        ),
        *((index, size, LEAVES[index], [*proof[:at], *proof[at + 1 :]], ROOTS[size]) for at in range(len(proof))),
        *((other, size, LEAVES[index], proof, ROOTS[size]) for other in range(size) if other != index),
    ]
    for one in changed:
        with pytest.raises(BadProofError):
            verify_inclusion(*one)


def test_a_path_that_goes_on_above_the_root_of_that_size_is_refused() -> None:
    # With a true path of a larger tree: nothing but the length of the proof speaks against it.
    with pytest.raises(BadProofError):
        verify_inclusion(0, 1, LEAVES[1], [LEAVES[0]], ROOTS[2])
    with pytest.raises(BadProofError):
        verify_consistency(1, 2, ROOTS[4], node_hash(ROOTS[4], ROOTS[4]), [ROOTS[4], ROOTS[4]])
    with pytest.raises(BadProofError):
        verify_inclusion(1, 2, LEAVES[3], inclusion_proof(LEAVES, 3, 4), ROOTS[4])


def test_hashes_cut_at_another_place_are_refused_though_their_bytes_run_the_same() -> None:
    left, right = ROOTS[2], node_hash(LEAVES[2], LEAVES[3])
    assert node_hash(left + right[:1], right[1:]) == ROOTS[4]
    with pytest.raises(BadProofError):
        verify_consistency(2, 4, left + right[:1], ROOTS[4], [right[1:]])
    with pytest.raises(BadProofError):
        verify_inclusion(0, 2, LEAVES[0] + LEAVES[1][:1], [LEAVES[1][1:]], ROOTS[2])


@given(st.data(), sizes)
def test_a_consistency_proof_shows_nothing_else(data: st.DataObject, second: int) -> None:
    first = data.draw(st.integers(1, second))
    old, new, proof = ROOTS[first], ROOTS[second], consistency_proof(LEAVES, first, second)
    bit = data.draw(st.integers(0, 255))
    changed = [
        (first, second, _flip_bit(old, bit), new, proof),
        (first, second, old, _flip_bit(new, bit), proof),
        (first, second, old, new, [*proof, new]),
        (0, second, old, new, proof),
        (second, first - 1, old, new, proof),
        *((first, second, old, new, [*proof[:at], _flip_bit(node, bit), *proof[at + 1 :]]) for at, node in enumerate(proof)),
        *((first, second, old, new, [*proof[:at], *proof[at + 1 :]]) for at in range(len(proof))),
    ]
    for one in changed:
        with pytest.raises(BadProofError):
            verify_consistency(*one)


@given(st.data(), st.integers(2, MOST))
def test_a_tree_that_was_changed_behind_its_old_head_has_no_proof(data: st.DataObject, second: int) -> None:
    first = data.draw(st.integers(1, second))
    rewritten = [*LEAVES[:second]]
    rewritten[data.draw(st.integers(0, first - 1))] = leaf_hash(b"rewritten")

    with pytest.raises(BadProofError):
        verify_consistency(first, second, ROOTS[first], root_of(rewritten), consistency_proof(rewritten, first, second))


def test_from_the_empty_tree_only_the_empty_tree_can_be_shown() -> None:
    assert consistency_proof(LEAVES, 0, 0) == consistency_proof(LEAVES, 0, 5) == []
    verify_consistency(0, 0, EMPTY_ROOT, EMPTY_ROOT, [])
    for second, old, new in ((5, EMPTY_ROOT, ROOTS[5]), (0, ROOTS[5], ROOTS[5]), (0, EMPTY_ROOT, ROOTS[5])):
        with pytest.raises(BadProofError):
            verify_consistency(0, second, old, new, [])


def test_proofs_are_checked_exactly_beyond_float_precision() -> None:
    # 2^60 + 1 entries: a perfect tree of equal leaves, one hash a level, and one more entry.
    levels = [leaf_hash(b"same")]
    for _ in range(60):
        levels.append(node_hash(levels[-1], levels[-1]))
    last = leaf_hash(b"last")
    size, root = 2**60 + 1, node_hash(levels[60], last)
    path = [*levels[:60], last]

    for index in (0, 2**53, 2**53 + 1, 2**60 - 1):
        verify_inclusion(index, size, levels[0], path, root)
    verify_inclusion(size - 1, size, last, [levels[60]], root)
    verify_consistency(2**60, size, levels[60], root, [last])
    verify_consistency(2**53, 2**60, levels[53], levels[60], levels[53:60])
    for wrong in (2**60, size, 2**64 - 1):
        with pytest.raises(BadProofError):
            verify_inclusion(wrong, size, levels[0], path, root)
    with pytest.raises(BadProofError):
        verify_consistency(2**53 + 1, 2**60, levels[53], levels[60], levels[53:60])


def test_no_proof_holds_for_a_tree_larger_than_the_standard_allows() -> None:
    levels = [leaf_hash(b"same")]
    for _ in range(64):
        levels.append(node_hash(levels[-1], levels[-1]))

    verify_inclusion(2**63 - 1, 2**63, levels[0], levels[:63], levels[63])
    with pytest.raises(BadProofError):
        verify_inclusion(2**63, 2**64, levels[0], levels[:64], levels[64])
    verify_consistency(2**62, 2**63, levels[62], levels[63], [levels[62]])
    with pytest.raises(BadProofError):
        verify_consistency(2**63, 2**64, levels[63], levels[64], [levels[63]])


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0), (0, MOST + 1)])
def test_no_inclusion_proof_is_made_for_an_entry_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(BadTreeError):
        inclusion_proof(LEAVES, index, size)


@pytest.mark.parametrize(("first", "second"), [(-1, 3), (4, 3), (1, MOST + 1)])
def test_no_consistency_proof_is_made_between_sizes_that_are_not_there(first: int, second: int) -> None:
    with pytest.raises(BadTreeError):
        consistency_proof(LEAVES, first, second)


numbers = st.integers(-1, 2**64) | st.integers(0, 80)
hashes = st.binary(min_size=32, max_size=32) | st.binary(max_size=40) | st.sampled_from(LEAVES)


@given(numbers, numbers, hashes, hashes, st.lists(hashes, max_size=70))
def test_any_proof_by_a_stranger_is_refused_and_nothing_else_happens(
    first: int, second: int, one: bytes, other: bytes, proof: list[bytes]
) -> None:
    with pytest.raises(BadProofError):
        verify_inclusion(first, second, one, proof, b"wrong")
    if first != second:
        with pytest.raises(BadProofError):
            verify_consistency(first, second, one, other, proof)


def test_a_hundred_thousand_leaves_have_their_root_in_good_time() -> None:
    leaves = [number.to_bytes(32, "big") for number in range(100_000)]

    def hash_as_many() -> None:
        for leaf in leaves:
            hashlib.sha256(b"\x01" + leaf + leaf).digest()

    # A tree has as many inner nodes as leaves, and each is hashed once: a few times what the hashes alone take on this machine.
    hashes = min(_cpu_seconds(hash_as_many) for _ in range(3))
    roots: list[bytes] = []
    assert min(_cpu_seconds(lambda: roots.append(root_of(leaves))) for _ in range(2)) < 10 * hashes
    assert min(_cpu_seconds(lambda: roots.append(Frontier.empty().extend(leaves).root)) for _ in range(2)) < 10 * hashes
    assert len(set(roots)) == 1


def _cpu_seconds(work: Callable[[], None]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun
