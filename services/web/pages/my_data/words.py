"""What is stored about a person, in words: which column holds what kind of value, and how that reads.

Every text and number that a service shows is in `VALUES`, by its column, or in `VALUES_OF_KIND` where a column's name means several things;
a test fails for one that is not. The file to take away has the values as they are stored.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

from markupsafe import Markup

from services.web.page_context import PageContext
from services.web.pages.support.typed_times import DAYS
from services.web.pages.ways_to_be_told import clock_time, language_name

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}")
_DAY_MINUTES = 24 * 60
_INSIDE = "inside"
"""The kind of what is inside an object of sealed words."""
_BY_SOFTWARE = ("job:", "reaction:", "service:")


class Value(StrEnum):
    """How a value reads that is no word of a vocabulary."""

    TYPED = "typed"
    """As somebody wrote it."""
    WHO = "who"
    """A person, whose id is only in the file, or the software itself."""
    NUMBER = "number"
    CLOCK = "clock"
    """Minutes after midnight."""
    LANGUAGE = "language"
    KEY = "key"
    """A key of the rulebook or of an event, which reads well enough with spaces."""
    WEEK = "week"
    """Minutes of the week, from and until in turn."""
    MARK = "mark"
    """For programs alone."""


VALUES: Mapping[str, str] = {
    **dict.fromkeys(("full_name", "called", "email", "phone", "name", "address", "why", "reason"), Value.TYPED),
    **dict.fromkeys(("sealed", "evidence_sealed", "sealed_note", "sealed_reason", "media_type"), Value.TYPED),
    **dict.fromkeys(
        ("issued_by", "merged_by", "recorded_by", "asked_by", "answered_by", "changed_by", "entered_by", "done_by"),
        Value.WHO,
    ),
    **dict.fromkeys(("version", "declared_size", "received_size", "size", "wrong_numbers", "number", "revision", "tries"), Value.NUMBER),
    **dict.fromkeys(("member_class", "voting_group", "pseudonym", "purpose"), Value.KEY),
    **dict.fromkeys(("topic", "vote", "source", "word", "about", "subject", "identity_session"), Value.MARK),
    **dict.fromkeys(
        ("postcode", "needed_gender", "gender", "wished_tags", "tags", "words", "agreement", "experience", "place"), Value.TYPED
    ),
    **dict.fromkeys(("minutes_a_week", "rate_pence", "reach_km", "sign_count", "quiet_seconds", "after_visits", "visits"), Value.NUMBER),
    **dict.fromkeys(("needed_skills", "needed_languages", "wished_languages", "languages"), Value.KEY),
    **dict.fromkeys(("rate", "wage", "pence", "care_pence", "travel_pence", "budget_pence", "floor_an_hour", "invoice"), Value.NUMBER),
    **dict.fromkeys(("travel", "waiting"), Value.NUMBER),
    **dict.fromkeys(("share", "payer_adds", "worker_gives"), Value.TYPED),
    "times": Value.WEEK,
    "path": Value.MARK,
    **dict.fromkeys(("space", "who", "reach", "agreed_how", "outcome_words"), Value.TYPED),
    **dict.fromkeys(("given_by", "proposed_side"), "data.value.partner_side.{}"),
    "direction": "data.value.direction.{}",
    "outcome": "referral_outcome.{}",
    **dict.fromkeys(("rule", "zone"), Value.KEY),
    "works_as": "data.value.works_as.{}",
    "step": "data.value.step.{}",
    "device_kind": "data.value.device.{}",
    "device_use": "data.value.device.{}",
    "help_kind": "helping.{}",
    "quiet_from": Value.CLOCK,
    "quiet_until": Value.CLOCK,
    "language": Value.LANGUAGE,
    "field": "record.field.{}",
    "audience_kind": "data.value.audience.{}",
    "audience": "hat.{}",
    "scope": "scope.{}",
    "scopes": "scope.{}",
    "hat": "hat.{}",
    "hats": "hat.{}",
    "strength": "data.value.strength.{}",
    "taken": "taken.{}",
    "choice": "choice.{}",
    "decision": "consent_decision.{}",
    "explained": "consent_way.{}",
    "basis": "data.value.basis.{}",
    "cause": "data.value.cause.{}",
    "authority": "consent_authority.{}",
    "channel": "told_by.{}",
    "stopped": "told_about.{}",
    "evidence_kind": "evidence_kind.{}",
    "end_reason": "data.value.ended.{}",
    "ended_why": "data.value.helper.{}",
}
"""What has braces is a key of the catalogue, which the value completes."""
_ASK_REPLY = {"id": Value.MARK, "ask": Value.MARK, "co_op": Value.KEY, "reference": Value.TYPED}
VALUES_OF_KIND: Mapping[str, Mapping[str, str]] = {
    "held_credential": {"kind": Value.KEY},
    "private_no": {"kind": "data.value.no.{}"},
    "peer_no": {"kind": "data.value.no.{}"},
    "introduction": {"kind": "data.value.introduction.{}"},
    "day_entry": {
        "room": Value.NUMBER,
        **dict.fromkeys(("number", "salt", "line"), Value.MARK),
        "taking_part_as": "data.value.taking_part.{}",
    },
    "day_rank": {"rank": Value.NUMBER, "taking_part_as": "data.value.taking_part.{}"},
    "peer_post": {"kind": "neighbour_kind.{}", "side": "data.value.side.{}", "times": Value.TYPED},
    "partner_agreement": {"times": Value.TYPED},
    "partner_entry": {"kind": "data.value.partner_entry.{}"},
    "referral": {"state": "referral_state.{}"},
    "referral_entry": {"kind": "referral_entry.{}"},
    "co_op_ask": {
        **dict.fromkeys(("skills", "blocks", "co_ops"), Value.KEY),
        **dict.fromkeys(("north", "east"), Value.NUMBER),
        "district": Value.TYPED,
        "id": Value.MARK,
    },
    "co_op_ask_count": {"ask": Value.MARK, "co_op": Value.KEY, "at_least": Value.NUMBER},
    "co_op_ask_reply": _ASK_REPLY,
    "received_ask_reply": _ASK_REPLY,
    "team_member": {"kind": "data.value.team_member.{}"},
    "team_task": {"kind": "data.value.task.{}"},
    "team_question": {"state": "team_question_state.{}"},
    "team_answer": {"said": "team_answer.{}"},
    "concern": {"step": "concern_step.{}"},
    "rest_reason": {"reason": Value.KEY, "rules": "rest_reason_rule.{}"},
    "cover": {"how": "data.value.cover.{}"},
    "swap": {"state": "swap_state.{}"},
    "visit": {"state": "visit_state.{}", "workers": Value.NUMBER},
    "worker_draft_choice": {
        "wished_minutes": Value.NUMBER,
        "free_parts": Value.KEY,
        "district": Value.TYPED,
        "goes": "way_of_going.{}",
    },
    "person_draft_choice": {"district": Value.TYPED},
    "week_draft": {
        **dict.fromkeys(("seed", "iterations", "done", "engine"), Value.NUMBER),
        "state": "week_draft_state.{}",
        **dict.fromkeys(("inputs_hash", "rulebook_hash"), Value.MARK),
    },
    "week_draft_visit": {**dict.fromkeys(("number", "workers"), Value.NUMBER), "answer": Value.KEY},
    "week_draft_place": {"kind": Value.KEY, "answer": Value.KEY},
    "week_draft_reason": {"reason": "week_draft_reason.{}", "points": Value.KEY},
    "visit_record": {"state": "visit_record_state.{}"},
    "visit_record_entry": {"kind": "visit_record_kind.{}", "number": Value.NUMBER, "note": Value.TYPED},
    "visit_task": {"kind": "visit_task.{}", "number": Value.NUMBER, "words": Value.TYPED},
    "task_outcome": {
        "kind": "visit_task.{}",
        "outcome": "task_outcome.{}",
        "number": Value.NUMBER,
        **dict.fromkeys(("words", "reason"), Value.TYPED),
    },
    "task_grant": {"kind": "visit_task.{}"},
    "watch_alert": {
        "kind": "watch_alert_kind.{}",
        "state": "watch_alert_state.{}",
        **dict.fromkeys(("round", "version"), Value.NUMBER),
    },
    "watch_step": {"kind": "watch_step_kind.{}", **dict.fromkeys(("round", "number"), Value.NUMBER), "words": Value.TYPED},
    "watch_duty": {"state": "watch_duty_state.{}", "rank": Value.NUMBER},
    "visit_series": {"state": "series_state.{}", **dict.fromkeys(("workers", "minutes"), Value.NUMBER), "start": Value.CLOCK},
    "visit_gap": {"state": "data.value.gap_state.{}", **dict.fromkeys(("least", "most"), Value.NUMBER)},
    "funding_plan": {"state": "terms_state.{}"},
    "shared_budget": {"state": "terms_state.{}"},
    "funding_line": {"budget_span": "funding_span.{}", "place": Value.NUMBER},
    "engagement": {"kind": "engagement_kind.{}", "state": "terms_state.{}"},
    "charge": {"place": Value.NUMBER, "part": Value.TYPED},
    "sharing": {"state": "data.value.sharing_state.{}", **dict.fromkeys(("person_part", "sharer_part"), Value.NUMBER)},
    "visit_sharer": dict.fromkeys(("person_part", "sharer_part"), Value.NUMBER),
    "group_activity": {
        **dict.fromkeys(("places", "price_pence"), Value.NUMBER),
        "what": Value.TYPED,
        "kind": "activity_kind.{}",
        "state": "data.value.activity_state.{}",
        "step_free": "together_access.{}",
    },
    "activity": {"kind": "activity_kind.{}"},
    "team_hat": {"hat": "data.value.team_hat.{}"},
    "member": {"number": Value.TYPED},
    "consent_entry": {"answer": "consent_answer.{}"},
    "data_request": {"answer": Value.KEY, "kind": "data.value.request.{}"},
    "person_hold": {"kind": "holds.kind_{}", "placed_by": Value.WHO, "released_by": Value.WHO},
    "relationship": {"kind": "relationship_kind.{}", "state": "relationship_state.{}"},
    "sign_in_code": {"kind": "data.value.code.{}"},
    "credential": {"kind": Value.KEY, "state": "credential_state.{}"},
    "stored_file": {"state": "data.value.file.{}"},
    "news": {"kind": Value.KEY},
    "notice": {"kind": Value.KEY, "state": "notices.state_{}", "reason": "notices.why_{}"},
}
"""Columns that mean something else in records of this kind."""


def value_words(ctx: PageContext, kind: str, column: str, value: object) -> str | Markup:
    """A value in words; empty where there is nothing to read, and for what is for programs alone."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return ctx.say("data.yes" if value else "data.no")
    if isinstance(value, list) and kind_of_value(kind, column) == Value.WEEK:
        return ", ".join(_weekly_time(ctx, begins, ends) for begins, ends in zip(value[::2], value[1::2], strict=True))
    if isinstance(value, list):
        return ", ".join(str(words) for item in value if (words := value_words(ctx, kind, column, item)))
    if isinstance(value, dict):
        parts = ((name, value_words(ctx, _INSIDE, name, part)) for name, part in value.items())
        return "; ".join(str(ctx.say("data.part", name=ctx.say(f"data.word.{name}"), value=words)) for name, words in parts if words)
    return _text_words(ctx, kind, column, str(value))


def _weekly_time(ctx: PageContext, begins: int, ends: int) -> str:
    day, minute = divmod(begins, _DAY_MINUTES)
    begin, end = clock_time(minute), clock_time(minute + ends - begins)
    return str(ctx.say("data.value.week", day=ctx.say(f"data.value.day.{DAYS[day]}"), begin=begin, end=end))


def kind_of_value(kind: str, column: str) -> str:
    """What of VALUES holds for this column; empty for ids, moments, days and truth values, which need none."""
    if kind == _INSIDE and column != "authority":
        return Value.TYPED
    return VALUES_OF_KIND.get(kind, {}).get(column) or VALUES.get(column, "")


def is_id(text: str) -> bool:
    """Whether it is the id of something: a UUID, or the hash that identifies a federated vote."""
    return _ID.fullmatch(text) is not None


def _text_words(ctx: PageContext, kind: str, column: str, text: str) -> str | Markup:
    how = kind_of_value(kind, column)
    if how in {Value.TYPED, Value.NUMBER}:
        # A number of eight digits is no day.
        return text
    if how == Value.MARK or is_id(text):
        return ""
    if text.startswith(_BY_SOFTWARE):
        return ctx.say("readers.kith")
    if how == Value.CLOCK:
        return clock_time(int(text))
    if how == Value.LANGUAGE:
        return language_name(text)
    return _word(ctx, how.format(text)) or _when(ctx, text) or text.replace("_", " ")


def _word(ctx: PageContext, key: str) -> str | Markup:
    """The catalogue's word; empty for one that only a newer version knows."""
    return ctx.say(key) if ctx.catalogue.has(key) else ""


def _when(ctx: PageContext, text: str) -> str:
    """A moment or a day in words; empty for any other text."""
    try:
        return ctx.format_moment(datetime.fromisoformat(text)) if "T" in text else ctx.format_day(date.fromisoformat(text).isoformat())
    except ValueError:
        return ""
