"""Asking for a sign-in link by mail. The answer is the same whether or not somebody has the address, and takes as long."""

import asyncio

from starlette.responses import Response

from kith.identity.v1.notices_pb2 import RequestSignInLinkRequest
from libs.refusals import TooMany
from services.web.http.cookies import browser_id
from services.web.http.forms import Form
from services.web.page_context import PageContext

SEND = "sign-in-send"
ANSWER_SECONDS = 0.5
"""Longer than looking up anybody takes, so that the time tells nothing."""


async def show(ctx: PageContext) -> Response:
    """The form for an e-mail address; or, after it was sent, what to expect."""
    return ctx.render("sign_in_send", email="", sent=ctx.query_param("done") == "sent")


async def send(ctx: PageContext, form: Form) -> Response:
    """Ask for the link."""
    email = form.text("email")
    if "@" not in email:
        return ctx.render("sign_in_send", 422, problems=[ctx.form_problem("email", "sign_in.email_missing")], email=email, sent=False)
    request = RequestSignInLinkRequest(email=email, client_address=ctx.client_address, browser=browser_id(ctx.visitor_secret))
    services = ctx.state.services
    try:
        await asyncio.gather(
            services.call(services.notices.RequestSignInLink, request, ctx.state.service_token()), asyncio.sleep(ANSWER_SECONDS)
        )
    except TooMany as refusal:
        return ctx.render("sign_in_send", 429, problems=ctx.form_problems(refusal), email=email, sent=False)
    return ctx.redirect("/sign-in/send?done=sent")
