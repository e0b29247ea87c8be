"""Teams in a co-op in which identity and matching run."""

from uuid import UUID

from kith.matching.v1 import teams_pb2 as pb
from kith.matching.v1.teams_pb2_grpc import TeamServiceStub
from libs.database.engine import new_id
from libs.rpc.client import call_service
from tests.support.running_co_op import RunningCoOp


async def invite_to_team(
    co_op: RunningCoOp, owner: UUID, person: UUID, kind: "pb.TeamMemberKind.ValueType" = pb.TEAM_MEMBER_KIND_FRIEND
) -> str:
    """The owner invites somebody. Returns the team."""
    request = pb.InviteToTeamRequest(request_id=str(new_id()), owner_id=str(owner), person_id=str(person), kind=kind)
    return str((await call_service(co_op.stub(TeamServiceStub).InviteToTeam, request, co_op.token(owner))).team_id)


async def accept_invitation(co_op: RunningCoOp, team: str, person: UUID) -> None:
    """The person says yes, and identity hears of it."""
    request = pb.AnswerTeamInvitationRequest(request_id=str(new_id()), team_id=team, accepted=True)
    await call_service(co_op.stub(TeamServiceStub).AnswerTeamInvitation, request, co_op.token(person))
    await co_op.wait_until_consumed("identity", "matching")
