"""The list of paper and phone ballots that wait for the second person, of every kind of vote."""

from starlette.responses import Response

from services.web.page_context import PageContext
from services.web.pages.ballots.federated import FederatedBallots
from services.web.pages.ballots.motion import MotionBallots
from services.web.pages.ballots.paper import PaperBallotPages

MOTIONS, FEDERATED = PaperBallotPages(MotionBallots()), PaperBallotPages(FederatedBallots())


async def show(ctx: PageContext) -> Response:
    """Ballots that wait, without the choices."""
    rows = [*await MOTIONS.list_rows(ctx), *await FEDERATED.list_rows(ctx)]
    done = ctx.query_param("done") if ctx.query_param("done") in {"recorded", "confirmed", "differs"} else ""
    return ctx.render("paper_votes", rows=rows, done=done)
