"""What scheduling's tables of money store about people: part of `person_tables.py`.

What was settled stays as it was for the co-op's accounts, under ids whose names are gone; what was only agreed about who pays goes.
"""

from collections.abc import Mapping

from libs.access.person_tables import Blank, Delete, Keep, KeptFor, PersonTable
from services.scheduling.storage import money_tables as tables

_TERMS = ("first_day", "last_day", "state", "proposed_by", "proposed_at", "answered_by", "answered_at")
_KEPT = (Keep(KeptFor.ACCOUNTS),)

PERSON_TABLES = (
    PersonTable(tables.funding_plan, ("person",), ("id", "person", *_TERMS), erasure=(Delete(),)),
    PersonTable(
        tables.funding_line,
        ("person", "payer"),
        ("plan", "place", "person", "payer", "share", "budget_pence", "budget_span"),
        erasure=(Delete(),),
    ),
    # Who of the two is erased shares nothing any more; what was paid stands in the charges.
    PersonTable(
        tables.shared_budget,
        ("proposed_by", "other"),
        (
            *("id", "payer", "proposed_by", "other", "first_day", "last_day", "state"),
            *("written_by", "proposed_at", "answered_by", "answered_at", "version"),
        ),
        erasure=(Delete(),),
    ),
    PersonTable(tables.engagement, ("worker",), ("id", "worker", "kind", "rate", "wage", *_TERMS), erasure=_KEPT, own_alone=True),
    PersonTable(
        tables.settled_visit,
        ("person", "worker"),
        (
            *("id", "period", "record", "entry", "visit", "person", "worker", "starts", "ends", "travel", "waiting", "works_as", "rate"),
            *("payer_adds", "worker_gives", "taken_back"),
        ),
        erasure=_KEPT,
        own_alone_by=("worker",),
    ),
    PersonTable(
        tables.charge,
        ("person", "payer"),
        ("settled", "place", "person", "payer", "share", "part", "pence", "invoice"),
        erasure=_KEPT,
    ),
    PersonTable(
        tables.earning,
        ("worker",),
        ("settled", "worker", "wage", "care_pence", "travel_pence", "floor_an_hour"),
        erasure=_KEPT,
        own_alone=True,
    ),
    PersonTable(tables.invoice, ("payer",), ("number", "period", "payer", "is_credit_note", "pence", "issued_at"), erasure=_KEPT),
    PersonTable(tables.below_floor, ("worker",), ("id", "period", "worker", "reason"), erasure=_KEPT, own_alone=True),
    PersonTable(
        tables.pay_period,
        ("closed_by",),
        ("id", "first_day", "last_day", "closed_at", "closed_by"),
        dict.fromkeys(
            ("fewest_in_line", "visits", "persons", "workers", "travellers", "price", "care_pay", "travel_pay"),
            "the co-op's own sums, of which everybody may read the open statement",
        ),
        erasure=_KEPT,
    ),
    PersonTable(
        tables.activity,
        ("written_by",),
        ("id", "day", "kind", "written_by", "written_at"),
        erasure=(Blank({"written_by": None}, KeptFor.OTHERS),),
    ),
)

TABLES_WITHOUT_PEOPLE: Mapping[str, str] = {
    "payer": "organisations that pay for visits",
    "money_rule": "what each rulebook says of money",
    "pay_floor": "what each rulebook says of pay",
    "activity_count": "how many people came, by class",
}
