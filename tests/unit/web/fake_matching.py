"""Matching, as the pages see it: Ada looks for support, and offers some."""

from kith.matching.v1 import suggestions_pb2 as suggest
from kith.matching.v1 import support_profiles_pb2 as pb
from tests.unit.web.fake_people import JO, MO, FakeService


class FakeSupportProfileService(FakeService):
    """Both profiles, of everybody alike."""

    def __init__(self) -> None:
        super().__init__(pb.DESCRIPTOR.services_by_name["SupportProfileService"])
        self.getting = pb.GettingSupport(
            postcode="ZZ11AA", times=[pb.WeeklyTime(day="mon", begins="09:00", ends="10:00")], needed_skills=["dbs"],
            needed_languages=["bsl"], needed_gender="woman", wished_languages=["tr"], wished_tags=["dogs", "loud music"], open=True,
            version=3,
        )  # fmt: skip
        self.giving = pb.GivingSupport(
            postcode="ZZ12AA", reach_km=5, times=[pb.WeeklyTime(day="sun", begins="20:00", ends="24:00")], minutes_a_week=450,
            languages=["en"], tags=["gardening"], works_as=pb.WORKS_AS_SELF_EMPLOYED, rate_pence=1850, words="I like to be outside.",
            version=1,
        )  # fmt: skip

    def GetSupportProfiles(self, _request: pb.GetSupportProfilesRequest) -> pb.GetSupportProfilesResponse:
        return pb.GetSupportProfilesResponse(getting=self.getting, giving=self.giving)

    def FindOffers(self, request: pb.FindOffersRequest) -> pb.FindOffersResponse:
        return pb.FindOffersResponse(offers=[] if request.tag else [pb.Offer(person_id=JO, profile=self.giving)])


class FakeSuggestionService(FakeService):
    """Jo fits Ada, Mo does not; there is one more page."""

    def __init__(self) -> None:
        super().__init__(suggest.DESCRIPTOR.services_by_name["SuggestionService"])
        self.open, self.offer, self.file = True, FakeSupportProfileService().giving, '{"on": "2026-12-07"}'

    def GetSuggestions(self, request: suggest.GetSuggestionsRequest) -> suggest.GetSuggestionsResponse:
        if not self.open:
            return suggest.GetSuggestionsResponse()
        jo = suggest.Suggestion(
            person_id=JO, profile=self.offer, score=434, within_km=2,
            for_person=_points(times=(40, 200), gap=(150, 200), minutes=(50, 100), languages=(150, 150), tags=(75, 150), near=(120, 200)),
            for_worker=_points(times=(250, 250), gap=(100, 250), tags=(0, 200), near=(84, 300)),
        )  # fmt: skip
        reasons = [suggest.SUGGESTION_REASON_SKILL_MISSING, suggest.SUGGESTION_REASON_OUT_OF_REACH]
        return suggest.GetSuggestionsResponse(
            open=True, suggestions=[] if request.skip else [jo], more=0 if request.skip else 1, held_back=2,
            not_suggested=[suggest.NotSuggested(person_id=MO, reasons=reasons)], file=self.file if request.with_file else "",
        )  # fmt: skip

    def GetFairness(self, _request: suggest.GetFairnessRequest) -> suggest.GetFairnessResponse:
        exposures = [suggest.WorkerExposure(shown=4, introductions=1), *(suggest.WorkerExposure(shown=1) for _ in range(3))]
        shares = (suggest.Share(numerator=9, denominator=28), suggest.Share(numerator=3, denominator=4))
        return suggest.GetFairnessResponse(weeks=4, workers=exposures, gini_shown=shares[0], gini_introductions=shares[1], shown_a_week=20)


def _points(**parts: tuple[int, int]) -> list[suggest.PartPoints]:
    return [
        suggest.PartPoints(part=suggest.SuggestionPart.Value(f"SUGGESTION_PART_{name.upper()}"), points=points, most=most)
        for name, (points, most) in parts.items()
    ]
