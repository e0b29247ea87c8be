"""Checks a ballot's choice against the method of the terms, and turns it into points."""

from collections.abc import Mapping

from libs.boards import document_fields
from libs.boards.entries import Choice
from libs.boards.vote_terms import ABSTAIN, FIXED_OPTIONS, VoteTerms

SCORE, APPROVAL, PLURALITY = "score", "approval", "plurality"


def is_choice_allowed(terms: VoteTerms, choice: Choice) -> bool:
    """Whether the terms allow this choice ("Choice" in docs/formats/federated-vote.md)."""
    method, options = terms.rule.method, terms.options
    match choice:
        case str():
            single = method == PLURALITY or method in FIXED_OPTIONS
            return single and (choice in options or (method == PLURALITY and choice == ABSTAIN))
        case tuple():
            return (
                method == APPROVAL
                and set(choice) <= set(options)
                and list(choice) == document_fields.sort_items(list(dict.fromkeys(choice)))
            )
        case Mapping():
            most = terms.rule.counting.highest_score or 0
            return method == SCORE and all(option in options and points <= most for option, points in choice.items())


def tally_points(choice: Choice) -> Mapping[str, int]:
    """What a ballot adds to the tallies: one for each option it names, or its points; only zero points are omitted."""
    match choice:
        case str():
            return {choice: 1}
        case tuple():
            return dict.fromkeys(choice, 1)
        case Mapping():
            return {option: points for option, points in choice.items() if points}
