"""The catalogue has every sentence that the pages use, and no unused ones."""

import re
from collections import Counter
from enum import StrEnum
from pathlib import Path

import pytest

from kith.federation.v1.enums import BallotWord, PeerState
from kith.governance.v1.enums import MotionState, VoteState
from kith.identity.v1.enums import ActingScope, CredentialState, EndReason, EvidenceKind, GateProblem, RelationshipKind, RelationshipState
from kith.matching.v1.enums import QuoteLine, TeamHat, TeamMemberKind
from kith.person.v1.enums import ErasureWaitsFor
from kith.scheduling.v1.enums import (
    ActivityKind,
    BudgetSpan,
    DraftPart,
    EngagementKind,
    NotSettledReason,
    PayerKind,
    TaskOutcomeKind,
    TermsState,
    VisitRecordEntryKind,
    VisitRecordState,
    VisitTaskKind,
    WeekDraftState,
    WorkingTimeRule,
)
from kith.status.v1.enums import State
from libs.rulebook import Gate, PassableRule
from services.web.localisation.catalogue import EASY_READ, FOLDER, PLAIN_ENGLISH, load_catalogues, read_catalogue

ROOT = Path(__file__).parents[3]
SERVICES, LIBS = ROOT / "services", ROOT / "libs"
KEY = re.compile(r"""["']([a-z_]+(?:\.[A-Za-z_0-9]+)+)["']""")
ASKED_BY_NAME = (
    "refusal.", "status.", "choice.", "taken.", "share.", "counting.", "reason.", "reason_why.", "no_vote.", "state.", "service.", "hat.",
    "word.", "drawing.", "error.title_", "home.good_", "result.needed_", "paper_votes.", "base.",
    "news.", "deed.", "next.", "vote_state.", "vote_done.", "co_op.is_", "co_op_state.", "co_op_event.", "way.", "step.", "where.",
    "ballot.ask_", "ballot_word.", "ballot_code.", "between_paper.", "between_result.share_", "method.", "basis.", "below_quorum.",
    "audience.", "board.", "decisions.", "draft_part.", "dispute.", "settle.", "misconduct.", "result_now.", "result_state.", "stance.",
    "data.kind.", "data.why.", "data.field.", "data.word.", "data.value.",
    "erasure.kept_", "erasure.part_", "erasure.waits_for.", "holds.kind_", "disposals.kind_", "disposals.after_",
    "co_op.", "first.", "change.", "end_reason.", "sessions.by_", "sessions.kind_", "sessions.on_", "helping.did_", "helping.page_",
    "helping.fills_in", "helping.reads_out",
    "readers.what_", "readers.part_",
    "scope.", "relationship_kind.", "relationship_state.", "relationship_end.", "relationship_reason.", "evidence_kind.", "people_done.",
    "people_pick.", "member_people_done.",
    "co_op.", "first.", "change.", "end_reason.", "sessions.by_", "credential_state.", "gate.", "gate_problem.", "qualifications_done.",
    "record.section.", "record.field.", "record.hint.", "record.noun.", "record.hat.", "record.done.",
    "co_op.", "first.", "change.", "end_reason.", "sessions.by_", "consent.", "consent_", "capacity.",
    "visit_task.", "visit_task_hint.", "task_outcome.", "day_sheet.", "day_sheets.",
    "support_gender.", "support_own_gender.", "support_works_as.", "support_getting.", "support_giving.",
    "meet.step_", "meet.yes_", "meet.not_now_", "meet_done.", "meet_side.", "meet_nobody.", "team_kind.", "team_hat.", "team_done.",
    "team_question.", "team_question_state.", "team_question_done.", "team_answer.",
    "neighbour_side.", "neighbour_kind.", "neighbour_step.", "neighbour_yes.", "neighbour_not_now.", "neighbour_find.",
    "neighbour_write.", "neighbours_done.",
    "partner_kind.", "partner_entry.", "partner_done.", "space_gives.", "space_state.", "referral_way.", "referral_own_way.",
    "referral_state.", "referral_row.", "referral_outcome.", "referral_entry.", "referral_done.",
    "ask_part.", "ask_of_day.", "ask_leaves.", "asks_done.", "asked_done.",
    "day_state.", "day_done.", "day_side.", "day_enter.", "day_room.", "day_room_label.", "day_no_choice.", "day_nobody.", "day_recount.",
    "why_person.", "why_worker.", "why_not_person.", "why_not_worker.", "why_part.", "why_never.",
    "quote.", "reviews_done.", "call_outs_done.", "reviews_side.", "review_answer.", "team_task.",
    "visit_state.", "visit_done.", "visit_is.", "visit_do.", "visit_workers.", "week_done.",
    "swap_state.", "away_done.", "calendar_done.", "my_day_done.", "who_could_done.", "swaps_do.", "swaps_done.",
    "concern_step.", "concern_now.", "concern_beside.", "concern_how.", "concern_for.", "concern_done.", "cover_done.",
    "week_draft_state.", "week_draft_part.", "week_draft_key.", "week_draft_square.", "week_draft_points.", "week_draft_reason.",
    "week_draft_done.", "proposals_do.", "proposals_done.", "draft_wishes.", "way_of_going.",
    "visit_record_is.", "visit_record_state.", "visit_record_kind.", "visit_record_line.", "visit_record_do.", "visit_record_timer.",
    "visit_record_ends.", "visit_timer_done.",
    "watch_do.", "watch_done.", "watch_rank.", "watch_open_done.", "watched_done.", "on_way_minutes.", "alert_word.", "alert_state.",
    "alert_step.", "watch_alert_kind.", "watch_alert_state.", "watch_duty_state.", "watch_step_kind.",
    "series_state.", "series_done.", "series_is.", "series_do.", "standing_is.", "standing_give_back.", "who_came_how.",
    "money_done.", "money_column.", "terms_state.", "funding_budget.", "funding_span.", "payer_kind.", "engagement_kind.",
    "engagement_says.", "engagement_done.", "not_settled.", "statement_line.", "activity_kind.", "activities_done.",
    "hours_done.", "hours_breach.", "rest_reason_rule.",
    "distance.hours", "distance.minutes",
    "distance_order.", "distance_apart.", "distance_line.", "distance_is.", "distance_do.", "distance_done.",
    "sharing_split.", "sharing_do.", "sharing_done.", "sharing_is.", "shared_budget_is.", "shared_budget_done.",
    "together_is.", "together_as.", "together_shows.", "together_access.", "together_do.", "together_done.",
    "about.heading.", "notice.", "notices.state_", "notices.why_", "told_by.", "told.now_", "told_about.",
)  # fmt: skip
"""Parts of keys that the code completes from a word of the services: each is looked up by name somewhere."""
REASON = re.compile(r'"([A-Z]+(?:_[A-Z]+)+)"')
COUNTING = {"federated_tally.py", "class_weights.py", "head_count.py", "tally.py", "thresholds.py"}
"""What these refuse is a mistake in a rulebook, found when it is adopted."""


def page_sources() -> list[Path]:
    web = SERVICES / "web"
    return [path for path in (*web.rglob("*.py"), *web.rglob("*.html")) if path.is_file()]


def requested_keys() -> set[str]:
    return {key for path in page_sources() for key in KEY.findall(path.read_text(encoding="utf-8"))}


def test_every_key_the_pages_ask_for_has_a_sentence() -> None:
    words = load_catalogues()[PLAIN_ENGLISH]
    beginnings = {key.partition(".")[0] for key in words.messages}
    missing = {key for key in requested_keys() if key.partition(".")[0] in beginnings and not words.has(key)}
    assert {key for key in missing if not key.endswith((".html", ".js", ".py", ".csv"))} == set()


def test_no_sentence_is_there_that_no_page_asks_for() -> None:
    unused = read_catalogue(FOLDER / f"{PLAIN_ENGLISH}.po").keys() - requested_keys()
    assert {key for key in unused if not key.startswith(ASKED_BY_NAME)} == set()


@pytest.mark.parametrize(
    ("prefix", "kind", "elsewhere"),
    [
        ("status", MotionState, {MotionState.OPEN}),
        ("vote_state", VoteState, {VoteState.OPEN, VoteState.FINAL}),
        ("co_op_state", PeerState, set()),
        ("ballot_word", BallotWord, set()),
        ("state", State, set()),
        ("scope", ActingScope, set()),
        ("relationship_kind", RelationshipKind, set()),
        ("relationship_state", RelationshipState, set()),
        ("relationship_end", EndReason, set()),
        ("evidence_kind", EvidenceKind, set()),
        ("credential_state", CredentialState, set()),
        ("gate_problem", GateProblem, set()),
        ("erasure.waits_for", ErasureWaitsFor, set()),
        ("gate", Gate, set()),
        ("team_kind", TeamMemberKind, set()),
        ("team_hat", TeamHat, set()),
        ("quote", QuoteLine, set()),
        ("visit_record_state", VisitRecordState, set()),
        ("visit_record_kind", VisitRecordEntryKind, set()),
        ("visit_task", VisitTaskKind, set()),
        ("visit_task_hint", VisitTaskKind, set()),
        ("task_outcome", TaskOutcomeKind, set()),
        ("terms_state", TermsState, set()),
        ("funding_budget", BudgetSpan, set()),
        ("funding_span", BudgetSpan, set()),
        ("payer_kind", PayerKind, set()),
        ("engagement_kind", EngagementKind, set()),
        ("engagement_says", EngagementKind, set()),
        ("hours_breach", WorkingTimeRule, set()),
        ("rest_reason_rule", PassableRule, set()),
        ("not_settled", NotSettledReason, set()),
        ("activity_kind", ActivityKind, set()),
        ("week_draft_state", WeekDraftState, set()),
        ("week_draft_part", DraftPart, {DraftPart.WAITING, DraftPart.DECLINED}),
    ],
)
def test_every_word_of_a_vocabulary_that_pages_show_has_a_sentence(prefix: str, kind: type[StrEnum], elsewhere: set[StrEnum]) -> None:
    """`elsewhere` are words that pages say in more detail: how long it is open, what was decided."""
    words = load_catalogues()[PLAIN_ENGLISH]
    assert {word for word in kind if not words.has(f"{prefix}.{word}")} == elsewhere


@pytest.mark.parametrize("language", [PLAIN_ENGLISH, EASY_READ])
def test_no_key_stands_twice(language: str) -> None:
    """Only the first would be read."""
    keys = re.findall(r'^msgid "(.+)"$', (FOLDER / f"{language}.po").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert len(keys) > 100
    assert {key for key, times in Counter(keys).items() if times > 1} == set()


def test_easy_read_takes_the_same_values_as_the_sentence_it_replaces() -> None:
    plain, easy = read_catalogue(FOLDER / f"{PLAIN_ENGLISH}.po"), read_catalogue(FOLDER / f"{EASY_READ}.po")
    value = re.compile(r"\{(\w+)\}")
    for key, message in easy.items():
        assert set(value.findall(message.singular)) <= set(value.findall(plain[key].singular)), key
        assert (message.plural is None) == (plain[key].plural is None), key


def test_every_reason_a_service_may_give_has_a_sentence() -> None:
    rooms = [path for name in ("identity", "membership", "governance") for path in (SERVICES / name).rglob("*.py")]
    rooms += [*(LIBS / "rpc").rglob("*.py"), *(LIBS / "callers").rglob("*.py")]
    texts = [path.read_text(encoding="utf-8") for path in rooms if path.name not in COUNTING]
    reasons = {reason for text in texts for reason in REASON.findall(text)}
    assert len(reasons) > 10
    words = load_catalogues()[PLAIN_ENGLISH]
    assert {reason for reason in reasons if not words.has(f"refusal.{reason}")} == set()
