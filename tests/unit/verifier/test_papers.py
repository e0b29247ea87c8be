"""A member's card opens their row and nobody else's; a receipt holds its co-op to it."""

import pytest

from scripts.verifier import checks, papers
from scripts.verifier.checks import Brought, Exit, Verdict
from tests.support.bundle_maker import Story, json_bytes, sealed
from tests.support.bundle_stories import ASH, BIRCH, THREE, three, whole


def asked(story: Story, card: object = None, receipt: object = None) -> Verdict:
    cards = (papers.read_card(json_bytes(card)),) if card else ()
    receipts = (papers.read_receipt(json_bytes(receipt)),) if receipt else ()
    pins = tuple(pin for one in cards for pin in one.pins.items())
    return checks.verify(story.pack(), Brought(pins, cards, receipts))


def test_a_card_says_what_counted_for_its_row_and_pins_every_co_op() -> None:
    story = whole("card", "ffafo")

    verdict = asked(story, card=story.card(ASH, 2))

    assert verdict.exit == Exit.FINAL
    assert verdict.checked[-1] == (18, "the card opens its row at ash-grove; entry 12 was counted for it: against")


def test_a_card_that_was_copied_by_hand_opens_its_row() -> None:
    story = whole("card")
    card = story.card(ASH, 2)

    verdict = asked(story, card=card | {"pseudonym": card["pseudonym"].lower().replace("0", "o").replace("1", "l")})

    assert verdict.exit == Exit.FINAL


@pytest.mark.parametrize(
    "changed", [{"identity": "1\nSomebody Else"}, {"salt": "00" * 32}, {"id": BIRCH}, {"vote": "00" * 32}, {"group": "investor"}]
)
def test_a_card_that_is_not_as_it_was_given_out_opens_nothing(changed: dict[str, str]) -> None:
    story = whole("card")

    verdict = asked(story, card=story.card(ASH, 2) | changed)

    assert verdict.wrong is not None
    assert verdict.wrong.number == 18


@pytest.mark.capability("G15")
def test_a_receipt_whose_ballot_is_not_on_the_board_convicts_the_co_op() -> None:
    story, kept = whole("receipt"), three("receipt", "affff")

    verdict = asked(story, receipt=kept.receipt(ASH, 0, 10))

    assert verdict.wrong is not None
    assert verdict.wrong.number == 18
    assert "ash-grove signed this receipt" in verdict.wrong.sentence


def test_a_receipt_tells_whether_its_ballot_was_counted() -> None:
    story = three("replaced")
    first = story.receipt(ASH, 0, 10)
    last = story.receipt(ASH, 0, story.ballot(ASH, 0, "against"))
    story.close()
    story.conclude()

    assert "a later ballot took its place" in asked(story, receipt=first).checked[-1][1]
    assert "it was counted" in asked(story, receipt=last).checked[-1][1]


def test_a_receipt_that_another_co_op_signed_proves_nothing() -> None:
    story = whole("receipt")
    body = story.receipt(ASH, 0, 10)["body"]

    verdict = asked(story, receipt=sealed(story.key(BIRCH, "statement"), "receipt", body))

    assert verdict.wrong is not None
    assert verdict.wrong.number == 18


def test_a_receipt_for_the_ballot_of_another_row_or_for_no_ballot_proves_nothing() -> None:
    story = whole("receipt")

    for receipt in (story.receipt(ASH, 1, 10), story.receipt(ASH, 0, 9)):
        verdict = asked(story, receipt=receipt)
        assert verdict.wrong is not None
        assert (verdict.wrong.number, "no ballot of its row" in verdict.wrong.sentence) == (18, True)


def test_pins_that_contradict_each_other_are_wrong() -> None:
    story = whole("pins")
    pins = tuple((one, story.fingerprint(one)) for one in THREE)

    verdict = checks.verify(story.pack(), Brought((*pins, (BIRCH, "00" * 32))))

    assert verdict.wrong is not None
    assert verdict.wrong.number == 4


def test_one_pin_too_few_and_the_result_is_not_pinned() -> None:
    story = whole("pins")

    verdict = checks.verify(story.pack(), Brought(tuple((one, story.fingerprint(one)) for one in THREE[:2])))

    assert (verdict.exit, verdict.not_pinned) == (Exit.NOT_PINNED, [THREE[2]])
