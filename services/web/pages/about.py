"""Static pages: help, accessibility, privacy, and the link to the source."""

from starlette.responses import Response

from services.web.page_context import PageContext


async def show_help(ctx: PageContext) -> Response:
    """The phone number first, then answers to the usual questions."""
    return ctx.render("help")


async def show_accessibility(ctx: PageContext) -> Response:
    """What is done for accessibility, and whom to tell when something does not work."""
    return ctx.render("accessibility")


async def show_privacy(ctx: PageContext) -> Response:
    """What personal data is kept, on one page."""
    return ctx.render("privacy")


async def show_source(ctx: PageContext) -> Response:
    """The offer of this version's source to everybody who uses the pages, as AGPL-3.0 section 13 requires."""
    return ctx.render("source", source=ctx.state.co_op.source)
