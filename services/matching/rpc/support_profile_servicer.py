"""The RPCs about what people look for and offer."""

from collections.abc import Iterable, Mapping
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.matching.v1 import support_profiles_pb2 as pb
from kith.matching.v1.enums import WorksAs
from libs.access.acting_audit import while_acting
from libs.host.component import Runtime
from libs.places import Place
from libs.rpc.binding import BoundService, bind, command, query
from libs.rpc.enums import from_wire, to_wire
from libs.rpc.fields import parse_id
from services.matching.commands.set_getting_support import set_getting_support
from services.matching.commands.set_giving_support import set_giving_support
from services.matching.domain.support_profile import GettingSupport, GivingSupport
from services.matching.domain.weekly_hours import WeeklyTime, parse_weekly_time
from services.matching.queries.find_offers import FoundOffer, OfferFilter, find_offers
from services.matching.queries.get_support_profiles import get_support_profiles
from services.matching.rpc.quote_message import quote_message


def support_profile_service(runtime: Runtime, places: Mapping[str, Place], zone: ZoneInfo) -> BoundService:
    acting = partial(while_acting, "support profile", catch_up=runtime.catch_up_with("identity"))
    set_getting, set_giving = partial(set_getting_support, places=places), partial(set_giving_support, places=places)
    return bind(
        pb,
        "SupportProfileService",
        runtime.transactions,
        {
            "GetSupportProfiles": acting(query(_person, get_support_profiles, _profiles)),
            "FindOffers": acting(query(_wanted, partial(find_offers, zone=zone), _offers)),
            "SetGettingSupport": acting(command(_getting, set_getting, lambda version: pb.SetGettingSupportResponse(version=version))),
            "SetGivingSupport": command(_giving, set_giving, lambda version: pb.SetGivingSupportResponse(version=version)),
        },
    )


def _person(request: pb.GetSupportProfilesRequest) -> tuple[UUID]:
    return (parse_id("person_id", request.person_id),)


def _wanted(request: pb.FindOffersRequest) -> tuple[UUID, OfferFilter]:
    return parse_id("person_id", request.person_id), OfferFilter(request.language, request.tag.strip(), request.day)


def _offers(found: list[FoundOffer]) -> pb.FindOffersResponse:
    return pb.FindOffersResponse(offers=map(_offer, found))


def _offer(found: FoundOffer) -> pb.Offer:
    hour = quote_message(found.hour) if found.hour else None
    return pb.Offer(person_id=str(found.person), profile=giving_message(found.offer), hour=hour)


def _getting(request: pb.SetGettingSupportRequest) -> tuple[UUID, GettingSupport]:
    profile = request.profile
    return parse_id("person_id", request.person_id), GettingSupport(
        postcode=profile.postcode,
        place=None,
        times=_times(profile.times),
        needed_skills=tuple(profile.needed_skills),
        needed_languages=tuple(profile.needed_languages),
        needed_gender=profile.needed_gender,
        wished_languages=tuple(profile.wished_languages),
        wished_tags=tuple(profile.wished_tags),
        open=profile.open,
        version=profile.version,
    )


def _giving(request: pb.SetGivingSupportRequest) -> tuple[UUID, GivingSupport]:
    profile = request.profile
    return parse_id("person_id", request.person_id), GivingSupport(
        postcode=profile.postcode,
        place=None,
        reach_km=profile.reach_km,
        times=_times(profile.times),
        minutes_a_week=profile.minutes_a_week,
        languages=tuple(profile.languages),
        gender=profile.gender,
        tags=tuple(profile.tags),
        wished_tags=tuple(profile.wished_tags),
        works_as=from_wire(pb.WorksAs, WorksAs, profile.works_as, "works_as", "WORKS_AS_MISSING"),
        rate_pence=profile.rate_pence,
        words=profile.words,
        open=profile.open,
        version=profile.version,
    )


def _times(times: Iterable[pb.WeeklyTime]) -> tuple[WeeklyTime, ...]:
    return tuple(parse_weekly_time("times", time.day, time.begins, time.ends) for time in times)


def _profiles(found: tuple[GettingSupport | None, GivingSupport | None]) -> pb.GetSupportProfilesResponse:
    getting, giving = found
    return pb.GetSupportProfilesResponse(
        getting=_getting_message(getting) if getting else None, giving=giving_message(giving) if giving else None
    )


def _getting_message(profile: GettingSupport) -> pb.GettingSupport:
    return pb.GettingSupport(
        postcode=profile.postcode,
        times=map(time_message, profile.times),
        needed_skills=profile.needed_skills,
        needed_languages=profile.needed_languages,
        needed_gender=profile.needed_gender,
        wished_languages=profile.wished_languages,
        wished_tags=profile.wished_tags,
        open=profile.open,
        version=profile.version,
    )


def giving_message(profile: GivingSupport) -> pb.GivingSupport:
    """An offer as it stands; the query has taken out what the caller may not see."""
    return pb.GivingSupport(
        postcode=profile.postcode,
        reach_km=profile.reach_km,
        times=map(time_message, profile.times),
        minutes_a_week=profile.minutes_a_week,
        languages=profile.languages,
        gender=profile.gender,
        tags=profile.tags,
        wished_tags=profile.wished_tags,
        works_as=to_wire(pb.WorksAs, profile.works_as),
        rate_pence=profile.rate_pence,
        words=profile.words,
        open=profile.open,
        version=profile.version,
    )


def time_message(time: WeeklyTime) -> pb.WeeklyTime:
    begins, ends = time.clock_times
    return pb.WeeklyTime(day=time.day, begins=begins, ends=ends)
