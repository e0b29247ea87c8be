"""The support a person offers: they alone fill it in."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from kith.matching.v1 import support_profiles_pb2 as pb
from kith.matching.v1.enums import WorksAs
from libs.rpc.enums import known_word, to_wire
from services.web.page import Access
from services.web.page_context import PageContext
from services.web.pages.form_page import Fields, FormPage, choices, form_page, require, version_of
from services.web.pages.support.profile_form import (
    TIME_FIELDS,
    day_rows,
    gender_choices,
    language_choices,
    language_words,
    ticked,
    time_fields,
    times_in_words,
    typed_times,
    typed_words,
)

PATH = "/support/giving"
_SPEAKS = "language_"
_HOUR = 60


async def _values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    stored = await _fetch(ctx)
    begun = {
        "postcode": stored.postcode,
        "reach_km": str(stored.reach_km or 5),
        "hours_a_week": f"{Decimal(stored.minutes_a_week) / _HOUR:g}" if stored.version else "",
        "gender": stored.gender,
        "tags": ", ".join(stored.tags),
        "wished_tags": ", ".join(stored.wished_tags),
        "works_as": known_word(pb.WorksAs, WorksAs, stored.works_as, "") or "",
        "rate": pounds(stored.rate_pence) if stored.version else "",
        "words": stored.words,
        "open": "on" if stored.open else "off",
        "version": str(stored.version),
        **time_fields(stored.times),
    }
    was_sent = bool(fields["version"])
    shown = {name: fields[name] if was_sent else value for name, value in begun.items()}
    return {
        "fields": shown,
        "days": day_rows(ctx, shown),
        "languages": language_choices(ctx, ticked(fields, _SPEAKS) if was_sent else stored.languages, _SPEAKS),
        "genders": gender_choices(ctx, "support_own_gender", "unsaid", stored.gender),
        "ways": choices(ctx, "support_works_as", tuple(WorksAs)),
        "opens": choices(ctx, "support_giving", ("on", "off")),
        "read_back": _read_back(ctx, stored),
        "done": ctx.query_param("done") == "saved",
    }


async def _save(ctx: PageContext, fields: Fields, request_id: str) -> str:
    times, problems = typed_times(ctx, fields)
    minutes, pence, reach = _number(fields["hours_a_week"], _HOUR), _number(fields["rate"], 100), _number(fields["reach_km"], 1)
    typed = {"reach_km": reach, "hours_a_week": minutes, "rate": pence}
    problems += [ctx.form_problem(name, "support.not_a_number") for name, value in typed.items() if value is None]
    require(problems)
    works_as = WorksAs(fields["works_as"]) if fields["works_as"] in tuple(WorksAs) else None
    profile = pb.GivingSupport(
        postcode=fields["postcode"],
        reach_km=reach or 0,
        times=times,
        minutes_a_week=minutes or 0,
        languages=ticked(fields, _SPEAKS),
        gender="" if fields["gender"] == "unsaid" else fields["gender"],
        tags=typed_words(fields["tags"]),
        wished_tags=typed_words(fields["wished_tags"]),
        works_as=to_wire(pb.WorksAs, works_as) if works_as else pb.WORKS_AS_UNSPECIFIED,
        rate_pence=pence or 0,
        words=fields["words"],
        open=fields["open"] == "on",
        version=version_of(fields),
    )
    request = pb.SetGivingSupportRequest(request_id=request_id, person_id=ctx.person_id, profile=profile)
    await ctx.call(ctx.state.services.support_profiles.SetGivingSupport, request)
    return f"{PATH}?done=saved"


async def _fetch(ctx: PageContext) -> pb.GivingSupport:
    request = pb.GetSupportProfilesRequest(person_id=ctx.person_id)
    response: pb.GetSupportProfilesResponse = await ctx.call(ctx.state.services.support_profiles.GetSupportProfiles, request)
    return response.giving


def _number(typed: str, times: int) -> int | None:
    """What was typed, times this, as a whole number; 0 for nothing, None for what is no number or too large to mean anything."""
    try:
        value = Decimal(typed.replace("£", "").replace(",", ".").strip() or "0") * times
    except InvalidOperation:
        return None
    if not value.is_finite() or not 0 <= value < 2**31:
        return None
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


def pounds(pence: int) -> str:
    """As people write it: 18.50."""
    return f"{pence // 100}.{pence % 100:02}"


def _read_back(ctx: PageContext, stored: pb.GivingSupport) -> list[str]:
    """What is stored, in sentences; nothing before the first time."""
    if not stored.version:
        return []
    speaks = [language_words(ctx, code) for code in stored.languages]
    works_as = known_word(pb.WorksAs, WorksAs, stored.works_as, "")
    sentences = [
        ctx.say("support.now_open_giving" if stored.open else "support.now_closed"),
        *([ctx.say(f"support_works_as.{works_as}")] if works_as else []),
        *([ctx.say("support.now_rate", rate=pounds(stored.rate_pence))] if stored.rate_pence else []),
        ctx.say("support.now_reach", km=stored.reach_km, hours=f"{Decimal(stored.minutes_a_week) / _HOUR:g}"),
        *([ctx.say("support.now_times", times=", ".join(times_in_words(ctx, stored.times)))] if stored.times else []),
        *([ctx.say("support.now_speaks", languages=", ".join(speaks))] if speaks else []),
        *([ctx.say("support.now_own_tags", tags=", ".join(stored.tags))] if stored.tags else []),
    ]
    return list(map(str, sentences))


GIVING = FormPage(
    "support-giving",
    "support/giving",
    _values,
    _save,
    fields=(
        *("postcode", "reach_km", "hours_a_week", "gender", "tags", "wished_tags", "works_as", "rate", "words", "open", "version"),
        *TIME_FIELDS,
    ),
    prefixes=(_SPEAKS,),
    input_by_field={
        **{name: name for name in ("postcode", "reach_km", "gender", "tags", "wished_tags", "works_as", "words")},
        "times": "time_mon",
        "minutes_a_week": "hours_a_week",
        "rate_pence": "rate",
    },
)
PAGE = form_page(PATH, GIVING, Access.MEMBER)
