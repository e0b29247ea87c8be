"""What scheduling stores about people: what a person gets of it when they ask for their data."""

from collections.abc import Mapping

from sqlalchemy import case

from libs.access.person_tables import (
    ACTING_RIGHTS,
    READS,
    RETENTION_TABLES_WITHOUT_PEOPLE,
    WORN_HATS,
    Blank,
    Delete,
    Keep,
    KeptFor,
    PersonTable,
    Retention,
)
from services.scheduling.storage import day_sheet_tables, gap_tables, money_person_tables, sharing_person_tables, tables, task_tables
from services.scheduling.storage import week_draft_tables as drafts
from services.scheduling.storage import working_time_tables as working_time

PERSON_TABLES = (
    PersonTable(tables.away, ("worker",), ("id", "worker", "begins", "ends"), erasure=(Delete(),), own_alone=True),
    # The law has the co-op keep who said so (Working Time Regulations 1998, regulations 4(2) and 9), as long as the hours themselves.
    PersonTable(
        working_time.opt_out,
        ("worker",),
        ("id", "worker", "first_day", "last_day", "said_at", "ended_at"),
        erasure=(Keep(KeptFor.ACCOUNTABILITY),),
        retention=Retention("visits", working_time.opt_out.c.last_day, person="worker"),
        own_alone=True,
    ),
    # Goes with the place for which the worker said it.
    PersonTable(
        working_time.rest_reason,
        ("worker",),
        ("visit", "worker", "reason", "rules", "said_at"),
        erasure=(Delete(),),
        own_alone=True,
    ),
    # An offer is between two workers, and an asking too; both go with the visit.
    PersonTable(
        tables.swap,
        ("from_worker", "to_worker"),
        ("id", "visit", "return_visit", "from_worker", "to_worker", "state", "offered_at", "expires_at", "answered_at"),
        {"version": "which plan of the visit both saw", "return_version": "which plan of the visit both saw"},
        erasure=(Delete(),),
        own_alone=True,
    ),
    PersonTable(tables.asked_worker, ("worker", "asked_by"), ("visit", "worker", "starts", "asked_by", "asked_at"), erasure=(Delete(),)),
    # What people said of drafts; a draft goes with its planner, and what it proposes with those to whom it does.
    PersonTable(
        drafts.worker_draft_choice,
        ("worker",),
        ("worker", "wished_minutes", "free_parts", "may_change", "since", "district", "goes"),
        erasure=(Delete(),),
        own_alone=True,
    ),
    PersonTable(
        drafts.person_draft_choice,
        ("person",),
        ("person", "together", "may_change", "set_by", "since", "district"),
        erasure=(Delete(),),
    ),
    PersonTable(
        drafts.week_draft_reason,
        ("worker",),
        ("draft", "visit", "worker", "reason", "points"),
        erasure=(Delete(),),
        own_alone=True,
    ),
    PersonTable(drafts.week_draft_worker, ("worker",), ("draft", "worker", "number"), erasure=(Delete(),), own_alone=True),
    PersonTable(
        drafts.week_draft_place,
        ("worker", "person"),
        ("draft", "visit", "worker", "planner", "person", "kind", "answer", "answered_at", "chosen"),
        erasure=(Delete(),),
    ),
    PersonTable(
        drafts.week_draft_visit,
        ("person",),
        ("draft", "visit", "number", "planner", "person", "team", "starts", "ends", "workers", "version", "answer", "published"),
        erasure=(Delete(),),
    ),
    PersonTable(
        drafts.week_draft,
        ("planner", "absent"),
        (
            *("id", "planner", "together", "monday", "state", "seed", "iterations", "started_at", "done", "stop_asked", "engine"),
            *("inputs_hash", "absent", "rulebook_hash"),
        ),
        {
            "visits_without_way": "how many visits no way to is counted",
            "workers_without_way": "how many workers no way of is counted",
        },
        erasure=(Delete(),),
    ),
    PersonTable(
        tables.week_confirmation,
        ("worker",),
        ("worker", "monday", "confirmed_at"),
        {"fingerprint": "tells whether the visits, which are shown, have changed since"},
        erasure=(Delete(),),
        own_alone=True,
    ),
    PersonTable(
        tables.cover,
        ("person", "worker"),
        ("id", "person", "worker", "left_at", "until", "visits", "settled_at", "how"),
        # The person looks for somebody still, also when who left is erased.
        erasure=(Delete(("person",)), Keep(KeptFor.OTHERS, ("worker",))),
        retention=Retention("visits", tables.cover.c.until),
    ),
    # Before the visits: erasing a person's visits erases who came to them.
    PersonTable(
        tables.visit_place,
        ("worker", "person"),
        ("visit", "worker", "person", "team", "starts", "ends", "paid", "coming", "joined_at", "taken_at", "given_back_at"),
        erasure=(Delete(),),
        # As long as the visit; longer than that no worker's own hold keeps it.
        retention=Retention("visits", tables.visit_place.c.ends),
    ),
    PersonTable(
        tables.visit,
        ("person",),
        (
            "id",
            "person",
            "team",
            "day",
            "starts",
            "ends",
            "workers",
            "state",
            "proposed_by",
            "agreed_by",
            "other_day",
            "other_starts",
            "other_ends",
            "other_proposed_by",
            "version",
            "series",
            "series_day",
        ),
        erasure=(Delete(),),
        retention=Retention("visits", tables.visit.c.ends),
    ),
    PersonTable(
        tables.visit_series,
        ("person",),
        (
            "id",
            "person",
            "team",
            "rule",
            "zone",
            "first_day",
            "last_day",
            "start",
            "minutes",
            "workers",
            "state",
            "proposed_by",
            "agreed_by",
            "replaces",
            "planned_until",
            "version",
        ),
        # Erased before its visits, in the order in which everybody locks them: then nothing more is made.
        erasure=(Delete(),),
        # From the last day of what took place; what goes on is kept. What was never agreed, from the day on which it would have begun.
        retention=Retention(
            "visits",
            case((tables.visit_series.c.agreed_by.is_(None), tables.visit_series.c.first_day), else_=tables.visit_series.c.last_day),
        ),
    ),
    # Goes with its visits or series; what was ended or declined, as long after that day as they would be kept.
    PersonTable(
        gap_tables.visit_gap,
        ("person",),
        (
            *("id", "person", "team", "first_visit", "first_series", "second_visit", "second_series", "least", "most", "next_day"),
            *("state", "proposed_by", "agreed_by", "last_day", "version"),
        ),
        erasure=(Delete(),),
        retention=Retention("visits", gap_tables.visit_gap.c.last_day),
    ),
    # Goes with the series, and once it is over: which visits they came to, the visits say.
    PersonTable(
        tables.standing_place,
        ("worker",),
        ("series", "worker", "since", "joined_at", "last_day"),
        through={"series": tables.visit_series.c.person},
        erasure=(Delete(),),
    ),
    # Kept as long as the visit, with which they go.
    PersonTable(
        tables.visit_record,
        ("person", "worker", "disputed_for"),
        ("id", "visit", "person", "worker", "state", "version", "entry", "confirmed", "timer_at", "asks_person", "disputed_for"),
        # A no of who shared the visit and is erased waits for nobody any more.
        erasure=(
            Delete(("person",)),
            Blank({"disputed_for": None}, KeptFor.OTHERS, ("disputed_for",)),
            Keep(KeptFor.OTHERS, ("worker",)),
        ),
        own_alone_by=("worker",),
    ),
    PersonTable(
        tables.visit_record_entry,
        ("person", "worker", "said_for"),
        (
            *("id", "record", "person", "worker", "number", "kind", "said_by", "said_at", "starts", "ends", "note", "about"),
            *("travel", "waiting", "said_for"),
        ),
        # The words of who shared the visit are theirs; that they said yes or no stays in the record of the other one.
        erasure=(Delete(("person",)), Blank({"note": ""}, KeptFor.OTHERS, ("said_for",)), Keep(KeptFor.OTHERS, ("worker",))),
        own_alone_by=("worker",),
    ),
    # Kept as long as the visit or the series, with which they go; what became of a task as long as the entry.
    PersonTable(
        task_tables.task_outcome,
        ("person", "worker"),
        ("entry", "number", "person", "worker", "task", "kind", "words", "outcome", "reason", "at"),
        erasure=(Delete(("person",)), Keep(KeptFor.OTHERS, ("worker",))),
        own_alone_by=("worker",),
    ),
    PersonTable(task_tables.visit_task, ("person",), ("id", "list_id", "person", "number", "kind", "words"), erasure=(Delete(),)),
    PersonTable(
        task_tables.visit_task_list,
        ("person",),
        ("id", "person", "visit", "series", "set_by", "set_at"),
        erasure=(Delete(),),
    ),
    PersonTable(
        task_tables.task_grant,
        ("person", "entry"),
        ("team", "entry", "kind", "person", "until_day"),
        through={"team": tables.team.c.owner},
        erasure=(Delete(("person", "entry")),),
    ),
    PersonTable(
        day_sheet_tables.day_sheet_choice,
        ("person",),
        ("person", "wanted", "named", "set_by", "since"),
        erasure=(Delete(),),
    ),
    PersonTable(
        day_sheet_tables.day_sheet,
        ("person",),
        ("person", "day", "number", "sent_at"),
        {"fingerprint": "tells whether the visits, which are shown, have changed since"},
        erasure=(Delete(),),
    ),
    PersonTable(
        tables.calendar,
        ("person",),
        ("person", "opened_at"),
        {"key": "a secret of the person's, which opens their calendar"},
        erasure=(Delete(),),
        own_alone=True,
    ),
    *money_person_tables.PERSON_TABLES,
    # Who was told when stays with the visit: what is erased of a worker or a holder is their name.
    PersonTable(
        tables.watch_alert,
        ("person", "worker", "told_last", "taken_by"),
        (
            *("id", "visit", "person", "worker", "kind", "state", "starts", "ends", "opened_at"),
            *("round", "next_at", "told_last", "taken_by", "missed_at", "version"),
        ),
        erasure=(Delete(("person",)), Keep(KeptFor.OTHERS, ("worker", "told_last", "taken_by"))),
        own_alone_by=("worker", "told_last", "taken_by"),
    ),
    PersonTable(
        tables.watch_step,
        ("who",),
        ("id", "alert", "number", "round", "kind", "who", "at", "comes_at", "words"),
        through={"alert": tables.watch_alert.c.person},
        erasure=(Keep(KeptFor.OTHERS, ("who",)),),
        own_alone_by=("who",),
    ),
    PersonTable(
        tables.watch_duty,
        ("holder", "asked_by"),
        ("id", "holder", "rank", "begins", "ends", "state", "asked_by", "asked_at", "answered_at", "ended_at"),
        erasure=(Delete(("holder",)), Keep(KeptFor.OTHERS, ("asked_by",))),
        own_alone=True,
    ),
    PersonTable(tables.watch_choice, ("person",), ("id", "person", "series", "visit", "watched", "set_by", "since"), erasure=(Delete(),)),
    *sharing_person_tables.PERSON_TABLES,
    PersonTable(tables.timed_confirmation, ("person",), ("person", "set_by", "since"), erasure=(Delete(),)),
    PersonTable(
        tables.team_member,
        ("person", "entry"),
        ("team", "entry", "person", "kind", "joined_at"),
        through={"team": tables.team.c.owner},
        erasure=(Delete(("person", "entry")),),
    ),
    PersonTable(tables.team, ("owner",), ("id", "owner", "main"), erasure=(Delete(),)),
    PersonTable(tables.held_credential, ("person",), ("id", "person", "kind", "expires_on"), erasure=(Delete(),)),
    PersonTable(tables.uncleared, ("worker",), ("worker",), erasure=(Delete(),)),
    PersonTable(tables.deceased_person, ("person",), ("person", "last_day"), erasure=(Delete(),)),
    PersonTable(tables.merged_person, ("person", "kept"), ("person", "kept"), erasure=(Delete(),)),
    WORN_HATS,
    ACTING_RIGHTS,
    READS,
)

TABLES_WITHOUT_PEOPLE: Mapping[str, str] = {
    **RETENTION_TABLES_WITHOUT_PEOPLE,
    "credential_rule": "what the rulebook says of credentials",
    "week_draft_record": "what a draft was made of: numbers stand for visits, persons and workers, and it goes with the draft",
    "visit_rule": "what the rulebook says of visits",
    **money_person_tables.TABLES_WITHOUT_PEOPLE,
    "working_time_rule": "what the rulebook says of working time",
    "rest_reason_rule": "for which reasons the rulebook lets a worker pass a rule of working time",
    "cover_rule": "what the rulebook says of looking for somebody in place of who left",
    "watch_rule": "what the rulebook says of the watch",
    "draft_rule": "what the rulebook says of drafts of weeks",
    "watch_pulse": "when it was last looked who is to be told, and what is late or missed",
    "watch_gap": "when nobody was watching",
}
