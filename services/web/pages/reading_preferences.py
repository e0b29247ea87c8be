"""Reading preferences: Easy Read, bigger text. Stored in a cookie, so they work before sign-in."""

from starlette.responses import Response

from services.web.http.cookies import ReadingPreferences
from services.web.http.forms import Form
from services.web.page_context import PageContext


async def show(ctx: PageContext) -> Response:
    """Both preferences on one page, with what they do."""
    return ctx.render("reading_preferences")


async def save(ctx: PageContext, form: Form) -> Response:
    """Save the preferences and go back to the page of the form. Preferences that the form omits stay as they are."""
    preferences = ReadingPreferences(_is_on(form, "easy", now=ctx.preferences.easy), _is_on(form, "bigger", now=ctx.preferences.bigger))
    back = form.text("back")
    response = ctx.redirect(back if back.startswith("/") and not back.startswith(("//", "/\\")) and back.isprintable() else "/comfort")
    ctx.state.cookies.set_reading_preferences(response, preferences)
    return response


def _is_on(form: Form, name: str, *, now: bool) -> bool:
    return form.text(name) == "on" if name in form.fields else now
