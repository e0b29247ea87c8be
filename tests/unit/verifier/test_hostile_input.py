"""The verifier gives a verdict on any bytes, and rejects every change to a valid bundle."""

import random
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.verifier import bundle_archive, checks
from scripts.verifier.checks import ExitCode, VerifierInputs
from scripts.verifier.errors import CheckFailedError, DamagedError
from tests.support.bundle_parts import pack_archive
from tests.support.valid_examples import annulled, changed_and_bad_ballots

_GOOD = changed_and_bad_ballots()
_PINS = VerifierInputs(tuple((party, _GOOD.vote.fingerprint(party)) for party in _GOOD.vote.parties))
_MEMBERS = _GOOD.vote.members()


@pytest.mark.capability("G15")
def test_a_changed_bit_is_always_found() -> None:
    """A bit of every 45th byte, other ones in every part of the file; bench/flip_every_bit.py takes them all."""
    chance = random.Random(15)  # noqa: S311 - for tests
    unseen = []
    for at in range(chance.randrange(45), len(_GOOD.data), 45):
        changed = bytearray(_GOOD.data)
        changed[at] ^= 1 << chance.randrange(8)
        if checks.verify(bytes(changed), _PINS).exit != ExitCode.WRONG:
            unseen.append(at)

    assert unseen == []


def test_every_bit_of_a_header_and_of_the_end_is_found() -> None:
    end = len(_GOOD.data) - 1024
    for at in (*range(512), *range(end, end + 1024, 8)):
        changed = bytearray(_GOOD.data)
        changed[at] ^= 1 << at % 8
        with pytest.raises((CheckFailedError, DamagedError)):
            bundle_archive.check_members(
                bundle_archive.read_archive(BytesIO(bytes(changed))), set(_GOOD.vote.parties), set(_GOOD.vote.co_ops)
            )


@given(st.binary(max_size=3000))
def test_bytes_of_any_kind_are_no_bundle_and_nothing_else(data: bytes) -> None:
    assert checks.verify(data, _PINS).exit == ExitCode.DAMAGED


@given(st.data())
def test_parts_put_together_at_random_are_wrong_and_nothing_else(data: st.DataObject) -> None:
    names = data.draw(st.permutations(list(_MEMBERS)))
    chosen = names[: data.draw(st.integers(0, len(names)))]
    archive = pack_archive({name: _MEMBERS[name] for name in chosen})

    assert checks.verify(archive, _PINS).exit == (ExitCode.FINAL if chosen == list(_MEMBERS) else ExitCode.WRONG)


@given(st.sampled_from(sorted(_MEMBERS)), st.binary(max_size=400), st.integers(0, 5000))
def test_a_part_with_other_content_is_wrong_and_nothing_else(name: str, content: bytes, at: int) -> None:
    changed = dict(_MEMBERS)
    changed[name] = changed[name][:at] + content + changed[name][at + len(content) :]

    assert checks.verify(pack_archive(changed), _PINS).exit == (ExitCode.FINAL if changed == _MEMBERS else ExitCode.WRONG)


@pytest.mark.parametrize("content", [b"[" * 100_000, b'{"a":' * 50_000, b"9" * 60_000, b'"\\ud800"', b"nul", b"-0", b"\xef\xbb\xbf{}", b""])
@pytest.mark.parametrize("name", ["terms", "outcome", "identity/ash-grove", "signatures/ash-grove"])
def test_json_that_is_made_to_hurt_is_wrong_and_nothing_else(name: str, content: bytes) -> None:
    assert checks.verify(pack_archive(_MEMBERS | {name: content}), _PINS).exit == ExitCode.WRONG


def test_the_frames_of_every_board_are_looked_at_before_any_document() -> None:
    pinned_wrongly = VerifierInputs((("ash-grove", "00" * 32),))

    verdict = checks.verify(pack_archive(_MEMBERS | {"boards/birch-hill/entries": b"\0\0\0\2{"}), pinned_wrongly)

    assert verdict.failure is not None
    assert (verdict.failure.number, verdict.checked) == (1, [])


@pytest.mark.parametrize("size", [2**32 - 1, 8 * 1024 + 1])
def test_an_entry_that_is_longer_than_allowed_is_refused_before_it_is_read(size: int) -> None:
    name = "boards/ash-grove/entries"
    archive = pack_archive(_MEMBERS | {name: _MEMBERS[name] + size.to_bytes(4, "big") + b"x" * 9000})

    verdict = checks.verify(archive, _PINS)

    assert verdict.failure is not None
    assert verdict.failure.number == 1


def test_an_outcome_with_an_annulment_is_invalid_and_a_missing_one_without_it_too() -> None:
    builder = annulled().vote
    builder.conclude()
    members = dict(_MEMBERS)
    del members["outcome"]

    for data in (builder.pack(), pack_archive(members)):
        verdict = checks.verify(data, VerifierInputs())
        assert verdict.failure is not None
        assert verdict.failure.number == 2
