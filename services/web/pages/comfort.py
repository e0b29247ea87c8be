"""How somebody likes to read: Easy Read, bigger text. Kept in a cookie, so it works before sign-in."""

from starlette.responses import Response

from services.web.door.cookies import Comfort
from services.web.door.forms import Form
from services.web.visit import Visit


async def show(visit: Visit) -> Response:
    """Both choices on one page, with what they do."""
    return visit.page("comfort")


async def change(visit: Visit, form: Form) -> Response:
    """Keep the choice and go back to the page it was made on. What the form leaves out stays as it is."""
    comfort = Comfort(_on(form, "easy", now=visit.comfort.easy), _on(form, "bigger", now=visit.comfort.bigger))
    back = form.text("back")
    response = visit.go(back if back.startswith("/") and not back.startswith(("//", "/\\")) and back.isprintable() else "/comfort")
    visit.front.cookies.set_comfort(response, comfort)
    return response


def _on(form: Form, name: str, *, now: bool) -> bool:
    return form.text(name) == "on" if name in form.fields else now
