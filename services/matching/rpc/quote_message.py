"""A quote on the wire."""

from kith.matching.v1 import quotes_pb2 as pb
from libs.rpc.enums import to_wire
from services.matching.domain.quote import Quote


def quote_message(quote: Quote) -> pb.Quote:
    parts = [pb.QuotePart(line=to_wire(pb.QuoteLine, line), pence=pence) for line, pence in quote.lines]
    return pb.Quote(price_pence=quote.price, parts=parts)
