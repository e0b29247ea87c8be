"""A member's card opens their row and nobody else's; a receipt holds its co-op to it."""

import pytest

from scripts.verifier import cards_and_receipts, checks
from scripts.verifier.checks import ExitCode, Verdict, VerifierInputs
from tests.support.bundle_builder import BundleBuilder
from tests.support.bundle_parts import json_bytes, signed_document
from tests.support.example_votes import ASH, BIRCH, THREE, three_concluded, three_voted


def verify_with(builder: BundleBuilder, card: object = None, receipt: object = None) -> Verdict:
    cards = (cards_and_receipts.read_card(json_bytes(card)),) if card else ()
    receipts = (cards_and_receipts.read_receipt(json_bytes(receipt)),) if receipt else ()
    pins = tuple(pin for card in cards for pin in card.pins.items())
    return checks.verify(builder.pack(), VerifierInputs(pins, cards, receipts))


def test_a_card_says_what_counted_for_its_row_and_pins_every_co_op() -> None:
    builder = three_concluded("card", "ffafo")

    verdict = verify_with(builder, card=builder.card(ASH, 2))

    assert verdict.exit == ExitCode.FINAL
    assert verdict.checked[-1] == (18, "the card opens its row at ash-grove; entry 12 was counted for it: against")


def test_a_card_that_was_copied_by_hand_opens_its_row() -> None:
    builder = three_concluded("card")
    card = builder.card(ASH, 2)

    verdict = verify_with(builder, card=card | {"pseudonym": card["pseudonym"].lower().replace("0", "o").replace("1", "l")})

    assert verdict.exit == ExitCode.FINAL


@pytest.mark.parametrize(
    "changed", [{"identity": "1\nSomebody Else"}, {"salt": "00" * 32}, {"id": BIRCH}, {"vote": "00" * 32}, {"group": "investor"}]
)
def test_a_card_that_is_not_as_it_was_given_out_opens_nothing(changed: dict[str, str]) -> None:
    builder = three_concluded("card")

    verdict = verify_with(builder, card=builder.card(ASH, 2) | changed)

    assert verdict.failure is not None
    assert verdict.failure.number == 18


@pytest.mark.capability("G15")
def test_a_receipt_whose_ballot_is_not_on_the_board_convicts_the_co_op() -> None:
    builder, kept = three_concluded("receipt"), three_voted("receipt", "affff")

    verdict = verify_with(builder, receipt=kept.receipt(ASH, 0, 10))

    assert verdict.failure is not None
    assert verdict.failure.number == 18
    assert "ash-grove signed this receipt" in verdict.failure.sentence


def test_a_receipt_tells_whether_its_ballot_was_counted() -> None:
    builder = three_voted("replaced")
    first = builder.receipt(ASH, 0, 10)
    last = builder.receipt(ASH, 0, builder.ballot(ASH, 0, "against"))
    builder.close()
    builder.conclude()

    assert "a later ballot took its place" in verify_with(builder, receipt=first).checked[-1][1]
    assert "it was counted" in verify_with(builder, receipt=last).checked[-1][1]


def test_a_receipt_that_another_co_op_signed_proves_nothing() -> None:
    builder = three_concluded("receipt")
    body = builder.receipt(ASH, 0, 10)["body"]

    verdict = verify_with(builder, receipt=signed_document(builder.key(BIRCH, "statement"), "receipt", body))

    assert verdict.failure is not None
    assert verdict.failure.number == 18


def test_a_receipt_for_the_ballot_of_another_row_or_for_no_ballot_proves_nothing() -> None:
    builder = three_concluded("receipt")

    for receipt in (builder.receipt(ASH, 1, 10), builder.receipt(ASH, 0, 9)):
        verdict = verify_with(builder, receipt=receipt)
        assert verdict.failure is not None
        assert (verdict.failure.number, "no ballot of its row" in verdict.failure.sentence) == (18, True)


def test_pins_that_contradict_each_other_are_wrong() -> None:
    builder = three_concluded("pins")
    pins = tuple((co_op, builder.fingerprint(co_op)) for co_op in THREE)

    verdict = checks.verify(builder.pack(), VerifierInputs((*pins, (BIRCH, "00" * 32))))

    assert verdict.failure is not None
    assert verdict.failure.number == 4


def test_one_pin_too_few_and_the_result_is_not_pinned() -> None:
    builder = three_concluded("pins")

    verdict = checks.verify(builder.pack(), VerifierInputs(tuple((co_op, builder.fingerprint(co_op)) for co_op in THREE[:2])))

    assert (verdict.exit, verdict.not_pinned) == (ExitCode.NOT_PINNED, [THREE[2]])
