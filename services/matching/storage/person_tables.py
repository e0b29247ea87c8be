"""What matching stores about people: what a person gets of it when they ask for their data."""

from collections.abc import Mapping

from libs.access.person_tables import (
    ACTING_RIGHTS,
    READS,
    RETENTION_TABLES_WITHOUT_PEOPLE,
    WORN_HATS,
    Blank,
    Delete,
    KeptFor,
    PersonTable,
    Retention,
)
from services.matching.storage import ask_tables, partner_tables, tables, team_tables

_PLACE = {"latitude": "the middle of the postcode's area", "longitude": "the middle of the postcode's area"}
PERSON_TABLES = (
    PersonTable(
        tables.getting_support,
        ("person",),
        tuple(name for name in tables.getting_support.columns.keys() if name not in _PLACE),  # noqa: SIM118 - columns are no mapping of names
        _PLACE,
        erasure=(Delete(),),
    ),
    PersonTable(
        tables.giving_support,
        ("person",),
        tuple(name for name in tables.giving_support.columns.keys() if name not in _PLACE),  # noqa: SIM118 - columns are no mapping of names
        _PLACE,
        erasure=(Delete(),),
    ),
    PersonTable(
        tables.introduction,
        ("person", "worker"),
        ("id", "person", "worker", "step", "since", "until", "kind", "matching_day"),
        {"person_said": "what each side said is private to it", "worker_said": "what each side said is private to it"},
        erasure=(Delete(),),
    ),
    PersonTable(
        tables.private_no,
        ("chooser",),
        ("chooser", "other", "as_worker", "kind", "at"),
        erasure=(Delete(("chooser",)), Delete(("other",))),
        own_alone=True,
    ),
    PersonTable(tables.team, ("owner",), ("id", "owner", "formed_at", "agreement", "version"), erasure=(Delete(),)),
    PersonTable(
        tables.team_member,
        ("person",),
        ("team", "person", "kind", "invited_at", "joined_at"),
        through={"team": tables.team.c.owner},
        erasure=(Delete(),),
    ),
    PersonTable(
        tables.team_hat,
        ("person",),
        ("team", "hat", "person", "accepted_at", "until_day"),
        {"handover": "what others wrote for the next one"},
        through={"team": tables.team.c.owner},
        # In somebody else's team the words for the next one stay.
        erasure=(Blank({"person": None, "accepted_at": None, "until_day": None}, KeptFor.OTHERS, of=("person",)), Delete()),
    ),
    PersonTable(
        tables.team_task,
        ("person",),
        ("team", "person", "kind", "assigned_at", "until_day"),
        {"check_again": "whether credentials changed since the last check"},
        through={"team": tables.team.c.owner},
        erasure=(Delete(),),
    ),
    # What a team decided is the owner's, and stays with their team; an answer goes with its question.
    PersonTable(
        team_tables.team_question,
        ("asker",),
        ("id", "team", "asker", "asked_by", "words", "asked_at", "until_day", "state", "closed_at"),
        through={"team": tables.team.c.owner},
        erasure=(
            Blank({"asker": None}, KeptFor.OTHERS, of=("asker",)),
            Blank({"asked_by": None}, KeptFor.OTHERS, of=("asked_by",)),
            Delete(),
        ),
    ),
    PersonTable(
        team_tables.team_answer,
        ("person",),
        ("question", "person", "said_by", "said", "words", "answered_at", "version"),
        erasure=(Delete(("person",)), Blank({"said_by": None}, KeptFor.OTHERS, of=("said_by",))),
    ),
    PersonTable(
        tables.working_pair, ("person", "worker"), ("id", "person", "worker", "began_at", "ended_at", "visits"), erasure=(Delete(),)
    ),
    PersonTable(
        tables.counted_visit,
        ("person", "worker"),
        ("pair", "day", "person", "worker", "recorded_by", "recorded_at", "confirmed_at"),
        erasure=(Delete(),),
    ),
    PersonTable(
        tables.review,
        ("person", "worker"),
        ("id", "pair", "person", "worker", "after_visits", "asked_at", "until", "closed_at"),
        {
            "person_answer": "what each side answered is private to it until both have answered",
            "worker_answer": "what each side answered is private to it until both have answered",
        },
        erasure=(Delete(),),
    ),
    PersonTable(tables.showing, ("person", "worker"), ("worker", "person", "week", "shown_on"), erasure=(Delete(),)),
    PersonTable(tables.call_out, ("person",), ("id", "person", "words", "until_day", "written_at"), erasure=(Delete(),)),
    PersonTable(
        tables.day_entry,
        ("person",),
        ("matching_day", "person", "taking_part_as", "number", "salt", "room", "recount", "joined_at", "version", "line"),
        erasure=(Delete(),),
    ),
    PersonTable(
        tables.day_rank,
        ("person",),
        ("matching_day", "person", "taking_part_as", "ranked", "rank"),
        erasure=(Delete(("person",)), Delete(("ranked",))),
        own_alone=True,
    ),
    PersonTable(
        tables.peer_post,
        ("person",),
        ("id", "person", "side", "kind", "words", "experience", "place", "times", "until_day", "written_at"),
        erasure=(Delete(),),
    ),
    PersonTable(
        tables.peer_no,
        ("chooser",),
        ("chooser", "other", "kind", "at"),
        erasure=(Delete(("chooser",)), Delete(("other",))),
        own_alone=True,
    ),
    PersonTable(
        tables.peer_pair,
        ("first", "second"),
        ("id", "first", "second", "paired_at", "talk_asked_at", "talk_asked_by"),
        erasure=(Delete(), Blank({"talk_asked_by": None}, KeptFor.OTHERS, of=("talk_asked_by",))),
    ),
    PersonTable(partner_tables.partner_place, ("person",), ("partner", "person", "given_at", "ended_at"), erasure=(Delete(),)),
    PersonTable(
        partner_tables.partner_agreement,
        ("proposed_by",),
        tuple(partner_tables.partner_agreement.columns.keys()),
        erasure=(Blank({"proposed_by": None}, KeptFor.OTHERS),),
    ),
    PersonTable(
        partner_tables.partner_entry,
        ("said_by", "about"),
        ("id", "partner", "kind", "said_by", "at", "about", "agreement"),
        erasure=(
            Blank({"said_by": None}, KeptFor.OTHERS, of=("said_by",)),
            Blank({"about": None}, KeptFor.OTHERS, of=("about",)),
        ),
    ),
    PersonTable(
        partner_tables.referral,
        ("person",),
        tuple(partner_tables.referral.columns.keys()),
        # Whom a partner wrote of before they were put to a person of ours goes with the rule for how long referrals are kept.
        erasure=(Delete(("person",)), Blank({"sent_by": None}, KeptFor.OTHERS, of=("sent_by",))),
        retention=Retention("referrals", partner_tables.referral.c.closed_at),
    ),
    # An entry about the person goes with the referral.
    PersonTable(
        partner_tables.referral_entry,
        ("said_by",),
        ("id", "referral", "kind", "said_by", "at"),
        through={"referral": partner_tables.referral.c.person},
        erasure=(Blank({"said_by": None}, KeptFor.OTHERS, of=("said_by",)),),
    ),
    PersonTable(
        ask_tables.co_op_ask,
        ("person",),
        ("id", "person", "co_ops", "skills", "languages", "blocks", "district", "north", "east", "asked_at", "until", "ended_at"),
        erasure=(Delete(),),
    ),
    PersonTable(ask_tables.co_op_ask_count, ("person",), ("ask", "co_op", "person", "at_least"), erasure=(Delete(),)),
    PersonTable(
        ask_tables.co_op_ask_reply,
        ("person",),
        ("id", "ask", "co_op", "person", "came_at", "answer", "reference", "agreed_at"),
        erasure=(Delete(),),
    ),
    PersonTable(
        ask_tables.received_ask_reply,
        ("worker",),
        ("id", "co_op", "ask", "worker", "replied_at", "until", "reference", "agreed_at"),
        erasure=(Delete(),),
        own_alone=True,
    ),
    # The notes before their concerns. Between two: nobody who acts for one of them gets it as that one's data.
    PersonTable(
        tables.concern_note,
        ("author",),
        ("id", "concern", "author", "for_person", "words", "written_at"),
        erasure=(Delete(("author",)), Delete(("for_person",))),
        own_alone=True,
    ),
    PersonTable(
        tables.concern,
        ("first", "second"),
        (
            *("id", "team", "owner", "first", "second", "raised_by", "step", "since", "due", "overdue_told_at", "leaver"),
            *("first_named", "second_named", "facilitator", "facilitates_since"),
            *("words", "look_back_on", "proposed_by", "first_yes", "second_yes", "version"),
        ),
        {
            "first_well": "what each said when they looked back is private to them",
            "second_well": "what each said when they looked back is private to them",
            "set_aside_by": "nobody is told by whose wish it was",
        },
        erasure=(
            Delete(("first", "second")),
            Blank({"first_named": None}, KeptFor.OTHERS, of=("first_named",)),
            Blank({"second_named": None}, KeptFor.OTHERS, of=("second_named",)),
            Blank({"facilitator": None, "facilitates_since": None}, KeptFor.OTHERS, of=("facilitator",)),
            Blank({"proposed_by": None}, KeptFor.OTHERS, of=("proposed_by",)),
            Delete(("owner",)),
        ),
        own_alone=True,
    ),
    PersonTable(tables.current_member, ("person",), ("person", "until"), erasure=(Delete(),)),
    PersonTable(tables.known_person, ("person",), ("person",), erasure=(Delete(),)),
    PersonTable(tables.held_credential, ("person",), ("id", "person", "kind", "expires_on"), erasure=(Delete(),)),
    PersonTable(tables.merged_person, ("person", "kept"), ("person", "kept"), erasure=(Delete(),)),
    WORN_HATS,
    ACTING_RIGHTS,
    READS,
)

TABLES_WITHOUT_PEOPLE: Mapping[str, str] = {
    **RETENTION_TABLES_WITHOUT_PEOPLE,
    "credential_rule": "what the rulebook says of credentials",
    "matching_rule": "what the rulebook says of introductions",
    "matching_day": "when members are paired, and what of it is published: numbers drawn for the day, and hashes",
    "matching_day_secret": "a random number that nobody reads before the day",
    "concern_rule": "what the rulebook says of concerns",
    "money_rule": "what the rulebook says of shares",
    "partner_rule": "what the rulebook says of referrals",
    "partner": "an organisation, what it is called, and of what kind it is",
    "received_ask": "what other co-ops ask, without saying for whom",
    "told_count": "how many fitted which question, and never who",
}
