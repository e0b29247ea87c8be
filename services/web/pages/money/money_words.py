"""Amounts, shares and names of payers as people read them, and the tables of settled visits."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from kith.scheduling.v1 import funding_pb2 as funding
from kith.scheduling.v1 import pay_periods_pb2 as pb
from services.web.localisation.numbers import format_integer
from services.web.page_context import PageContext, PersonName, utc_datetime
from services.web.pages.visits.visit_words import times_words

_POUNDS = re.compile(r"(\d{1,7}|\d{1,3}(,\d{3}){1,2})(\.\d{2})?", re.ASCII)
"""A comma stands before three digits alone: 18,50 is not 1850 pounds."""


def amount(pence: int) -> str:
    """As people write it: £1,234.50, with a minus before the pound below nothing."""
    whole = f"£{format_integer(abs(pence) // 100)}.{abs(pence) % 100:02}"
    # A minus that no line ends after.
    return f"\u2212\u2060{whole}" if pence < 0 else whole


def typed_pence(typed: str) -> int:
    """Whole pence of pounds such as 18, 18.50 or £1,200; 0 for nothing; -1, which the services refuse, for what is none."""
    text = typed.replace("£", "").strip()
    if not text:
        return 0
    if not _POUNDS.fullmatch(text):
        return -1
    pounds, _, pence = text.replace(",", "").partition(".")
    return int(pounds) * 100 + int(pence or 0)


def payer_names(ctx: PageContext, payers: Iterable[funding.Payer], people: Mapping[str, PersonName]) -> Mapping[str, str]:
    """By id: organisations, and people who pay for visits to themselves. Anybody else is somebody whom the page does not know."""
    known = {person: name.full for person, name in people.items()} | {payer.payer_id: payer.organisation for payer in payers}
    return defaultdict(lambda: str(ctx.say("person.unknown")), known)


def day_of(ctx: PageContext, visit: pb.SettledVisit | funding.ChargedVisit | pb.NotSettledVisit) -> str:
    """The day of a visit in words."""
    return ctx.format_day(ctx.local_day(utc_datetime(visit.starts_at)).isoformat())


def times_of(ctx: PageContext, visit: pb.SettledVisit | funding.ChargedVisit) -> str:
    """When a visit started and ended; one that is taken back says so."""
    times = times_words(ctx, visit.starts_at, visit.ends_at)
    return str(ctx.say("money.taken_back", times=times)) if visit.taken_back else str(times)


def price_of(charges: Iterable[funding.Charge]) -> int:
    return sum(charge.pence for charge in charges)


def paid_for(visit: pb.SettledVisit) -> list[str]:
    """Whom it served: the person to whom it is, and who shared it, as far as the charges tell."""
    return list(dict.fromkeys([visit.person_id, *(charge.person_id for charge in visit.charges if charge.person_id)]))


def share_of(ctx: PageContext, charge: funding.Charge) -> str:
    """A payer's share; of a visit that two share, of which part."""
    return str(ctx.say("sharing.share_of", share=charge.share, part=charge.part)) if charge.part else charge.share


def minutes_of(visit: pb.SettledVisit | funding.ChargedVisit) -> int:
    """Below 0 for one that is taken back, so that a column of them adds up."""
    minutes = (visit.ends_at.seconds - visit.starts_at.seconds) // 60
    return -minutes if visit.taken_back else minutes


def file_links(files: Iterable[funding.SettleFile]) -> list[tuple[int, bool]]:
    """The number in the address of each file, and whether what it comes to is taken off again."""
    return [(number, file.taken_back) for number, file in enumerate(files, start=1)]


def columns(ctx: PageContext, *keys: str, numbers: Sequence[str] = ()) -> list[dict[str, object]]:
    """Heads of a table's columns: `money.column_<key>`."""
    return [{"text": ctx.say(f"money_column.{key}"), "number": key in numbers} for key in keys]
