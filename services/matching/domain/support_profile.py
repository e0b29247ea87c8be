"""What a person looks for and what a person offers, as far as suggestions need it; words about themselves are in identity's record.

Nobody is found who did not open their profile. Languages are BCP 47 keys, `bsl` for British Sign Language. Tags are a person's own words
for what they like: compared without case, at most 20.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from kith.matching.v1.enums import WorksAs
from libs.places import Place, find_place, normalise
from libs.refusals import invalid
from libs.texts.words import check_words
from services.matching.domain.weekly_hours import DAY_MINUTES, WeeklyTime, check_times

SCOPE = "team"
"""In which somebody may act for a person here."""

MAX_LIST = 20
MAX_TAG = 40
MAX_WORDS = 2000
MAX_REACH_KM = 200
MAX_RATE_PENCE = 100_000
WEEK_MINUTES = 7 * DAY_MINUTES
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8}){0,2}", re.ASCII)


@dataclass(frozen=True)
class GettingSupport:
    """What a person looks for; `place` is the middle of the postcode's area."""

    postcode: str
    place: Place | None
    times: tuple[WeeklyTime, ...]
    needed_skills: tuple[str, ...]
    needed_languages: tuple[str, ...]
    needed_gender: str
    wished_languages: tuple[str, ...]
    wished_tags: tuple[str, ...]
    open: bool
    version: int = 0


@dataclass(frozen=True)
class GivingSupport:
    """What a person offers. `rate_pence` is their own price an hour; `minutes_a_week` is how much they want to work."""

    postcode: str
    place: Place | None
    reach_km: int
    times: tuple[WeeklyTime, ...]
    minutes_a_week: int
    languages: tuple[str, ...]
    gender: str
    tags: tuple[str, ...]
    wished_tags: tuple[str, ...]
    works_as: WorksAs
    rate_pence: int
    words: str
    open: bool
    version: int = 0


def check_getting(profile: GettingSupport, places: Mapping[str, Place], skills: Collection[str]) -> GettingSupport:
    """The profile as it is stored; `skills` are the keys of the rulebook's credentials. Raises Invalid with the field."""
    if unknown := [skill for skill in profile.needed_skills if skill not in skills]:
        raise invalid("needed_skills", "SKILL_UNKNOWN", skill=unknown[0])
    return replace(
        profile,
        postcode=normalise(profile.postcode),
        place=find_place(places, "postcode", profile.postcode),
        times=check_times("times", profile.times),
        needed_skills=tuple(sorted(set(profile.needed_skills))),
        needed_languages=_languages("needed_languages", profile.needed_languages),
        needed_gender=_tag("needed_gender", profile.needed_gender),
        wished_languages=_languages("wished_languages", profile.wished_languages),
        wished_tags=_tags("wished_tags", profile.wished_tags),
    )


def check_giving(profile: GivingSupport, places: Mapping[str, Place]) -> GivingSupport:
    """The profile as it is stored. Raises Invalid with the field."""
    if not 1 <= profile.reach_km <= MAX_REACH_KM:
        raise invalid("reach_km", "REACH_OUT_OF_RANGE", at_most=str(MAX_REACH_KM))
    if not 0 <= profile.minutes_a_week <= WEEK_MINUTES:
        raise invalid("minutes_a_week", "MINUTES_OUT_OF_RANGE")
    if not 0 <= profile.rate_pence <= MAX_RATE_PENCE:
        raise invalid("rate_pence", "RATE_OUT_OF_RANGE", at_most=str(MAX_RATE_PENCE))
    if profile.works_as is WorksAs.VOLUNTEER and profile.rate_pence:
        raise invalid("rate_pence", "VOLUNTEER_HAS_NO_RATE")
    words = check_words("words", profile.words, MAX_WORDS)
    return replace(
        profile,
        postcode=normalise(profile.postcode),
        place=find_place(places, "postcode", profile.postcode),
        times=check_times("times", profile.times),
        languages=_languages("languages", profile.languages),
        gender=_tag("gender", profile.gender),
        tags=_tags("tags", profile.tags),
        wished_tags=_tags("wished_tags", profile.wished_tags),
        words=words,
    )


def _languages(field: str, keys: Iterable[str]) -> tuple[str, ...]:
    languages = tuple(sorted({key.strip().lower() for key in keys}))
    if not all(map(_LANGUAGE.fullmatch, languages)):
        raise invalid(field, "LANGUAGE_MALFORMED")
    return _few(field, languages)


def _tags(field: str, tags: Iterable[str]) -> tuple[str, ...]:
    return _few(field, tuple(sorted({tag for tag in (_tag(field, typed) for typed in tags) if tag})))


def _tag(field: str, typed: str) -> str:
    tag = " ".join(unicodedata.normalize("NFC", typed).casefold().split())
    if len(tag) > MAX_TAG or not tag.isprintable():
        raise invalid(field, "TAG_TOO_LONG", at_most=str(MAX_TAG))
    return tag


def _few(field: str, values: tuple[str, ...]) -> tuple[str, ...]:
    if len(values) > MAX_LIST:
        raise invalid(field, "LIST_TOO_LONG", at_most=str(MAX_LIST))
    return values
