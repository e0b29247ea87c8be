"""GovernanceService: which command or query answers each method."""

from uuid import UUID
from zoneinfo import ZoneInfo

from kith.governance.v1 import governance_pb2 as pb
from libs.access.acting_audit import while_acting
from libs.database.engine import UnitOfWork
from libs.host.component import Runtime
from libs.rpc.binding import BoundService, bind, command, query
from services.governance.commands.adopt_rulebook import adopt_rulebook
from services.governance.commands.cast_ballot import cast_ballot
from services.governance.commands.confirm_ballot import confirm_ballot
from services.governance.commands.open_motion import MotionRequest, open_motion
from services.governance.commands.record_ballot import record_ballot
from services.governance.queries.check_merge import check_merge
from services.governance.queries.get_ballot import get_my_ballot, list_unconfirmed_ballots
from services.governance.queries.get_motion import get_motion, list_motions
from services.governance.queries.get_result import get_result
from services.governance.queries.list_decisions import get_rulebook, list_decisions
from services.governance.rpc import translate
from services.governance.rpc.roll_sources import catch_up_for_roll


def governance_service(runtime: Runtime, zone: ZoneInfo) -> BoundService:
    async def open_caught_up(work: UnitOfWork, request: MotionRequest) -> UUID:
        return await open_motion(work, request, work.now.astimezone(zone).date(), await catch_up_for_roll(runtime))

    return bind(
        pb,
        "GovernanceService",
        runtime.transactions,
        {
            "AdoptRulebook": command(translate.new_rulebook, adopt_rulebook, translate.adopted_response),
            # It says nothing of anybody, so it has no scope: forms in another's place have its kinds of credentials.
            "GetRulebook": while_acting("rulebook", query(translate.rulebook_hash, get_rulebook, translate.rulebook_response)),
            "OpenMotion": command(translate.motion_request, open_caught_up, lambda motion: pb.OpenMotionResponse(motion_id=str(motion))),
            "GetMotion": query(translate.motion_id, get_motion, translate.motion_response),
            "ListMotions": query(translate.motion_list, list_motions, translate.motions_response),
            "CastBallot": command(
                translate.ballot_request, cast_ballot, lambda ballot: pb.CastBallotResponse(ballot=translate.ballot_message(ballot))
            ),
            "GetMyBallot": query(translate.ballots_of, get_my_ballot, translate.my_ballot_response),
            "RecordBallot": command(translate.first_entry, record_ballot, lambda entry: pb.RecordBallotResponse(record_id=str(entry))),
            "ConfirmBallot": command(translate.second_entry, confirm_ballot, translate.confirmed_response),
            "ListUnconfirmedBallots": query(translate.unconfirmed_list, list_unconfirmed_ballots, translate.unconfirmed_response),
            "CheckMerge": query(translate.person_to_merge, check_merge, translate.check_merge_response),
            "GetResult": query(translate.motion_id, get_result, translate.result_response),
            "ListDecisions": query(translate.decision_list, list_decisions, translate.decisions_response),
        },
    )
