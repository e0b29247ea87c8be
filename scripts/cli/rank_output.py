"""Prints a ranking: one JSON object, or plain words."""

from collections.abc import Iterator
from typing import Any

from scripts.cli.recompute_file import shown
from services.matching.domain.ranking import MOST_FOR_PERSON, MOST_FOR_WORKER, Assessment, Fit, Ranking, Reason
from services.matching.domain.ranking_input import RankingInput


def ranking_as_json(ranking: Ranking) -> dict[str, Any]:
    """The answer as docs/formats/rank.md has it."""
    return {"order": list(ranking.order), "workers": {worker: _assessment(ranking.workers[worker]) for worker in sorted(ranking.workers)}}


def _assessment(found: Assessment) -> dict[str, Any]:
    answer: dict[str, Any] = {"eligible": found.fit is not None, "reasons": [reason.value for reason in found.reasons]}
    if found.fit is not None:
        answer["for_person"] = found.fit.for_person._asdict()
        answer["for_worker"] = found.fit.for_worker._asdict()
        answer["score"] = found.fit.score
    return answer


def format_ranking(question: RankingInput, ranking: Ranking) -> Iterator[str]:
    """Lines for people: the order with its points, then everybody else with every reason."""
    count, person = len(ranking.order), shown(question.person.id)
    workers = "1 worker" if count == 1 else f"{count} workers"
    yield f"{workers} can be suggested to {person} on {question.on.isoformat()}, of {len(ranking.workers)} in the file."
    for place, worker in enumerate(ranking.order, start=1):
        fit = ranking.workers[worker].fit
        if fit is not None:
            yield ""
            yield f"{place}. {shown(worker)}: {fit.score} of 1000, the smaller of the two sums."
            yield from _fit_lines(fit)
    refused = [(worker, found.reasons) for worker, found in sorted(ranking.workers.items()) if found.reasons]
    if refused:
        yield ""
        yield "Not suggested:"
    for worker, reasons in refused:
        yield f"  {shown(worker)}: {', '.join(_WHY[reason] for reason in reasons)}"


def _fit_lines(fit: Fit) -> Iterator[str]:
    for side, parts, most, words in (
        ("the person", fit.for_person._asdict(), MOST_FOR_PERSON._asdict(), _PERSON_WORDS),
        ("the worker", fit.for_worker._asdict(), MOST_FOR_WORKER._asdict(), _WORKER_WORDS),
    ):
        yield f"   For {side}: {sum(parts.values())}"
        yield from (f"     {points:>4} of {most[part]:<4} {words[part]}" for part, points in parts.items())


_PERSON_WORDS = {
    "times": "free when support is wanted",
    "gap": "free when nobody on the team is",
    "minutes": "time left in the week",
    "languages": "speaks the languages wished for",
    "tags": "shares what the person likes",
    "near": "lives near",
}
_WORKER_WORDS = {
    "times": "as much work as the two could share",
    "gap": "work that nobody does yet",
    "tags": "shares what the worker likes",
    "near": "a short way, of how far they go",
}
_WHY = {
    Reason.ON_TEAM: "is on the team already",
    Reason.EXCLUDED: "one of the two said never",
    Reason.NOT_READY: "a check is not complete",
    Reason.SKILL_MISSING: "a needed skill is missing or out of date",
    Reason.LANGUAGE_MISSING: "a needed language is missing",
    Reason.GENDER_NOT_AS_ASKED: "not of the gender asked for",
    Reason.OUT_OF_REACH: "lives too far away",
    Reason.NO_COMMON_HOURS: "no common hours",
    Reason.NO_MINUTES_LEFT: "no time left in the week",
}
