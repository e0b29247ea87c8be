"""What the forms of both profiles have in common: lists to tick, words typed with commas, and how each reads in words."""

from collections.abc import Iterable, Mapping, Sequence

from babel import Locale

from kith.matching.v1 import support_profiles_pb2 as pb
from services.web.page_context import FormProblem, PageContext
from services.web.pages.form_page import Fields, choices
from services.web.pages.support.typed_times import DAYS, TimesUnreadableError, read_times, write_times
from services.web.pages.ways_to_be_told import LANGUAGES

SIGNED = "bsl"
_GENDERS = ("woman", "man")
TIME_FIELDS = tuple(f"time_{day}" for day in DAYS)


def language_choices(ctx: PageContext, chosen: Iterable[str], prefix: str) -> list[dict[str, object]]:
    """Languages to tick, with what is chosen already."""
    ticked = set(chosen)
    known = dict.fromkeys((*LANGUAGES, SIGNED, *sorted(ticked)))
    return [{"name": f"{prefix}{code}", "text": language_words(ctx, code), "ticked": code in ticked} for code in known]


def gender_choices(ctx: PageContext, prefix: str, none: str, chosen: str) -> list[dict[str, str]]:
    """`none` is no condition, or not said. A word that is stored and not among ours can be chosen too: saving the page must not lose it."""
    other = [{"value": chosen, "text": chosen, "hint": ""}] if chosen not in {"", none, *_GENDERS} else []
    return [*choices(ctx, prefix, (none, *_GENDERS)), *other]


def language_words(ctx: PageContext, code: str) -> str:
    """British Sign Language is in no list of written languages."""
    if code == SIGNED:
        return str(ctx.say("support.bsl"))
    try:
        return str(Locale.parse(code).get_display_name("en"))
    except ValueError:
        return code


def ticked(fields: Fields, prefix: str) -> list[str]:
    """What was ticked in a list, by the names of its boxes."""
    return sorted(name.removeprefix(prefix) for name, value in fields.items() if name.startswith(prefix) and value == "on")


def typed_words(text: str) -> list[str]:
    """Words that were typed with commas or on lines of their own."""
    return [word.strip() for line in text.splitlines() for word in line.split(",") if word.strip()]


def typed_times(ctx: PageContext, fields: Fields) -> tuple[list[pb.WeeklyTime], list[FormProblem]]:
    """The times that were typed, or what is wrong with them."""
    try:
        return read_times({day: fields[f"time_{day}"] for day in DAYS}), []
    except TimesUnreadableError as error:
        return [], [ctx.form_problem(f"time_{error.day}", "support.times_unreadable")]


def time_fields(times: Iterable[pb.WeeklyTime]) -> dict[str, str]:
    return {f"time_{day}": line for day, line in write_times(times).items()}


def day_rows(ctx: PageContext, fields: Mapping[str, str]) -> list[dict[str, object]]:
    """A line to fill in for each day."""
    return [{"name": f"time_{day}", "text": ctx.say(f"data.value.day.{day}"), "value": fields[f"time_{day}"]} for day in DAYS]


def times_in_words(ctx: PageContext, times: Sequence[pb.WeeklyTime]) -> list[str]:
    """Each time as a sentence's part: "Monday 09:00 to 10:00"."""
    return [str(ctx.say("data.value.week", day=ctx.say(f"data.value.day.{time.day}"), begin=time.begins, end=time.ends)) for time in times]
