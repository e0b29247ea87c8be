"""The support a person looks for: they fill it in, or somebody who acts for them does."""

from collections.abc import Mapping

from kith.matching.v1 import support_profiles_pb2 as pb
from services.web.page import Access
from services.web.page_context import PageContext
from services.web.pages.form_page import Fields, FormPage, choices, form_page, require, version_of
from services.web.pages.qualification_view import fetch_kinds
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

PATH = "/support/getting"
_NEEDED, _WISHED, _SKILL = "needed_language_", "wished_language_", "skill_"


async def _values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    stored = await fetch_getting(ctx)
    kinds = await fetch_kinds(ctx)
    begun = {
        "postcode": stored.postcode,
        "gender": stored.needed_gender,
        "tags": ", ".join(stored.wished_tags),
        "open": "on" if stored.open else "off",
        "version": str(stored.version),
        **time_fields(stored.times),
    }
    was_sent = bool(fields["version"])
    shown = {name: fields[name] if was_sent else value for name, value in begun.items()}
    skills = set(ticked(fields, _SKILL) if was_sent else stored.needed_skills)
    return {
        "fields": shown,
        "days": day_rows(ctx, shown),
        "needed": language_choices(ctx, ticked(fields, _NEEDED) if was_sent else stored.needed_languages, _NEEDED),
        "wished": language_choices(ctx, ticked(fields, _WISHED) if was_sent else stored.wished_languages, _WISHED),
        # Also those that are stored and that the rulebook no longer has.
        "skills": [
            {"name": _SKILL + skill, "text": kinds.name(skill), "ticked": skill in skills}
            for skill in dict.fromkeys((*kinds.by_key, *stored.needed_skills))
        ],
        "genders": gender_choices(ctx, "support_gender", "any", stored.needed_gender),
        "opens": choices(ctx, "support_getting", ("on", "off")),
        "read_back": _read_back(ctx, stored, [kinds.name(skill) for skill in stored.needed_skills]),
        "done": ctx.query_param("done") == "saved",
    }


async def _save(ctx: PageContext, fields: Fields, request_id: str) -> str:
    times, problems = typed_times(ctx, fields)
    require(problems)
    profile = pb.GettingSupport(
        postcode=fields["postcode"],
        times=times,
        needed_skills=ticked(fields, _SKILL),
        needed_languages=ticked(fields, _NEEDED),
        needed_gender="" if fields["gender"] == "any" else fields["gender"],
        wished_languages=ticked(fields, _WISHED),
        wished_tags=typed_words(fields["tags"]),
        open=fields["open"] == "on",
        version=version_of(fields),
    )
    request = pb.SetGettingSupportRequest(request_id=request_id, person_id=ctx.subject_id, profile=profile)
    await ctx.call(ctx.state.services.support_profiles.SetGettingSupport, request)
    return f"{PATH}?done=saved"


async def fetch_getting(ctx: PageContext) -> pb.GettingSupport:
    """What the person, or who they act for, looks for; empty before the first time."""
    request = pb.GetSupportProfilesRequest(person_id=ctx.subject_id)
    response: pb.GetSupportProfilesResponse = await ctx.call(ctx.state.services.support_profiles.GetSupportProfiles, request)
    return response.getting


def _read_back(ctx: PageContext, stored: pb.GettingSupport, skills: list[str]) -> list[str]:
    """What is stored, in sentences; nothing before the first time."""
    if not stored.version:
        return []
    needed = [language_words(ctx, code) for code in stored.needed_languages]
    wished = [language_words(ctx, code) for code in stored.wished_languages]
    sentences = [
        ctx.say("support.now_open_getting" if stored.open else "support.now_closed"),
        *([ctx.say("support.now_times", times=", ".join(times_in_words(ctx, stored.times)))] if stored.times else []),
        *([ctx.say("support.now_skills", skills=", ".join(skills))] if skills else []),
        *([ctx.say("support.now_needed", languages=", ".join(needed))] if needed else []),
        *([ctx.say("support.now_gender", gender=stored.needed_gender)] if stored.needed_gender else []),
        *([ctx.say("support.now_wished", languages=", ".join(wished))] if wished else []),
        *([ctx.say("support.now_tags", tags=", ".join(stored.wished_tags))] if stored.wished_tags else []),
    ]
    return list(map(str, sentences))


GETTING = FormPage(
    "support-getting",
    "support/getting",
    _values,
    _save,
    fields=("postcode", "gender", "tags", "open", "version", *TIME_FIELDS),
    prefixes=(_NEEDED, _WISHED, _SKILL),
    input_by_field={"postcode": "postcode", "times": "time_mon", "needed_gender": "gender", "wished_tags": "tags"},
)
PAGE = form_page(PATH, GETTING, Access.MEMBER, acting=True)
