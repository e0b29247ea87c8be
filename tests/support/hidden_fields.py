"""The hidden fields of a page's forms, as a browser sends them back."""

import html
import re

_INPUT = re.compile(r"<input\b(?=[^>]*\btype=\"hidden\")[^>]*>")
_PART = re.compile(r"\b(name|value)=\"([^\"]*)\"")


def form_of(page: str, action: str) -> str:
    """The first form of the page that posts to `action`, which must be there: another form's token would be refused."""
    form = re.search(rf'<form method="post" action="{re.escape(action)}".*?</form>', page, re.DOTALL)
    assert form, (action, page)
    return form[0]


def hidden_fields(page: str, action: str = "") -> dict[str, str]:
    """The values of all hidden fields by their names: of that form, or of everything in the text."""
    fields = [dict(_PART.findall(field)) for field in _INPUT.findall(form_of(page, action) if action else page)]
    return {field["name"]: html.unescape(field.get("value", "")) for field in fields if "name" in field}
