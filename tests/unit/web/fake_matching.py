"""Matching, as the pages see it: Ada looks for support, and offers some."""

from datetime import timedelta

from kith.matching.v1 import call_outs_pb2 as call_outs
from kith.matching.v1 import introductions_pb2 as intro
from kith.matching.v1 import quotes_pb2 as quotes
from kith.matching.v1 import reviews_pb2 as reviews
from kith.matching.v1 import suggestions_pb2 as suggest
from kith.matching.v1 import support_profiles_pb2 as pb
from kith.matching.v1 import tasks_pb2 as tasks
from tests.unit.web.fake_people import JO, MO, NOW, FakeService, to_timestamp


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
        parts = [quotes.QuotePart(line=quotes.QUOTE_LINE_PAY, pence=1711), quotes.QuotePart(line=quotes.QUOTE_LINE_WORKER_GIVES, pence=139)]
        hour = quotes.Quote(price_pence=2174, parts=[*parts, quotes.QuotePart(line=quotes.QUOTE_LINE_PAYER_ADDS, pence=324)])
        return pb.FindOffersResponse(offers=[] if request.tag else [pb.Offer(person_id=JO, profile=self.giving, hour=hour)])


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

    def GetTeamCover(self, _request: suggest.GetTeamCoverRequest) -> suggest.GetTeamCoverResponse:
        if not self.open:
            return suggest.GetTeamCoverResponse()
        times = [
            pb.WeeklyTime(day=day, begins=begins, ends="12:00") for day, begins in (("mon", "09:00"), ("tue", "07:30"), ("fri", "11:30"))
        ]
        one = FakeSuggestionService.GetSuggestions(self, suggest.GetSuggestionsRequest()).suggestions[0]
        mo = suggest.Suggestion(
            person_id=MO, profile=self.offer, score=300, within_km=4, for_person=one.for_person, for_worker=one.for_worker
        )
        return suggest.GetTeamCoverResponse(
            open=True, team=[one, mo], comes=[suggest.CoverTime(person_id=JO, time=time) for time in times],
            uncovered=[pb.WeeklyTime(day="sun", begins="20:00", ends="24:00")], wanted_minutes=840, minutes_of_own_team=120, held_back=1,
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


OPEN_REVIEW, CLOSED_REVIEW = (f"01939f00-0000-7000-8000-0000000000{number}" for number in ("d1", "d2"))


class FakeReviewService(FakeService):
    """Ada and Jo try it: four visits count, one waits for Ada and one for Jo, and both are asked how it goes."""

    def __init__(self) -> None:
        super().__init__(reviews.DESCRIPTOR.services_by_name["ReviewService"])
        self.own: reviews.ReviewAnswer.ValueType = reviews.REVIEW_ANSWER_UNSPECIFIED
        self.confirmed = self.closed = self.ended = False

    def GetReviews(self, request: reviews.GetReviewsRequest) -> reviews.GetReviewsResponse:
        if request.giving:
            return reviews.GetReviewsResponse()
        pair = intro.Pair(person_id=request.person_id, worker_id=JO)
        asked, until = to_timestamp(NOW - timedelta(days=1)), to_timestamp(NOW + timedelta(days=6))
        days = [
            reviews.UnconfirmedVisit(day="2026-11-20"),
            reviews.UnconfirmedVisit(day="2026-11-21", own=True),
        ]
        first = reviews.Review(review_id=OPEN_REVIEW, pair=pair, after_visits=8, asked_at=asked, until=until, own_answer=self.own)
        earlier = reviews.Review(
            review_id=CLOSED_REVIEW, pair=pair, after_visits=3, asked_at=asked, until=until, closed=True,
            own_answer=reviews.REVIEW_ANSWER_GO_ON, other_answer=reviews.REVIEW_ANSWER_TALK,
        )  # fmt: skip
        return reviews.GetReviewsResponse(pairs=[reviews.WorkingPair(pair=pair, visits=8, unconfirmed=days)], reviews=[first, earlier])

    def RecordTrialVisit(self, _request: reviews.RecordTrialVisitRequest) -> reviews.RecordTrialVisitResponse:
        return reviews.RecordTrialVisitResponse(confirmed=self.confirmed, visits=8)

    def AnswerReview(self, _request: reviews.AnswerReviewRequest) -> reviews.AnswerReviewResponse:
        return reviews.AnswerReviewResponse(closed=self.closed, ended=self.ended)


class FakeTaskService(FakeService):
    """Jo gives Ada her medicines until January, and drives her."""

    def __init__(self) -> None:
        super().__init__(tasks.DESCRIPTOR.services_by_name["TaskService"])

    def GetTeamTasks(self, _request: tasks.GetTeamTasksRequest) -> tasks.GetTeamTasksResponse:
        assigned = [(tasks.TASK_KIND_MEDICINES, "2027-01-31"), (tasks.TASK_KIND_DRIVING, "")]
        return tasks.GetTeamTasksResponse(tasks=[tasks.AssignedTask(person_id=JO, kind=kind, until_day=until) for kind, until in assigned])


CALL_OUT = "01939f00-0000-7000-8000-0000000000c1"


class FakeCallOutService(FakeService):
    """Ada has a call-out; Jo and Mo have one each, and she is getting to know Mo."""

    def __init__(self) -> None:
        super().__init__(call_outs.DESCRIPTOR.services_by_name["CallOutService"])

    def GetCallOuts(self, request: call_outs.GetCallOutsRequest) -> call_outs.GetCallOutsResponse:
        words = "I look for somebody who signs.\n\nOn Tuesday mornings."
        own = call_outs.CallOut(call_out_id=CALL_OUT, person_id=request.person_id, words=words, until_day="2026-12-20")
        return call_outs.GetCallOutsResponse(call_outs=[own])

    def FindCallOuts(self, _request: call_outs.FindCallOutsRequest) -> call_outs.FindCallOutsResponse:
        return call_outs.FindCallOutsResponse(
            call_outs=[
                call_outs.CallOut(call_out_id=JO, person_id=JO, words="Who likes to swim?", until_day="2026-12-01"),
                call_outs.CallOut(call_out_id=MO, person_id=MO, words="Who plays chess?", until_day="2026-12-02", known=True),
            ]
        )
