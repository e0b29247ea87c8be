"""The RPCs of teams."""

from datetime import date
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.matching.v1 import teams_pb2 as pb
from kith.matching.v1.enums import TeamHat, TeamMemberKind
from libs.access.acting_audit import while_acting
from libs.host.component import Runtime
from libs.rpc.binding import BoundService, bind, command, query
from libs.rpc.enums import from_wire, to_wire
from libs.rpc.fields import parse_day, parse_id, timestamp
from services.matching.commands.accept_team_hat import accept_team_hat
from services.matching.commands.answer_team_invitation import answer_team_invitation
from services.matching.commands.end_team_hat import end_team_hat
from services.matching.commands.end_team_membership import end_team_membership
from services.matching.commands.invite_to_team import invite_to_team
from services.matching.commands.offer_team_hat import offer_team_hat
from services.matching.commands.set_team_agreement import set_team_agreement
from services.matching.domain.team import Team, TeamMember, WornTeamHat
from services.matching.queries.get_team import WholeTeam, get_team, get_teams
from services.matching.queries.get_whole_teams import SeenTeam, WholeTeams, get_whole_teams
from services.matching.rpc.task_servicer import listed_tasks
from services.matching.rpc.team_question_servicer import listed_questions


def team_service(runtime: Runtime, zone: ZoneInfo) -> BoundService:
    acting = partial(while_acting, "team", catch_up=runtime.catch_up_with("identity"))
    return bind(
        pb,
        "TeamService",
        runtime.transactions,
        {
            "GetTeam": acting(query(lambda request: (_team(request),), get_team, _whole_team)),
            "GetTeams": acting(query(lambda request: (parse_id("person_id", request.person_id),), get_teams, _places)),
            "GetWholeTeams": acting(
                query(lambda request: (parse_id("person_id", request.person_id),), partial(get_whole_teams, zone=zone), _whole_teams)
            ),
            "InviteToTeam": acting(command(_invitation, invite_to_team, lambda team: pb.InviteToTeamResponse(team_id=str(team)))),
            "AnswerTeamInvitation": command(_answer, answer_team_invitation, lambda _: pb.AnswerTeamInvitationResponse()),
            "EndTeamMembership": acting(command(_place, end_team_membership, lambda _: pb.EndTeamMembershipResponse())),
            "OfferTeamHat": acting(command(_offer, partial(offer_team_hat, zone=zone), lambda _: pb.OfferTeamHatResponse())),
            "AcceptTeamHat": command(_accept, partial(accept_team_hat, zone=zone), lambda _: pb.AcceptTeamHatResponse()),
            "EndTeamHat": acting(command(_end, end_team_hat, lambda _: pb.EndTeamHatResponse())),
            "SetTeamAgreement": acting(
                command(_agreement, set_team_agreement, lambda version: pb.SetTeamAgreementResponse(version=version))
            ),
        },
    )


def _team(
    request: pb.GetTeamRequest
    | pb.AnswerTeamInvitationRequest
    | pb.EndTeamMembershipRequest
    | pb.OfferTeamHatRequest
    | pb.AcceptTeamHatRequest
    | pb.EndTeamHatRequest
    | pb.SetTeamAgreementRequest,
) -> UUID:
    return parse_id("team_id", request.team_id)


def _hat(request: pb.OfferTeamHatRequest | pb.AcceptTeamHatRequest | pb.EndTeamHatRequest) -> TeamHat:
    return from_wire(pb.TeamHat, TeamHat, request.hat, "hat", "TEAM_HAT_UNKNOWN")


def _invitation(request: pb.InviteToTeamRequest) -> tuple[UUID, UUID, TeamMemberKind]:
    kind = from_wire(pb.TeamMemberKind, TeamMemberKind, request.kind, "kind", "TEAM_MEMBER_KIND_MISSING")
    return parse_id("owner_id", request.owner_id), parse_id("person_id", request.person_id), kind


def _answer(request: pb.AnswerTeamInvitationRequest) -> tuple[UUID, bool]:
    return _team(request), request.accepted


def _place(request: pb.EndTeamMembershipRequest) -> tuple[UUID, UUID]:
    return _team(request), parse_id("person_id", request.person_id)


def _offer(request: pb.OfferTeamHatRequest) -> tuple[UUID, UUID, TeamHat, date | None]:
    return _team(request), parse_id("person_id", request.person_id), _hat(request), parse_day("until_day", request.until_day)


def _accept(request: pb.AcceptTeamHatRequest) -> tuple[UUID, TeamHat]:
    return _team(request), _hat(request)


def _end(request: pb.EndTeamHatRequest) -> tuple[UUID, TeamHat, str]:
    return _team(request), _hat(request), request.handover


def _agreement(request: pb.SetTeamAgreementRequest) -> tuple[UUID, str, int]:
    return _team(request), request.agreement, request.version


def _whole_team(whole: WholeTeam) -> pb.GetTeamResponse:
    team = whole.team
    return pb.GetTeamResponse(
        team_id=str(team.id),
        owner_id=str(team.owner),
        formed_at=timestamp(team.formed_at),
        members=map(_member, whole.members),
        hats=map(_worn, whole.hats),
        agreement=team.agreement,
        version=team.version,
    )


def _member(member: TeamMember) -> pb.TeamMember:
    return pb.TeamMember(
        person_id=str(member.person),
        kind=to_wire(pb.TeamMemberKind, member.kind),
        invited_at=timestamp(member.invited_at),
        joined_at=timestamp(member.joined_at) if member.joined_at else None,
    )


def _worn(worn: WornTeamHat) -> pb.WornTeamHat:
    return pb.WornTeamHat(
        hat=to_wire(pb.TeamHat, worn.hat),
        person_id=str(worn.person),
        accepted_at=timestamp(worn.accepted_at) if worn.accepted_at else None,
        until_day=worn.until_day.isoformat(),
        handover=worn.handover,
    )


def _places(found: tuple[Team | None, list[tuple[Team, TeamMember]]]) -> pb.GetTeamsResponse:
    own, places = found
    teams = [pb.TeamPlace(team_id=str(own.id), owner_id=str(own.owner))] if own else []
    return pb.GetTeamsResponse(teams=[*teams, *(_team_place(team, member) for team, member in places)])


def _team_place(team: Team, member: TeamMember) -> pb.TeamPlace:
    kind = to_wire(pb.TeamMemberKind, member.kind)
    return pb.TeamPlace(team_id=str(team.id), owner_id=str(team.owner), kind=kind, invited=member.joined_at is None)


def _whole_teams(found: WholeTeams) -> pb.GetWholeTeamsResponse:
    invitations = [_team_place(team, member) for team, member in found.invitations]
    return pb.GetWholeTeamsResponse(invitations=invitations, teams=map(_seen, found.teams))


def _seen(seen: SeenTeam) -> pb.WholeTeam:
    return pb.WholeTeam(team=_whole_team(seen.whole), tasks=listed_tasks(seen.tasks), questions=listed_questions(seen.questions))
