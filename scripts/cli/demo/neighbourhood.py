"""What is around the demonstration's team: family that acts, a partner with a referral, a matching day, an activity, and who pays whom."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from kith.identity.v1 import identity_pb2 as identity
from kith.identity.v1 import relationships_pb2 as relationships
from kith.identity.v1.enums import ActingScope, RelationshipKind
from kith.matching.v1 import matching_days_pb2 as days
from kith.matching.v1 import partners_pb2 as partners
from kith.matching.v1 import referrals_pb2 as referrals
from kith.matching.v1 import team_questions_pb2 as team_questions
from kith.matching.v1 import teams_pb2 as teams
from kith.matching.v1.enums import PartnerKind, TeamMemberKind
from kith.scheduling.v1 import activities_pb2 as activities
from kith.scheduling.v1 import engagements_pb2 as engagements
from kith.scheduling.v1 import funding_pb2 as funding
from kith.scheduling.v1.enums import ActivityKind, EngagementKind, PayerKind
from libs.rpc.enums import to_wire
from scripts.cli.connection import Connection
from scripts.cli.demo.clocks import local_now, once_heard

_NOT_HEARD_YET = {"MEMBER_UNKNOWN", "PERSON_UNKNOWN", "HAT_NEEDED"}
"""Refusals for as long as matching has not heard of somebody."""


async def bring_family(connection: Connection, owner: tuple[str, str], relative: tuple[str, str], example: Mapping[str, Any]) -> None:
    """Somebody of the family joins the owner's team, asks it something, and may act for them; each is a person's id and token."""
    (owner_id, owner_token), (relative_id, relative_token) = owner, relative
    kind = to_wire(teams.TeamMemberKind, TeamMemberKind(example["kind"]))
    invitation = teams.InviteToTeamRequest(owner_id=owner_id, person_id=relative_id, kind=kind)
    invited: teams.InviteToTeamResponse = await once_heard(
        partial(connection.call, connection.teams.InviteToTeam, invitation, owner_token), _NOT_HEARD_YET, "a place in a team"
    )
    answer = teams.AnswerTeamInvitationRequest(team_id=invited.team_id, accepted=True)
    await connection.call(connection.teams.AnswerTeamInvitation, answer, relative_token)
    until = (local_now(connection) + timedelta(days=example["days"])).date().isoformat()
    question = team_questions.AskTeamRequest(team_id=invited.team_id, words=example["asks"], until_day=until)
    asked = await connection.call(connection.team_questions.AskTeam, question, relative_token)
    said = team_questions.AnswerTeamQuestionRequest(
        question_id=asked.question_id, answer=team_questions.TEAM_ANSWER_YES, words=example["why"]
    )
    await connection.call(connection.team_questions.AnswerTeamQuestion, said, relative_token)
    proposal = relationships.ProposeRelationshipRequest(
        holder_id=relative_id,
        kind=to_wire(relationships.RelationshipKind, RelationshipKind(example["relationship"])),
        scopes=[to_wire(relationships.ActingScope, ActingScope(scope)) for scope in example["scopes"]],
    )
    proposed = await connection.call(connection.relationships.ProposeRelationship, proposal, owner_token)
    accepted = relationships.AcceptRelationshipRequest(relationship_id=proposed.relationship_id)
    await connection.call(connection.relationships.AcceptRelationship, accepted, relative_token)


async def register_speaker(connection: Connection, example: Mapping[str, Any]) -> str:
    """Who speaks for the partner, and is no member. Returns the person's id."""
    person = identity.NewPerson(full_name=example["speaker"], email=example["email"])
    request = identity.RegisterPersonsRequest(persons=[person])
    response: identity.RegisterPersonsResponse = await connection.as_secretary(connection.identity.RegisterPersons, request)
    return response.persons[0].person_id


async def bring_partner(
    connection: Connection, secretary: str, speaker: tuple[str, str], example: Mapping[str, Any], referral: Mapping[str, Any]
) -> None:
    """An organisation with which the co-op works refers somebody, who waits for an answer."""
    speaker_id, speaker_token = speaker
    kind = to_wire(partners.PartnerKind, PartnerKind(example["kind"]))
    writing = partners.WritePartnerRequest(title=example["title"], kind=kind)
    written = await once_heard(partial(connection.call, connection.partners.WritePartner, writing, secretary), _NOT_HEARD_YET, "a partner")
    place = partners.GivePartnerPlaceRequest(partner_id=written.partner_id, person_id=speaker_id)
    await once_heard(partial(connection.call, connection.partners.GivePartnerPlace, place, secretary), _NOT_HEARD_YET, "a partner")
    sent = referrals.ReferInRequest(
        partner_id=written.partner_id,
        who=referral["who"],
        reach=referral["reach"],
        words=referral["words"],
        agreed_how=referral["agreed_how"],
        agreed_on=local_now(connection).date().isoformat(),
    )
    await connection.call(connection.referrals.ReferIn, sent, speaker_token)


async def announce_day(connection: Connection, secretary: str, example: Mapping[str, Any]) -> None:
    """A matching day, which everybody with an open profile can enter."""
    closes, runs = Timestamp(), Timestamp()
    closes.FromDatetime(connection.now() + timedelta(days=example["closes_in_days"]))
    runs.FromDatetime(connection.now() + timedelta(days=example["runs_in_days"]))
    request = days.AnnounceMatchingDayRequest(words=example["words"], closes_at=closes, runs_at=runs)
    await connection.call(connection.matching_days.AnnounceMatchingDay, request, secretary)


async def record_activity(connection: Connection, token: str, example: Mapping[str, Any], member_class: str) -> None:
    """Something that people did together yesterday, free for all."""
    came = [
        activities.CameByClass(member_class=member_class, came=example["members"]),
        activities.CameByClass(member_class="guest", came=example["guests"]),
    ]
    day = (local_now(connection).date() - timedelta(days=1)).isoformat()
    request = activities.RecordActivityRequest(day=day, kind=to_wire(activities.ActivityKind, ActivityKind(example["kind"])), came=came)
    await connection.call(connection.activities.RecordActivity, request, token)


async def propose_payer(connection: Connection, secretary: str, person: str, first_day: str, example: Mapping[str, Any]) -> None:
    """Who pays for visits to the person from that day on, which waits for their yes."""
    kind = to_wire(funding.PayerKind, PayerKind(example["kind"]))
    payer = funding.AddPayerRequest(kind=kind, organisation=example["organisation"], address=example["address"])
    added = await connection.call(connection.funding.AddPayer, payer, secretary)
    proposal = funding.ProposeFundingRequest(person_id=person, first_day=first_day)
    proposal.lines.add(payer_id=added.payer_id, share=example["share"])
    proposal.lines.add(payer_id=person, share=example["own_share"])
    await connection.call(connection.funding.ProposeFunding, proposal, secretary)


async def agree_pay(connection: Connection, secretary: str, worker: tuple[str, str], first_day: str, example: Mapping[str, Any]) -> None:
    """How the worker works, and for how much an hour: the office proposes it, and they say yes."""
    worker_id, worker_token = worker
    kind = to_wire(engagements.EngagementKind, EngagementKind(example["works_as"]))
    proposal = engagements.ProposeEngagementRequest(worker_id=worker_id, kind=kind, rate_pence=example["rate_pence"], first_day=first_day)
    proposed: engagements.ProposeEngagementResponse = await connection.call(connection.engagements.ProposeEngagement, proposal, secretary)
    answer = engagements.AnswerEngagementRequest(engagement_id=proposed.engagement_id, agrees=True)
    await connection.call(connection.engagements.AnswerEngagement, answer, worker_token)
