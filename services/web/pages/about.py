"""Pages about this place: help, accessibility, privacy, and where the source is."""

from starlette.responses import Response

from services.web.visit import Visit


async def show_help(visit: Visit) -> Response:
    """The phone first, then answers to the usual questions."""
    return visit.page("help")


async def show_accessibility(visit: Visit) -> Response:
    """What we do so that everybody can use the pages, and whom to tell when it does not work."""
    return visit.page("accessibility")


async def show_privacy(visit: Visit) -> Response:
    """What is kept about people here, on one page."""
    return visit.page("privacy")


async def show_source(visit: Visit) -> Response:
    """AGPL-3.0 section 13: everybody who uses the pages is offered the source of exactly this version."""
    return visit.page("source", source=visit.front.co_op.source)
