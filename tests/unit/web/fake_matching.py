"""Matching, as the pages see it: Ada looks for support, and offers some."""

from kith.matching.v1 import support_profiles_pb2 as pb
from tests.unit.web.fake_people import JO, FakeService


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
