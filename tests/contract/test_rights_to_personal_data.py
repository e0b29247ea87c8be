"""Every RPC whose response says something about a person, and the right that guards it. An RPC that is not in the table fails.

Who adds one decides here who may read it, and names the module that checks that right before the response is made.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor

from tests.architecture.codebase import ROOT, SERVICE_NAMES, python_sources, rpc_methods

NAMES_A_PERSON = re.compile(r"(^|_)(full_name|register_name|called|address|email|phone|mobile|birth|postcode)(_|$)")
_ID = re.compile(r"(^|_)(id|ids)$")


class Right(StrEnum):
    """Who may read it, and the words in the module that checks it."""

    READABLE = r"record_fields\.(get_fields|list_field)\("
    """Own, acting, granted, emergency: `may_read` of libs/access, for each field."""
    OWN = r"require_person\(work\)"
    SECRETARY = r"hats\.require\(work, hats\.SECRETARY\)|require_person\(work, SECRETARY\)|require_secretary_or_founder\(work\)"
    LINK = r"links\.require_link\(work\)"
    """Who wears the hat that the rulebook names."""
    OWN_OR_SECRETARY = (
        r"(person != work\.caller\.person for person in persons\)|(work\.caller\.person|require_person\(work\)) != person|"
        r"credential\.person != caller):\s+await hats\.require\(work, hats\.SECRETARY\)"
    )
    OWN_ACTING_OR_SECRETARY = r"require_self_or_acting\(work, person, SCOPE\)[\s\S]+hats\.SECRETARY"
    WEB = r"_for_web\("
    """The pages, as themselves, to send what somebody is told."""
    SCRUTINEER = r"hats\.SCRUTINEER"
    SIGNED_IN = r"work: UnitOfWork"
    """Fellow members' names and offices: everybody who is signed in, as the binding is not open."""
    OWN_OR_OPEN_OFFER = r"support_profiles\.(find|list_open)\("
    """Own and acting in `team`; an open offer every member: row-level security of matching's tables."""
    MEMBERS = r"(call_outs|peer_posts)\.list_open\("
    """Every member, what a person says openly to them: row-level security of matching's tables."""
    IN_TEAM = r"teams\.get\(|open_team\("
    """Its owner, who acts for them, and those in it: row-level security of matching's tables."""
    REFERRAL_SIDES = r"referrals\.get\("
    """The person, who acts for them, who speaks for the partner, a secretary for those to the co-op: row-level security of matching's
    tables. What a partner is told of it is `as_partner_sees` of the domain."""
    IN_VISIT = r"visits\.(get|list_to|list_open)\("
    """The person, who acts for them, those in their team, a worker who comes: row-level security of scheduling's tables."""
    SHARING_SIDES = r"sharings\.get\("
    """The two who share, and who acts for one of them: the same."""
    RECORD_SIDES = r"visit_records\.list_of_visit\("
    """The person, who acts for them, and the worker who wrote it: row-level security of scheduling's tables."""
    IN_ALERT = r"watch_alerts\.(list_of_visits|list_open)\("
    """The person, who acts for them, the worker, who holds the watch: row-level security of scheduling's tables."""
    IN_SERIES = r"series\.(get|list_seen)\("
    """The person, who acts for them, those in their team: row-level security of scheduling's tables."""
    IN_GAP = r"visit_gaps\.(get|list_of)\("
    """The same."""
    OWN_OR_ACTING = r"require_self_or_acting\(work, person, SCOPE\)"
    """For the person, and for who acts for them in this scope."""
    MONEY_OFFICE = r"require_secretary\(work\)"
    """A secretary: `services/scheduling/storage/money_access.py`."""
    PAYER = r"require_payer_or_secretary\(work, (person|invoice\.payer)\)"
    """The person who pays, who acts for them in `money`, a secretary: the same."""
    OWN_CODE = r"find_match|sign_in_with_code|finish_recovery|finish_passkey_sign_in"
    """Who signs in, of themselves."""


@dataclass(frozen=True)
class Guard:
    """What of a person a message in the response says, the right to it, and the module of services/ that checks it."""

    fields: str
    right: Right
    module: str

    def __post_init__(self) -> None:
        assert self.fields.split() == sorted(self.fields.split()), self


_CHARGE = "part share"
_PAYER = "address organisation"
"""Of an organisation; never of a person."""
_BALLOT = "choice member_class recorders taken"
_PERSON = "called email full_name hats merge_reason merged_entries merged_into phone"
_CREDENTIAL = "added_by expires_on issued_on kind media_type note reason verified_by"
_MEMBER = "admitted_on ended_on member_class member_number register_address register_name"
GUARDS = {
    ("GetRecord", "RecordField"): Guard("changed_by field text", Right.READABLE, "identity/queries/get_record"),
    ("ListRecords", "PersonField"): Guard("text", Right.READABLE, "identity/queries/list_records"),
    ("ListAccess", "Audience"): Guard("hat", Right.OWN, "identity/queries/list_access"),
    ("ListSharedWithMe", "SharedField"): Guard("field", Right.OWN, "identity/queries/list_shared_with_me"),
    ("SearchMembers", "Name"): Guard("called full_name", Right.OWN, "identity/queries/search_members"),
    ("GetNames", "Name"): Guard("called full_name", Right.SIGNED_IN, "identity/queries/get_names"),
    ("SearchPersons", "Name"): Guard("called full_name", Right.SECRETARY, "identity/queries/search_persons"),
    ("GetPerson", "Person"): Guard(_PERSON, Right.OWN_OR_SECRETARY, "identity/queries/get_person"),
    ("GetCredential", "Credential"): Guard(_CREDENTIAL, Right.OWN_OR_SECRETARY, "identity/queries/get_credential"),
    ("ListCredentials", "Credential"): Guard(_CREDENTIAL, Right.OWN_OR_SECRETARY, "identity/queries/list_credentials"),
    ("ListWatchedCredentials", "Credential"): Guard(_CREDENTIAL, Right.SECRETARY, "identity/queries/list_watched_credentials"),
    ("GetAgreedReplies", "AgreedReply"): Guard("co_op reference", Right.LINK, "matching/queries/get_agreed_replies"),
    ("CheckGate", "GateCheck"): Guard("gate", Right.OWN_OR_SECRETARY, "identity/queries/check_gate"),
    ("ListEmergencyAccess", "EmergencyAccess"): Guard(
        "reason reviewed_by", Right.OWN_ACTING_OR_SECRETARY, "identity/queries/list_emergency_access"
    ),
    ("GetNoticeAddress", "GetNoticeAddressResponse"): Guard(
        "called email full_name helper_name phone", Right.WEB, "identity/rpc/notice_servicer"
    ),
    ("IssueMailedLink", "IssueMailedLinkResponse"): Guard("called code email", Right.WEB, "identity/rpc/notice_servicer"),
    ("FinishPasskeySignIn", "FinishPasskeySignInResponse"): Guard("hats session_key", Right.OWN_CODE, "identity/rpc/passkey_servicer"),
    ("FinishRecovery", "FinishRecoveryResponse"): Guard("hats session_key", Right.OWN_CODE, "identity/rpc/recovery_servicer"),
    ("RegisterPersons", "RegisteredPerson"): Guard("field refusal", Right.SECRETARY, "identity/commands/register_persons"),
    ("BeginHelping", "BeginHelpingResponse"): Guard("session_key", Right.OWN_CODE, "identity/commands/begin_helping"),
    ("SignIn", "SignInResponse"): Guard("hats session_key token", Right.OWN_CODE, "identity/rpc/secret_methods"),
    ("ListHats", "WornHat"): Guard("hat", Right.SIGNED_IN, "identity/queries/list_hats"),
    ("ListDataRequests", "DataRequest"): Guard("asked_by due_day", Right.SECRETARY, "identity/queries/list_data_requests"),
    ("ListHolds", "Hold"): Guard("placed_by reason review_day", Right.OWN_ACTING_OR_SECRETARY, "identity/queries/list_holds"),
    ("Export", "ExportedRecord"): Guard("json kind", Right.OWN_OR_ACTING, "../libs/access/person_rights"),
    ("GetMember", "Member"): Guard(_MEMBER, Right.OWN_OR_SECRETARY, "membership/queries/get_member"),
    ("ListMembers", "Member"): Guard(_MEMBER, Right.SECRETARY, "membership/queries/list_members"),
    ("ListApplications", "Application"): Guard("member_class why", Right.SECRETARY, "membership/queries/list_applications"),
    ("GetSupportProfiles", "GettingSupport"): Guard(
        "needed_gender needed_languages needed_skills postcode wished_languages wished_tags",
        Right.OWN_OR_OPEN_OFFER,
        "matching/queries/get_support_profiles",
    ),
    ("GetSupportProfiles", "GivingSupport"): Guard(
        "gender languages postcode tags wished_tags words", Right.OWN_OR_OPEN_OFFER, "matching/queries/get_support_profiles"
    ),
    ("FindOffers", "GivingSupport"): Guard(
        "gender languages postcode tags wished_tags words", Right.OWN_OR_OPEN_OFFER, "matching/queries/find_offers"
    ),
    ("GetCallOuts", "CallOut"): Guard("until_day words", Right.OWN_OR_ACTING, "matching/queries/get_call_outs"),
    ("FindCallOuts", "CallOut"): Guard("until_day words", Right.MEMBERS, "matching/queries/find_call_outs"),
    ("GetPeerPosts", "PeerPost"): Guard("experience place times until_day words", Right.OWN, "matching/queries/get_peer_posts"),
    ("FindPeerPosts", "PeerPost"): Guard("experience place times until_day words", Right.MEMBERS, "matching/queries/find_peer_posts"),
    ("GetPeers", "OwnPeerPair"): Guard("talk_asked_by", Right.OWN, "matching/queries/get_peers"),
    ("GetSuggestions", "GivingSupport"): Guard(
        "gender languages postcode tags wished_tags words", Right.OWN_OR_OPEN_OFFER, "matching/queries/ranked_offers"
    ),
    ("GetTeamCover", "GivingSupport"): Guard(
        "gender languages postcode tags wished_tags words", Right.OWN_OR_OPEN_OFFER, "matching/queries/ranked_offers"
    ),
    ("GetReferral", "GetReferralResponse"): Guard(
        "agreed_how agreed_on outcome_words reach reason words", Right.REFERRAL_SIDES, "matching/queries/get_referral"
    ),
    ("GetMatchingDay", "GivingSupport"): Guard(
        "gender languages postcode tags wished_tags words", Right.OWN_OR_OPEN_OFFER, "matching/storage/day_choices"
    ),
    ("GetMatchingDay", "MatchingDayChoice"): Guard("words", Right.MEMBERS, "matching/storage/day_choices"),
    ("GetMatchingDay", "RankedNumber"): Guard("number", Right.OWN_OR_ACTING, "matching/queries/get_matching_day"),
    ("GetTeam", "WornTeamHat"): Guard("handover until_day", Right.IN_TEAM, "matching/queries/get_team"),
    ("GetTeamQuestion", "TeamQuestionAnswer"): Guard("words", Right.IN_TEAM, "matching/queries/get_team_questions"),
    ("GetWholeTeams", "AssignedTask"): Guard("until_day", Right.OWN_OR_ACTING, "matching/queries/get_team"),
    ("GetWholeTeams", "WornTeamHat"): Guard("handover until_day", Right.OWN_OR_ACTING, "matching/queries/get_team"),
    ("GetTeamTasks", "AssignedTask"): Guard("until_day", Right.IN_TEAM, "matching/queries/get_team_tasks"),
    ("GetVisit", "Visit"): Guard("agreed_by proposed_by", Right.IN_VISIT, "scheduling/queries/get_visit"),
    ("ListVisits", "Visit"): Guard("agreed_by proposed_by", Right.IN_VISIT, "scheduling/queries/list_visits"),
    ("GetCovers", "Visit"): Guard("agreed_by proposed_by", Right.OWN_OR_ACTING, "scheduling/queries/get_covers"),
    ("GetDays", "Visit"): Guard("agreed_by proposed_by", Right.IN_VISIT, "scheduling/queries/get_days"),
    ("ListOpenVisits", "Visit"): Guard("agreed_by proposed_by", Right.IN_VISIT, "scheduling/queries/list_open_visits"),
    ("GetVisitRecords", "VisitRecordEntry"): Guard("by note", Right.RECORD_SIDES, "scheduling/queries/get_visit_records"),
    ("GetWholeVisit", "Visit"): Guard("agreed_by proposed_by", Right.IN_VISIT, "scheduling/queries/get_visit"),
    ("GetWholeVisit", "VisitRecordEntry"): Guard("by note", Right.RECORD_SIDES, "scheduling/queries/get_visit_records"),
    ("GetWholeVisit", "AlertStep"): Guard("words", Right.IN_ALERT, "scheduling/queries/get_visit_alerts"),
    ("GetVisitAlerts", "AlertStep"): Guard("words", Right.IN_ALERT, "scheduling/queries/get_visit_alerts"),
    ("GetOpenAlerts", "AlertStep"): Guard("words", Right.IN_ALERT, "scheduling/queries/get_open_alerts"),
    ("GetSeries", "Visit"): Guard("agreed_by proposed_by", Right.IN_SERIES, "scheduling/queries/get_series"),
    ("GetSeries", "VisitSeries"): Guard("agreed_by proposed_by rule zone", Right.IN_SERIES, "scheduling/queries/get_series"),
    ("ListSeries", "VisitSeries"): Guard("agreed_by proposed_by rule zone", Right.IN_SERIES, "scheduling/queries/list_series"),
    ("GetVisitGap", "VisitGap"): Guard("agreed_by proposed_by", Right.IN_GAP, "scheduling/queries/get_visit_gap"),
    ("GetVisitGaps", "VisitGap"): Guard("agreed_by proposed_by", Right.IN_GAP, "scheduling/queries/get_visit_gaps"),
    ("GetSharing", "Sharing"): Guard("first_day last_day proposed_by", Right.SHARING_SIDES, "scheduling/queries/get_sharing"),
    ("GetSharings", "Sharing"): Guard("first_day last_day proposed_by", Right.OWN_OR_ACTING, "scheduling/queries/get_sharings"),
    ("GetFunding", "Charge"): Guard(_CHARGE, Right.PAYER, "scheduling/queries/get_funding"),
    ("GetInvoice", "Charge"): Guard(_CHARGE, Right.PAYER, "scheduling/queries/get_invoice"),
    ("GetOpenPeriod", "Charge"): Guard(_CHARGE, Right.MONEY_OFFICE, "scheduling/queries/get_open_period"),
    ("GetPeriod", "Charge"): Guard(_CHARGE, Right.MONEY_OFFICE, "scheduling/queries/get_period"),
    ("GetPay", "Charge"): Guard(_CHARGE, Right.OWN, "scheduling/queries/get_pay"),
    ("GetPayers", "Payer"): Guard(_PAYER, Right.MONEY_OFFICE, "scheduling/queries/get_payers"),
    ("GetFunding", "Payer"): Guard(_PAYER, Right.PAYER, "scheduling/queries/get_funding"),
    ("GetSharedBudgets", "Payer"): Guard(_PAYER, Right.OWN_OR_ACTING, "scheduling/queries/get_shared_budgets"),
    ("GetFunding", "FundingPlan"): Guard("answered_by first_day last_day proposed_by", Right.PAYER, "scheduling/queries/get_funding"),
    ("GetInvoice", "Payer"): Guard(_PAYER, Right.PAYER, "scheduling/queries/get_invoice"),
    ("GetOpenPeriod", "Payer"): Guard(_PAYER, Right.MONEY_OFFICE, "scheduling/queries/get_open_period"),
    ("GetPeriod", "Payer"): Guard(_PAYER, Right.MONEY_OFFICE, "scheduling/queries/get_period"),
    ("CastBallot", "Ballot"): Guard(_BALLOT, Right.OWN, "governance/commands/cast_ballot"),
    ("GetMyBallot", "Ballot"): Guard(_BALLOT, Right.OWN, "governance/queries/get_ballot"),
    ("ConfirmBallot", "Ballot"): Guard(_BALLOT, Right.SECRETARY, "governance/commands/confirm_ballot"),
    ("ListUnconfirmedBallots", "UnconfirmedBallot"): Guard("recorder taken", Right.SECRETARY, "governance/queries/get_ballot"),
    ("ListUnconfirmedVoteBallots", "UnconfirmedBallot"): Guard("recorder taken", Right.SECRETARY, "governance/queries/get_ballot"),
    ("ListVoteRows", "VoteRow"): Guard("group", Right.SCRUTINEER, "governance/queries/get_vote"),
}


def about_a_person(message: Descriptor) -> bool:
    names = [field.name for field in message.fields]
    return (
        "person_id" in names
        or message.name in {"RecordField", "ExportedRecord", "VisitRecordEntry", "AlertStep"}
        or any(map(NAMES_A_PERSON.search, names))
    )


def said_of_a_person(message: Descriptor) -> list[str]:
    """The fields that say something: texts and bytes, but for the ids."""
    return sorted(
        field.name
        for field in message.fields
        if field.type in (FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_BYTES) and not _ID.search(field.name)
    )


def messages_in(message: Descriptor, found: dict[str, Descriptor] | None = None) -> dict[str, Descriptor]:
    """The message and all in it, by name."""
    found = {} if found is None else found
    if message.full_name not in found:
        found[message.full_name] = message
        for field in message.fields:
            if field.message_type:
                messages_in(field.message_type, found)
    return found


def methods() -> list[MethodDescriptor]:
    return [method for package in (*SERVICE_NAMES, "person") for method in rpc_methods(package)]


def enumerated() -> dict[tuple[str, str], str]:
    """What every RPC says of persons, by its name and that of the message."""
    return {
        (method.name, message.name): " ".join(said_of_a_person(message))
        for method in methods()
        for message in messages_in(method.output_type).values()
        if about_a_person(message) and said_of_a_person(message) and not message.full_name.startswith("kith.peer.")
    }


@pytest.mark.capability("I2")
def test_every_rpc_that_says_something_of_a_person_has_a_right_that_guards_it() -> None:
    assert enumerated() == {key: guard.fields for key, guard in GUARDS.items()}


@pytest.mark.parametrize("key", GUARDS, ids=".".join)
def test_the_right_is_checked_where_the_table_says(key: tuple[str, str]) -> None:
    guard = GUARDS[key]
    source = (ROOT / f"services/{guard.module}.py").read_text(encoding="utf-8")

    assert re.search(guard.right, source), guard


def test_no_module_but_their_own_reads_the_texts_of_records() -> None:
    """`storage/record_fields.py` has the only statements on them, and makes each of them with the rule of libs/access."""
    readers = {path.as_posix() for path, text in python_sources("services") if re.search(r"\brecord_field\b(?!s)", text)}
    storage = "services/identity/storage"

    assert {path for path in readers if "/migrations/" not in path} == {
        f"{storage}/{name}.py" for name in ("access_grants", "person_tables", "record_fields", "tables")
    }
    source = (ROOT / f"{storage}/record_fields.py").read_text(encoding="utf-8")
    guarded = re.findall(r"select\(record_field\)\.where\((?:may_read\(|_FIELD\.person == any_\(readable_subjects\()", source)
    # The third is for the job that follows merges, which nobody calls: row-level security shows it to callers of ours alone.
    assert source.count("select(record_field)") == len(guarded) + 1 == 3
    whole = {path.as_posix() for path, text in python_sources("services") if "list_of_entry(" in text}
    assert whole == {f"{storage}/record_fields.py", "services/identity/commands/follow_merge.py"}
    # A person's own texts, for them: `PersonRightsService/Export` answers them, and who acts for them.
    assert 'tables.record_field,\n        ("person",),\n' in (ROOT / f"{storage}/person_tables.py").read_text(encoding="utf-8")
    # Whether a field is filled in is all that the list of grants asks of the table.
    assert "record_field.c.sealed.is_not(None)" in (ROOT / f"{storage}/access_grants.py").read_text(encoding="utf-8")
