"""Events only grow: this release reads everything that any earlier release wrote."""

import pytest

from tests.contract.golden_bytes import FOLDER, example, kinds, shown, stored

KINDS = kinds()
STORED = list(stored())


def test_every_fact_has_its_golden_bytes() -> None:
    """When this fails: `python -m tests.contract.golden_bytes`, and commit what it writes."""
    assert sorted(set(KINDS) - set(STORED)) == []


def test_no_fact_that_was_ever_written_has_gone() -> None:
    assert sorted(set(STORED) - set(KINDS)) == []


@pytest.mark.parametrize("name", STORED)
def test_golden_bytes_load_with_the_same_content(name: str) -> None:
    stored_bytes = (FOLDER / f"{name}.bin").read_bytes()

    loaded = KINDS[name].FromString(stored_bytes)

    assert shown(loaded) == (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    loaded.DiscardUnknownFields()
    assert loaded.SerializeToString(deterministic=True) == stored_bytes, "a field was removed or changed its number or type"


@pytest.mark.parametrize("name", sorted(KINDS))
def test_an_example_fills_every_field(name: str) -> None:
    message = example(KINDS[name])

    assert len(message.ListFields()) == len(message.DESCRIPTOR.fields)
