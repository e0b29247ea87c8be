"""Reads the file of a quote. Format: docs/formats/quote.md."""

from dataclasses import dataclass
from fractions import Fraction

from kith.matching.v1.enums import WorksAs
from libs.rulebook import MoneyRules
from scripts.cli.recompute_file import exact_fraction, record, whole_number
from scripts.cli.strict_json import JsonNode
from services.matching.domain.quote import ExpectedVisit

MOST_VISITS = 1000
LARGEST = 1_000_000


@dataclass(frozen=True)
class QuoteFile:
    """The rulebook's rules, the worker's rate in pence an hour, and the visits of a week."""

    rules: MoneyRules
    works_as: WorksAs
    rate: int
    visits: tuple[ExpectedVisit, ...]


def read_quote(node: JsonNode) -> QuoteFile:
    """Raises `JsonNodeError` for a field or value that is not as the format says."""
    fields = record(node, "rules", "worker", "visits")
    worker = record(fields["worker"], "as", "rate")
    works_as, rate = worker["as"].enum_member(WorksAs), _number(worker["rate"])
    if works_as is WorksAs.VOLUNTEER and rate:
        worker["rate"].fail(f"must be 0 for a volunteer, not {rate}")
    items = fields["visits"].items()
    if len(items) > MOST_VISITS:
        fields["visits"].fail(f"must be at most {MOST_VISITS} visits, not {len(items)}")
    return QuoteFile(_rules(fields["rules"]), works_as, rate, tuple(map(_visit, items)))


def _rules(node: JsonNode) -> MoneyRules:
    fields = record(node, "payer_adds", "worker_gives", "travel_pence_a_km", "travel_pence_a_minute")
    km, minute = _number(fields["travel_pence_a_km"]), _number(fields["travel_pence_a_minute"])
    return MoneyRules(_part(fields["payer_adds"]), _part(fields["worker_gives"]), km, minute)


def _part(node: JsonNode) -> Fraction:
    if (part := exact_fraction(node)) > 1:
        node.fail(f"must be a part, at most 1, not {node.excerpt()}")
    return part


def _visit(node: JsonNode) -> ExpectedVisit:
    fields = record(node, "minutes", "travel_km", "travel_minutes", "times")
    minutes, times = _number(fields["minutes"], at_least=1), _number(fields["times"], at_least=1)
    return ExpectedVisit(minutes, _number(fields["travel_km"]), _number(fields["travel_minutes"]), times)


def _number(node: JsonNode, *, at_least: int = 0) -> int:
    return whole_number(node, at_least=at_least, at_most=LARGEST)
