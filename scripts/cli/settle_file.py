"""Reads the file of a week's money. Format: docs/formats/settle.md."""

from dataclasses import dataclass
from fractions import Fraction

from scripts.cli.recompute_file import exact_fraction, identifier, record, sequence, unique, utc_minute, whole_number
from scripts.cli.strict_json import JsonNode
from services.scheduling.domain.settlement import Engagement, PersonPart, Visit, Worker

MOST_PAYERS = 100
"""Of one visit. The sum of many more fractions, each with a denominator of its own, would take for ever."""


SHARED_BY = 2
"""How many people share a visit."""


@dataclass(frozen=True)
class SettlementFile:
    """The rulebook's fractions, the workers and the visits."""

    payer_adds: Fraction
    worker_gives: Fraction
    workers: tuple[Worker, ...]
    visits: tuple[Visit, ...]


def read_settlement(node: JsonNode) -> SettlementFile:
    """Raises `JsonNodeError` for a field or value that is not as the format says."""
    fields = record(node, "rules", "workers", "visits")
    rules = record(fields["rules"], "payer_adds", "worker_gives")
    worker_gives = exact_fraction(rules["worker_gives"])
    if worker_gives > 1:
        rules["worker_gives"].fail(f"must be a part, at most 1, not {rules['worker_gives'].excerpt()}")
    workers = [_worker(item) for item in fields["workers"].items()]
    unique((item.fields()["id"], item.fields()["id"].value) for item in fields["workers"].items())
    known = {worker.id for worker in workers}
    visits = [_visit(item, known) for item in fields["visits"].items()]
    unique((item.fields()["id"], item.fields()["id"].value) for item in fields["visits"].items())
    return SettlementFile(exact_fraction(rules["payer_adds"]), worker_gives, tuple(workers), tuple(visits))


def _worker(node: JsonNode) -> Worker:
    fields = record(node, "id", "as", "rate", optional=("wage",))
    engagement, rate = fields["as"].enum_member(Engagement), whole_number(fields["rate"])
    if engagement is Engagement.VOLUNTEER and rate:
        fields["rate"].fail(f"must be 0 for a volunteer, not {rate}")
    if engagement is Engagement.EMPLOYED:
        wage = whole_number(record(node, "id", "as", "rate", "wage")["wage"])
    else:
        record(node, "id", "as", "rate")
        wage = 0
    return Worker(identifier(fields["id"]), engagement, rate, wage)


def _visit(node: JsonNode, workers: set[str]) -> Visit:
    fields = record(node, "id", "worker", "start", "end", "confirmed", "travel", "waiting", optional=("payers", "shared"))
    if ("payers" in fields) == ("shared" in fields):
        # As before there were shared visits, a visit without either lacks its payers.
        record(node, "id", "worker", "start", "end", "confirmed", "travel", "waiting", "payers")
    id_, worker = identifier(fields["id"]), identifier(fields["worker"])
    if worker not in workers:
        fields["worker"].fail(f"must be the id of a worker of this file, not {fields['worker'].excerpt()}")
    length = utc_minute(fields["end"]) - utc_minute(fields["start"])
    minutes = int(length.total_seconds()) // 60
    if minutes <= 0:
        fields["end"].fail(f"must be after the start, not {fields['end'].excerpt()}")
    travel, waiting = whole_number(fields["travel"]), whole_number(fields["waiting"])
    times = minutes, fields["confirmed"].boolean(), travel, waiting
    if "payers" in fields:
        return Visit(id_, worker, *times, _payers(fields["payers"]))
    return Visit(id_, worker, *times, (), _parts(fields["shared"]))


def _parts(node: JsonNode) -> tuple[PersonPart, ...]:
    items = node.items()
    if len(items) != SHARED_BY:
        node.fail(f"must have the parts of {SHARED_BY} persons, not {len(items)}")
    parts, names = [], []
    for item in items:
        fields = record(item, "person", "share", "payers")
        if not (share := exact_fraction(fields["share"])):
            fields["share"].fail("must be more than 0")
        names.append((fields["person"], identifier(fields["person"])))
        parts.append(PersonPart(names[-1][1], share, _payers(fields["payers"])))
    unique(names)
    total = sum((part.share for part in parts), Fraction(0))
    if total != 1:
        node.fail(f"must have shares that sum to 1, not {total}")
    return tuple(parts)


def _payers(node: JsonNode) -> tuple[tuple[str, Fraction], ...]:
    payers = []
    names = []
    items = node.items()
    if len(items) > MOST_PAYERS:
        node.fail(f"must name at most {MOST_PAYERS} payers, not {len(items)}")
    for item in items:
        name, share = sequence(item, 2, 'a payer and a share, such as ["council", "3/5"]')
        names.append((name, identifier(name)))
        if not (part := exact_fraction(share)):
            share.fail("must be more than 0")
        payers.append((names[-1][1], part))
    unique(names)
    total = sum((part for _, part in payers), Fraction(0))
    if total != 1:
        node.fail(f"must have shares that sum to 1, not {total}")
    return tuple(payers)
