"""What a ballot may choose, by the method of the terms."""

from collections.abc import Mapping

from libs.boards import forms
from libs.boards.entries import Choice
from libs.boards.terms import ABSTAIN, FIXED_OPTIONS, Terms

SCORE, APPROVAL, PLURALITY = "score", "approval", "plurality"


def choice_allowed(terms: Terms, choice: Choice) -> bool:
    """Whether the terms allow it ("Choice" in docs/formats/federated-vote.md)."""
    method, options = terms.rule.method, terms.options
    match choice:
        case str():
            single = method == PLURALITY or method in FIXED_OPTIONS
            return single and (choice in options or (method == PLURALITY and choice == ABSTAIN))
        case tuple():
            return method == APPROVAL and set(choice) <= set(options) and list(choice) == forms.in_order(list(dict.fromkeys(choice)))
        case Mapping():
            most = terms.rule.counting.highest_score or 0
            return method == SCORE and all(option in options and points <= most for option, points in choice.items())


def marks_of(choice: Choice) -> Mapping[str, int]:
    """What a ballot adds to the tallies: one for each option it names, or its points. Nothing is left out but zero points."""
    match choice:
        case str():
            return {choice: 1}
        case tuple():
            return dict.fromkeys(choice, 1)
        case Mapping():
            return {option: points for option, points in choice.items() if points}
