"""Both sides compose the same bytes."""

from dataclasses import replace

import pytest

from libs.boards.document_fields import DocumentError
from libs.signing import canonical
from services.federation.domain import agreement
from services.federation.domain.agreement import AgreementHalf, DecisionReference

ELM = AgreementHalf(
    "elm-row", "Elm Row Care", "ab" * 32, "the secretary, 01632 960001", DecisionReference("general_meeting", "2026-03-01", "3"), (1,)
)
MILL = AgreementHalf(
    "mill-lane", "Mill Lane Help", "cd" * 32, "the board, 01632 960002", DecisionReference("board", "2026-03-02", "12"), (1, 2)
)


def test_both_sides_compose_the_same_bytes() -> None:
    assert agreement.compose(ELM, MILL) == agreement.compose(MILL, ELM)


def test_it_says_what_data_may_cross_and_how_it_ends() -> None:
    body = canonical.decode(agreement.compose(ELM, MILL))

    assert isinstance(body, dict)
    assert (body["categories"], body["exit"], body["versions"]) == (["votes"], "kith/exit/1", [1])


def test_asks_need_the_version_of_both() -> None:
    """A co-op that knows no asks composes what it always composed."""
    both = agreement.compose(replace(ELM, versions=(1, 2)), MILL)
    body = canonical.decode(both)
    assert isinstance(body, dict)
    assert (body["categories"], body["versions"]) == (["asks", "votes"], [1, 2])
    assert (agreement.covers_asks(both), agreement.covers_asks(agreement.compose(ELM, MILL))) == (True, False)


def test_a_half_goes_over_the_wire_and_back() -> None:
    assert agreement.half_from_json(agreement.half_to_json(ELM)) == ELM


@pytest.mark.parametrize(
    ("key", "value"),
    [("contact", ""), ("contact", "a\nb"), ("root", "x"), ("versions", [0]), ("versions", [2, 1]), ("id", "X"), ("more", 1)],
)
def test_a_half_out_of_form_is_refused(key: str, value: canonical.Json) -> None:
    with pytest.raises(DocumentError):
        agreement.half_from_json({**agreement.half_to_json(ELM), key: value})


def test_a_decision_of_an_unknown_body_is_refused() -> None:
    with pytest.raises(DocumentError):
        agreement.half_from_json({**agreement.half_to_json(ELM), "decision": {"body": "king", "date": "2026-03-01", "reference": "3"}})


def test_without_a_common_version_there_is_no_agreement() -> None:
    with pytest.raises(DocumentError):
        agreement.compose(ELM, AgreementHalf("mill-lane", "M", "cd" * 32, "c", MILL.decision, (2,)))
