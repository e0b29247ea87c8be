"""The files of examples/bundles: valid votes, and each way a bundle can be invalid. `write_example_files` recreates the same bytes."""

import hashlib
import tomllib
from dataclasses import replace
from pathlib import Path

from tests.support.bundle_builder import BundleBuilder
from tests.support.bundle_parts import json_bytes as encoded
from tests.support.example_votes import ASH, THREE, ExampleBundle
from tests.support.invalid_examples import INVALID_EXAMPLES
from tests.support.valid_examples import VALID_EXAMPLES, ballot_of_bad_form, pooled_cap

FOLDER = Path(__file__).parents[2] / "examples" / "bundles"


def example_files() -> dict[str, bytes]:
    """Every generated file of examples/bundles, by name."""
    contents, lines = {}, [_HEAD]
    for make in (*VALID_EXAMPLES, *INVALID_EXAMPLES):
        example = make()
        name = f"{make.__name__.replace('_', '-')}.kith"
        contents[name] = example.data
        lines.append(_case_table(name, example, example.about))
    first = pooled_cap()
    contents["card.json"] = encoded(first.vote.card(ASH, 0))
    contents["receipt.json"] = encoded(first.vote.receipt(ASH, 0, 11))
    contents["receipt-of-another.json"] = encoded(first.vote.receipt(ASH, 1, 11))
    bad_form = ballot_of_bad_form()
    contents["receipt-of-bad-form.json"] = encoded(bad_form.vote.receipt(ASH, 0, 15))
    strange = first.vote.card(ASH, 0) | {"identity": "1\nMade-up Member 2"}
    contents["card-of-another.json"] = encoded(strange)
    about = "the same with the receipt of that ballot: it is good, and the ballot does not count"
    lines.append(_case_table("ballot-of-bad-form.kith", bad_form, about, paper='receipt = "receipt-of-bad-form.json"'))
    lines += [*_card_and_receipt_cases(first), *_pin_tables(first.vote)]
    contents["expected.toml"] = "\n".join(lines).encode()
    return contents


def write_example_files() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    made = example_files()
    tomllib.loads(made["expected.toml"].decode())
    for name, data in made.items():
        (FOLDER / name).write_bytes(data)


_HEAD = """# What a verifier must say of each file. `check` is the number of the check of docs/formats/bundle.md that fails,
# 0 where none does; `pins` names the root fingerprints, below, that are given to it.
# Made by: python -m tests.support.bundle_builder
"""


def _case_table(name: str, example: ExampleBundle, about: str, pins: str = "ours", paper: str = "") -> str:
    lines = ["[[case]]", f'file = "{name}"', f'about = "{about}"', f'pins = "{pins}"', f"exit = {example.exit}", f"check = {example.check}"]
    lines += [f'state = "{example.state}"'] if example.state else []
    return "\n".join([*lines, *([paper] if paper else []), ""])


def _card_and_receipt_cases(first: ExampleBundle) -> list[str]:
    name = "pooled-cap.kith"
    return [
        _case_table(name, replace(first, exit=2), "the same without pins: anyone could have made it", "none"),
        _case_table(name, replace(first, exit=1, check=4, state=""), "the same with the fingerprints of other co-ops", "strangers"),
        _case_table(name, first, "the same with a card, which opens its row", paper='card = "card.json"'),
        _case_table(
            name, replace(first, exit=1, check=18, state=""), "a card made out to another name", paper='card = "card-of-another.json"'
        ),
        _case_table(name, first, "the same with the receipt of a ballot", paper='receipt = "receipt.json"'),
        _case_table(
            name,
            replace(first, exit=1, check=18, state=""),
            "a receipt, well signed, for the ballot of another row",
            paper='receipt = "receipt-of-another.json"',
        ),
    ]


def _pin_tables(vote: BundleBuilder) -> list[str]:
    lines = ["[pins.none]", "", "[pins.ours]"]
    lines += [f'{co_op} = "{vote.fingerprint(co_op)}"' for co_op in (*THREE, "oak-union")]
    return [*lines, "", "[pins.strangers]", *(f'{co_op} = "{hashlib.sha256(co_op.encode()).hexdigest()}"' for co_op in THREE), ""]
