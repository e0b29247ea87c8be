"""How evenly suggestions and introductions fall on the members who offer support: numbers for a secretary, without a name."""

from collections import Counter
from fractions import Fraction

from starlette.responses import Response

from kith.matching.v1 import suggestions_pb2 as pb
from services.web.localisation import numbers
from services.web.page import Access, Page
from services.web.page_context import PageContext

PATH = "/support/fairness"


async def show(ctx: PageContext) -> Response:
    """How many members were shown how often, and the Gini coefficients."""
    found: pb.GetFairnessResponse = await ctx.call(ctx.state.services.suggestions.GetFairness, pb.GetFairnessRequest())
    alike = Counter((worker.shown, worker.introductions) for worker in found.workers)
    return ctx.render(
        "support/fairness",
        weeks=found.weeks,
        most=found.shown_a_week,
        members=len(found.workers),
        rows=[[shown, introduced, members] for (shown, introduced), members in sorted(alike.items(), reverse=True)],
        gini_shown=_decimal(found.gini_shown),
        gini_introductions=_decimal(found.gini_introductions),
    )


def _decimal(share: pb.Share) -> str:
    return numbers.format_decimal_fraction(Fraction(share.numerator, share.denominator or 1))


PAGE = Page(PATH, show, access=Access.SECRETARY)
