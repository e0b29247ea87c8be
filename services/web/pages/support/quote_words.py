"""What support costs, and which part of it is whose, in words."""

from collections.abc import Sequence

from markupsafe import Markup

from kith.matching.v1 import quotes_pb2 as pb
from kith.matching.v1.enums import QuoteLine
from libs.rpc.enums import known_word
from services.web.page_context import PageContext
from services.web.pages.support.giving import pounds


def quote_in_words(ctx: PageContext, hour: pb.Quote, name: str) -> Sequence[Markup]:
    """The price of an hour, then its parts. A part that only a newer version knows is called another part, so that they still sum."""
    said = [ctx.say("quote.hour", amount=pounds(hour.price_pence))]
    for part in hour.parts:
        line = known_word(pb.QuoteLine, QuoteLine, part.line, None)
        said.append(ctx.say(f"quote.{line.value if line else 'other'}", amount=pounds(part.pence), name=name))
    return said
