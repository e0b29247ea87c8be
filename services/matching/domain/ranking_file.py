"""Writes the file that a page of suggestions offers, so that anybody can recompute the page with `kith rank`: docs/formats/rank.md."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from services.matching.domain.ranking_input import RankingInput, Span, SupportedPerson, TeamMember, Worker

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_MINUTES = 24 * 60


def ranking_file(question: RankingInput) -> dict[str, Any]:
    """The content of the file, ready for JSON: the same question makes the same file, in whatever order it was gathered."""
    return {
        "on": question.on.isoformat(),
        "person": _person(question.person),
        "team": [_team_member(member) for member in sorted(question.team, key=lambda member: member.id)],
        "workers": [_worker(worker) for worker in sorted(question.workers, key=lambda worker: worker.id)],
    }


def _person(person: SupportedPerson) -> dict[str, Any]:
    must = person.must
    return {
        "id": person.id,
        "place": list(person.place),
        "wants": _times(person.wants),
        "must": {"skills": sorted(must.skills), "languages": sorted(must.languages), "gender": must.gender},
        "wishes": {"languages": sorted(person.wished_languages), "tags": sorted(person.wished_tags)},
        "never": sorted(person.never),
    }


def _team_member(member: TeamMember) -> dict[str, Any]:
    return {"id": member.id, "free": _times(member.free), "skills": sorted(member.skills)}


def _worker(worker: Worker) -> dict[str, Any]:
    return {
        "id": worker.id,
        "place": list(worker.place),
        "reach_km": worker.reach_km,
        "free": _times(worker.free),
        "minutes_left": worker.minutes_left,
        "skills": {skill: _last_day(worker.skills[skill]) for skill in sorted(worker.skills)},
        "languages": sorted(worker.languages),
        "gender": worker.gender,
        "wishes": {"tags": sorted(worker.wished_tags)},
        "never": sorted(worker.never),
        "missing": sorted(worker.missing),
    }


def _last_day(last_day: date | None) -> str | None:
    return None if last_day is None else last_day.isoformat()


def _times(spans: Iterable[Span]) -> list[list[str]]:
    """One entry for each day of a span: a file's times do not go over midnight."""
    times = []
    for begins, ends in sorted(set(spans)):
        for number, day in enumerate(_DAYS):
            midnight = number * _DAY_MINUTES
            first, until = max(begins - midnight, 0), min(ends - midnight, _DAY_MINUTES)
            if first < until:
                times.append([day, _clock(first), _clock(until)])
    return times


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
