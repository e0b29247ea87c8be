"""Who pays for visits to a person: each payer's share of every price, and a budget where there is one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from uuid import UUID

from kith.scheduling.v1.enums import BudgetSpan, PayerKind, TermsState
from libs.refusals import invalid
from libs.rulebook.fraction_text import format_fraction, parse_fraction
from libs.texts import clean

SCOPE = "money"
"""Who acts for a person within it says yes for them, and sees what they pay."""
MOST_LINES = 6
MAX_NAME, MAX_ADDRESS = 200, 500
MAX_BUDGET = 100_000_000


@dataclass(frozen=True)
class Payer:
    """An organisation that pays. A person who pays for visits to themselves is none: their own id names them."""

    id: UUID
    kind: PayerKind
    organisation: str
    address: str


@dataclass(frozen=True)
class FundingLine:
    """One payer's share, an exact fraction as text. `budget_pence` 0 is no budget."""

    payer: UUID
    share: str
    budget_pence: int = 0
    budget_span: BudgetSpan | None = None


@dataclass(frozen=True)
class FundingPlan:
    """The lines of a plan have shares that sum to 1."""

    id: UUID
    person: UUID
    first_day: date
    last_day: date | None
    state: TermsState
    proposed_by: UUID
    proposed_at: datetime
    answered_by: UUID | None = None
    answered_at: datetime | None = None
    lines: tuple[FundingLine, ...] = ()


def check_payer(new_id: UUID, kind: PayerKind, organisation: str, address: str) -> Payer:
    """Raises Invalid PAYER_NAME_MISSING or WORDS_TOO_LONG."""
    name = clean(organisation).strip()
    if not name:
        raise invalid("organisation", "PAYER_NAME_MISSING")
    lines = clean(address).strip()
    for field, text, most in (("organisation", name, MAX_NAME), ("address", lines, MAX_ADDRESS)):
        if len(text) > most:
            raise invalid(field, "WORDS_TOO_LONG", at_most=str(most))
    return Payer(new_id, kind, name, lines)


def check_lines(lines: Sequence[FundingLine]) -> tuple[FundingLine, ...]:
    """Raises Invalid PAYERS_WRONG, SHARE_MALFORMED, BUDGET_WRONG or SHARES_NOT_WHOLE.

    What is wrong with one of them is a problem of `lines.<number>.share` or `.budget`, counted from 1.
    """
    if not 1 <= len(lines) <= MOST_LINES or len({line.payer for line in lines}) < len(lines):
        raise invalid("lines", "PAYERS_WRONG", at_most=str(MOST_LINES))
    total, checked = Fraction(0), []
    for number, line in enumerate(lines, start=1):
        share = parse_share(line.share)
        if share is None:
            raise invalid(f"lines.{number}.share", "SHARE_MALFORMED")
        if not 0 <= line.budget_pence <= MAX_BUDGET or (line.budget_pence > 0) != (line.budget_span is not None):
            raise invalid(f"lines.{number}.budget", "BUDGET_WRONG")
        total += share
        checked.append(replace(line, share=format_fraction(share)))
    if total != 1:
        raise invalid("lines", "SHARES_NOT_WHOLE", total=str(total))
    return tuple(checked)


def parse_share(text: str) -> Fraction | None:
    """Above 0 and at most 1: `3/5`, `60 %`, or `1`; None for anything else."""
    share = Fraction(1) if text.strip() == "1" else parse_fraction(text)
    return share if share is not None and 0 < share <= 1 else None
