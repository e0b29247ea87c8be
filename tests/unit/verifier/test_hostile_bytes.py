"""Whatever the bytes, a verifier answers; and whatever is changed in a good bundle, it says wrong."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.verifier import checks, container
from scripts.verifier.checks import Brought, Exit
from scripts.verifier.wrong import Wrong
from tests.support.bundle_maker import packed
from tests.support.bundle_stories import annulled, changed_and_bad_ballots

_GOOD = changed_and_bad_ballots()
_PINS = Brought(tuple((one, _GOOD.story.fingerprint(one)) for one in _GOOD.story.parties))
_MEMBERS = _GOOD.story.members()


@pytest.mark.capability("G15")
def test_a_changed_bit_is_always_found() -> None:
    """A bit of every 45th byte, other ones in every part of the file; bench/flip_every_bit.py takes them all."""
    chance = random.Random(15)  # noqa: S311 - for tests
    unseen = []
    for at in range(chance.randrange(45), len(_GOOD.data), 45):
        changed = bytearray(_GOOD.data)
        changed[at] ^= 1 << chance.randrange(8)
        if checks.verify(bytes(changed), _PINS).exit != Exit.WRONG:
            unseen.append(at)

    assert unseen == []


def test_every_bit_of_a_header_and_of_the_end_is_found() -> None:
    end = len(_GOOD.data) - 1024
    for at in (*range(512), *range(end, end + 1024, 8)):
        changed = bytearray(_GOOD.data)
        changed[at] ^= 1 << at % 8
        with pytest.raises(Wrong):
            container.complete(container.read(bytes(changed)), set(_GOOD.story.parties), set(_GOOD.story.co_ops))


@given(st.binary(max_size=3000))
def test_bytes_of_any_kind_are_wrong_and_nothing_else(data: bytes) -> None:
    assert checks.verify(data, _PINS).exit == Exit.WRONG


@given(st.data())
def test_parts_put_together_at_random_are_wrong_and_nothing_else(data: st.DataObject) -> None:
    names = data.draw(st.permutations(list(_MEMBERS)))
    chosen = names[: data.draw(st.integers(0, len(names)))]
    archive = packed({name: _MEMBERS[name] for name in chosen})

    assert checks.verify(archive, _PINS).exit == (Exit.FINAL if chosen == list(_MEMBERS) else Exit.WRONG)


@given(st.sampled_from(sorted(_MEMBERS)), st.binary(max_size=400), st.integers(0, 5000))
def test_a_part_with_other_content_is_wrong_and_nothing_else(name: str, content: bytes, at: int) -> None:
    changed = dict(_MEMBERS)
    changed[name] = changed[name][:at] + content + changed[name][at + len(content) :]

    assert checks.verify(packed(changed), _PINS).exit == (Exit.FINAL if changed == _MEMBERS else Exit.WRONG)


@pytest.mark.parametrize("content", [b"[" * 100_000, b'{"a":' * 50_000, b"9" * 60_000, b'"\\ud800"', b"nul", b"-0", b"\xef\xbb\xbf{}", b""])
@pytest.mark.parametrize("name", ["terms", "outcome", "identity/ash-grove", "signatures/ash-grove"])
def test_json_that_is_made_to_hurt_is_wrong_and_nothing_else(name: str, content: bytes) -> None:
    assert checks.verify(packed(_MEMBERS | {name: content}), _PINS).exit == Exit.WRONG


def test_the_frames_of_every_board_are_looked_at_before_any_document() -> None:
    pinned_wrongly = Brought((("ash-grove", "00" * 32),))

    verdict = checks.verify(packed(_MEMBERS | {"boards/birch-hill/entries": b"\0\0\0\2{"}), pinned_wrongly)

    assert verdict.wrong is not None
    assert (verdict.wrong.number, verdict.checked) == (1, [])


@pytest.mark.parametrize("size", [2**32 - 1, 8 * 1024 + 1])
def test_an_entry_that_is_longer_than_allowed_is_refused_before_it_is_read(size: int) -> None:
    name = "boards/ash-grove/entries"
    archive = packed(_MEMBERS | {name: _MEMBERS[name] + size.to_bytes(4, "big") + b"x" * 9000})

    verdict = checks.verify(archive, _PINS)

    assert verdict.wrong is not None
    assert verdict.wrong.number == 1


def test_an_outcome_beside_an_annulment_is_wrong_and_none_without_one() -> None:
    story = annulled().story
    story.conclude()
    members = dict(_MEMBERS)
    del members["outcome"]

    for data in (story.pack(), packed(members)):
        verdict = checks.verify(data, Brought())
        assert verdict.wrong is not None
        assert verdict.wrong.number == 2
