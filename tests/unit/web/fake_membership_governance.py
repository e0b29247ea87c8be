"""Membership and governance, as the pages see them: members, motions, results and the rulebook."""

from datetime import UTC, datetime, timedelta
from typing import Any

from kith.governance.v1 import governance_pb2 as gov
from kith.membership.v1 import membership_pb2 as memb
from libs.refusals import Conflict, FailedPrecondition, NotFound
from tests.unit.web.fake_ids import ANNOUNCED_MOTION, CAPPED_MOTION, CLOSED_MOTION, OPEN_MOTION, OTHERS_ENTRY, OWN_ENTRY
from tests.unit.web.fake_people import ADA, JO, MO, NAMES, NOW, FakeService, to_timestamp

CLASSES = {"supported": "Supported member", "worker": "Worker member", "investor": "Investor member"}
SIZES = {"supported": 120, "worker": 85, "investor": 15}


def make_counting_rule(**overrides: Any) -> gov.CountingRule:
    rule: dict[str, Any] = {
        "method": "yes_no_abstain",
        "class_rule": "none",
        "threshold": "1/2",
        "strict": True,
        "of": "cast",
        "quorum_fraction": "1/10",
    }
    return gov.CountingRule(**(rule | overrides))


CAPPED_RULE = make_counting_rule(
    class_rule="cap", measured_on="cast", class_figures=[gov.ClassFigure(member_class="investor", fraction="1/10")], quorum_count=3
)


def make_motion(**overrides: Any) -> gov.Motion:
    motion: dict[str, Any] = {
        "motion_id": OPEN_MOTION,
        "title": "Should we share one night team with Harbour and Mill Lane?",
        "text": "Today each co-op finds its own people for the night. That is hard, and it costs a lot.\n\n"
        "One team for all three could always have somebody awake. It would begin in January.",
        "easy_title": "Shall we share a night team?",
        "easy_text": "Some people need help at night.\nThree co-ops could share one team.\nThe team would start in January.",
        "resolution_type": "ordinary",
        "resolution_type_name": "Ordinary resolution",
        "state": gov.MOTION_STATE_OPEN,
        "announced_at": to_timestamp(NOW - timedelta(days=17)),
        "opens_at": to_timestamp(NOW - timedelta(days=3)),
        "closes_at": to_timestamp(datetime(2026, 11, 27, 20, tzinfo=UTC)),
        "opened_by": MO,
        "roll": [gov.ClassSize(member_class=key, name=CLASSES[key], eligible=size) for key, size in SIZES.items()],
        "ballots": 74,
        "options": ["for", "against", "abstain"],
        "i_may_vote": True,
        "my_class": "supported",
        "counting": CAPPED_RULE,
        "for_means": "We share a night team from January.",
        "against_means": "Each co-op keeps its own.",
    }
    return gov.Motion(**(motion | overrides))


def make_result(**overrides: Any) -> gov.Result:
    """The golden case of a cap of one tenth: 35, 28 and 48 votes, 79/160 for."""
    result: dict[str, Any] = {
        "motion_id": CAPPED_MOTION,
        "passes": False,
        "share_for": "79/160",
        "classes": [
            gov.ClassTally(
                member_class="supported", name="Supported member", eligible=120, votes_for=25, votes_against=10, abstentions=2,
                ballot_weight="1", weight="35", share_for="5/7",
            ),
            gov.ClassTally(
                member_class="worker", name="Worker member", eligible=85, votes_for=3, votes_against=25, abstentions=0,
                ballot_weight="1", weight="28", share_for="3/28",
            ),
            gov.ClassTally(
                member_class="investor", name="Investor member", eligible=60, votes_for=45, votes_against=3, abstentions=1,
                ballot_weight="7/48", weight="7", share_for="15/16",
            ),
        ],
        "reasons": [gov.Reason(code="threshold")],
        "turnout": "114/265",
        "counting": CAPPED_RULE,
        "rulebook_hash": "5f" * 32,
        "counted_at": to_timestamp(NOW - timedelta(days=4)),
        "weight_for": "553/16",
        "weight_against": "567/16",
    }  # fmt: skip
    return gov.Result(**(result | overrides))


class FakeMembershipService(FakeService):
    def __init__(self) -> None:
        super().__init__(memb.DESCRIPTOR.services_by_name["MembershipService"])

    def ListMembers(self, request: memb.ListMembersRequest) -> memb.ListMembersResponse:
        members = [
            memb.Member(person_id=person, member_number=str(number), member_class=key, may_vote=True, admitted_on="2025-03-01")
            for person, number, key in ((ADA, 1, "supported"), (JO, 2, "worker"), (MO, 3, "investor"))
        ]
        members = [member for member in members if request.member_number in ("", member.member_number)]
        return memb.ListMembersResponse(members=[member for member in members if member.person_id in (request.person_ids or NAMES)])

    def CountMembers(self, request: memb.CountMembersRequest) -> memb.CountMembersResponse:
        sizes = [memb.ClassSize(member_class=key, members=size) for key, size in SIZES.items()]
        return memb.CountMembersResponse(classes=sizes, as_of=request.as_of or "2026-11-24")

    def GetMember(self, request: memb.GetMemberRequest) -> memb.GetMemberResponse:
        standings = [
            memb.Standing(member_class="supported", may_vote=True, from_day="2025-03-01", to_day="2026-01-31"),
            memb.Standing(member_class="worker", may_vote=True, from_day="2026-02-01"),
        ]
        member = memb.Member(
            person_id=request.person_id, member_number="2", member_class="worker", admitted_on="2025-03-01", standings=standings,
            register_name="Jo Bright", register_address="1 Example Row\nExampleton", version=7,
        )  # fmt: skip
        return memb.GetMemberResponse(member=member)

    def Apply(self, _request: memb.ApplyRequest) -> memb.ApplyResponse:
        return memb.ApplyResponse(application_id="a2")

    def ListApplications(self, _request: memb.ListApplicationsRequest) -> memb.ListApplicationsResponse:
        application = memb.Application(
            application_id="a1",
            person_id=JO,
            member_class="worker",
            why="I would like to help in the evenings.",
            applied_at=to_timestamp(NOW),
        )
        return memb.ListApplicationsResponse(applications=[application])

    def AdmitMembers(self, request: memb.AdmitMembersRequest) -> memb.AdmitMembersResponse:
        if not request.admissions[0].register_address:
            return memb.AdmitMembersResponse(members=[memb.Admitted(refusal="ADDRESS_MISSING", field="register_address")])
        return memb.AdmitMembersResponse(members=[memb.Admitted(member_number="4")])


class FakeGovernanceService(FakeService):
    def __init__(self) -> None:
        super().__init__(gov.DESCRIPTOR.services_by_name["GovernanceService"])
        self.ballot: gov.Ballot | None = None
        self.link_hat = "secretary"
        self.draft_hat = "secretary"
        self.motions = {
            OPEN_MOTION: make_motion(),
            ANNOUNCED_MOTION: make_motion(
                motion_id=ANNOUNCED_MOTION, title="Should Jo Bright be our treasurer?", state=gov.MOTION_STATE_ANNOUNCED,
                opens_at=to_timestamp(NOW + timedelta(days=2)), i_may_vote=False, my_standing="JOINED_TOO_LATE",
            ),
            CAPPED_MOTION: make_motion(
                motion_id=CAPPED_MOTION, title="Should we buy a second minibus?", state=gov.MOTION_STATE_NOT_PASSED,
                closes_at=to_timestamp(NOW - timedelta(days=4)), closed_at=to_timestamp(NOW - timedelta(days=4)),
            ),
            CLOSED_MOTION: make_motion(
                motion_id=CLOSED_MOTION, title="Should we open the kitchen on Sundays?", state=gov.MOTION_STATE_PASSED,
                closes_at=to_timestamp(NOW - timedelta(days=9)), closed_at=to_timestamp(NOW - timedelta(days=9)),
                counting=make_counting_rule(quorum_fraction=""),
            ),
        }  # fmt: skip
        self.results = {
            CAPPED_MOTION: make_result(),
            CLOSED_MOTION: make_result(
                motion_id=CLOSED_MOTION, passes=True, share_for="268/399", reasons=[], turnout="412/500",
                counting=make_counting_rule(quorum_fraction=""),
                weight_for="268", weight_against="131",
                classes=[
                    gov.ClassTally(
                        member_class="supported", name="Supported member", eligible=300, votes_for=234, votes_against=126, abstentions=13,
                        ballot_weight="1", weight="360", share_for="234/360",
                    ),
                    gov.ClassTally(
                        member_class="worker", name="Worker member", eligible=200, votes_for=34, votes_against=5,
                        ballot_weight="1", weight="39", share_for="34/39",
                    ),
                ],
            ),
        }  # fmt: skip

    def GetMotion(self, request: gov.GetMotionRequest) -> gov.GetMotionResponse:
        if request.motion_id not in self.motions:
            raise NotFound("MOTION_UNKNOWN")
        motion = gov.Motion()
        motion.CopyFrom(self.motions[request.motion_id])
        motion.i_have_voted = self.ballot is not None and request.motion_id == OPEN_MOTION
        return gov.GetMotionResponse(motion=motion)

    def ListMotions(self, request: gov.ListMotionsRequest) -> gov.ListMotionsResponse:
        chosen = {
            gov.MOTION_FILTER_NEEDS_MY_VOICE: [] if self.ballot else [OPEN_MOTION],
            gov.MOTION_FILTER_OPEN: [OPEN_MOTION, ANNOUNCED_MOTION],
            gov.MOTION_FILTER_CLOSED: [CAPPED_MOTION, CLOSED_MOTION],
        }[request.filter]
        return gov.ListMotionsResponse(motions=[self.motions[item] for item in chosen])

    def CastBallot(self, request: gov.CastBallotRequest) -> gov.CastBallotResponse:
        if request.revision != (self.ballot.revision if self.ballot else 0):
            raise Conflict("BALLOT_STALE")
        self.ballot = gov.Ballot(
            ballot_id="01939f00-0000-7000-8000-0000000000b1", motion_id=request.motion_id, person_id=ADA, choice=request.choice,
            revision=request.revision + 1, taken="page", recorded_at=to_timestamp(NOW),
        )  # fmt: skip
        return gov.CastBallotResponse(ballot=self.ballot)

    def GetMyBallot(self, _request: gov.GetMyBallotRequest) -> gov.GetMyBallotResponse:
        return gov.GetMyBallotResponse(ballot=self.ballot)

    def GetResult(self, request: gov.GetResultRequest) -> gov.GetResultResponse:
        if request.motion_id not in self.results:
            raise FailedPrecondition("NOT_COUNTED_YET")
        return gov.GetResultResponse(result=self.results[request.motion_id])

    def ListDecisions(self, _request: gov.ListDecisionsRequest) -> gov.ListDecisionsResponse:
        rows = [
            gov.Decision(
                number=3, kind="motion", motion_id=CAPPED_MOTION, title="Should we buy a second minibus?", decided_at=to_timestamp(NOW)
            ),
            gov.Decision(
                number=2,
                kind="motion",
                motion_id=CLOSED_MOTION,
                title="Shall we open on Sundays?",
                passed=True,
                decided_at=to_timestamp(NOW),
            ),
            gov.Decision(
                number=1, kind="founding", passed=True, decided_at=to_timestamp(NOW - timedelta(days=400)), effect="rulebook_adopted"
            ),
        ]
        return gov.ListDecisionsResponse(decisions=rows)

    def GetRulebook(self, _request: gov.GetRulebookRequest) -> gov.GetRulebookResponse:
        return gov.GetRulebookResponse(
            rulebook_hash="5f" * 32,
            link_hat=self.link_hat,
            draft_hat=self.draft_hat,
            text='schema = "kith.rulebook.v1"\n\n[classes.supported]\nname = "Supported member"\n',
            adopted_at=to_timestamp(NOW - timedelta(days=400)),
            classes=[
                gov.MemberClass(key=key, name=name, description="Who this is.", easy_description="You get support.", votes=True)
                for key, name in CLASSES.items()
            ],
            resolution_types=[
                gov.ResolutionType(
                    key="ordinary", name="Ordinary resolution", explanation="More than half must say yes.", minimum_open_hours=72,
                    maximum_open_days=28, notice_days=14, counting=CAPPED_RULE,
                ),
                gov.ResolutionType(
                    key="rules", name="Change of the rules", explanation="Three quarters must say yes.", minimum_open_hours=72,
                    maximum_open_days=28, notice_days=14, changes_rulebook=True, counting=make_counting_rule(threshold="3/4", of="present"),
                ),
                gov.ResolutionType(
                    key="merge", name="Special resolution: merge", explanation="Two meetings must say yes.", minimum_open_hours=72,
                    maximum_open_days=28, notice_days=14, needs_second_meeting=True, counting=make_counting_rule(threshold="2/3"),
                ),
            ],
            credentials=[
                gov.CredentialKind(key=key, name=name, description="What this is.", easy_description="A paper.", gates=["visits"])
                for key, name in (("dbs", "DBS check"), ("medicines", "Medicines"))
            ],
            rest_reasons=[
                gov.RestReason(key=key, name=name)
                for key, name in (("ill", "Somebody else is ill"), ("emergency", "There is an emergency"), ("night", "A night is too long"))
            ],
        )  # fmt: skip

    def OpenMotion(self, _request: gov.OpenMotionRequest) -> gov.OpenMotionResponse:
        return gov.OpenMotionResponse(motion_id=OPEN_MOTION)

    def RecordBallot(self, _request: gov.RecordBallotRequest) -> gov.RecordBallotResponse:
        return gov.RecordBallotResponse(record_id=OTHERS_ENTRY)

    def ListUnconfirmedBallots(self, _request: gov.ListUnconfirmedBallotsRequest) -> gov.ListUnconfirmedBallotsResponse:
        waiting = [
            gov.UnconfirmedBallot(
                record_id=OTHERS_ENTRY, motion_id=OPEN_MOTION, person_id=JO, taken="paper", recorder=MO, recorded_at=to_timestamp(NOW)
            ),
            gov.UnconfirmedBallot(
                record_id=OWN_ENTRY, motion_id=OPEN_MOTION, person_id=MO, taken="phone", recorder=ADA, recorded_at=to_timestamp(NOW)
            ),
        ]
        return gov.ListUnconfirmedBallotsResponse(ballots=waiting)
