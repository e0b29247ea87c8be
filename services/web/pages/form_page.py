"""The form kit: ask, check what was entered, act; or show the form again with its problems.

A form says which fields it has, what its page shows besides them, and what it does; a longer form is a draft of several pages, the last
of which shows everything once more. Drafts, problems, request ids and refusals are handled here.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from starlette.responses import Response

from libs.refusals import NotSignedIn, Refusal
from services.web import form_keeping
from services.web.http.forms import Form, shown_number
from services.web.http.request_body import MAX_BYTES
from services.web.page import ACTING_ENDED, ACTING_OUTSIDE_SCOPE, Access, Page
from services.web.page_context import FormProblem, PageContext

Fields: TypeAlias = Mapping[str, str]


class InvalidFormError(Exception):
    """What was entered cannot be used; the form is shown again."""

    def __init__(self, problems: Sequence[FormProblem]) -> None:
        super().__init__("the form has problems")
        self.problems = problems


class RedirectToPage(Exception):
    """The page cannot be shown before another page is filled in."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


@dataclass(frozen=True)
class FormDraft:
    """A draft that several pages fill in: its name, and the fields of all its pages."""

    name: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class FormPage:
    """One form with its page.

    `show` returns what the template needs besides `fields`, and raises RedirectToPage where it is too early for this page. `act` returns
    the path of the next page; it raises InvalidFormError for what was entered wrongly. A refusal of a service is shown on the same page.
    """

    name: str
    template: str
    show: Callable[[PageContext, Fields], Awaitable[Mapping[str, object]]]
    act: Callable[[PageContext, Fields, str], Awaitable[str]]
    """Takes the fields and the request id."""
    fields: tuple[str, ...] = ()
    """A field with the name `file` may be a small text file."""
    prefixes: tuple[str, ...] = ()
    """Fields whose names begin with one of these belong to the form too."""
    largest_file: int = 0
    """The form may have a file of any kind, of at most so many bytes; `act` finds it in `ctx.submitted.files`."""
    unstripped: tuple[str, ...] = ()
    """Fields that are sent as typed, such as a password."""
    draft: FormDraft | None = None
    ends_draft: bool = False
    """The last page of its draft: it has no fields, and the draft is deleted once its action succeeds."""
    shown_again: "FormPage | None" = None
    """The page that shows a refusal, where it is not this one: the page on which the refused fields are."""
    input_by_field: Mapping[str, str] = field(default_factory=dict)
    """Maps fields of the request to the form's inputs, to place a refusal beside them."""
    whole_form_input: str = ""
    """The input beside which all refusals are shown, if there is one."""
    max_body: int = MAX_BYTES
    """How many bytes the form may have: more where people write much, for a letter may be nine bytes of a form."""

    async def get(self, ctx: PageContext) -> Response:
        """Show the form with what was entered before."""
        return await self.render(ctx, await self._load(ctx), [])

    async def post(self, ctx: PageContext, form: Form) -> Response:
        """Do what the form is for."""
        fields = await self._load(ctx) | self._read(form)
        if self.draft and not self.ends_draft:
            await form_keeping.save_draft(ctx, self.draft.name, fields)
        try:
            path = await self.act(ctx, fields, form.request_id)
        except NotSignedIn:
            raise
        except InvalidFormError as error:
            return await self.render(ctx, fields, error.problems)
        except RedirectToPage as other:
            return ctx.redirect(other.path)
        except Refusal as refusal:
            if refusal.reason in {ACTING_ENDED, ACTING_OUTSIDE_SCOPE}:
                # The page itself may be out of reach: what was written is kept instead.
                raise
            return await (self.shown_again or self).render_refused(ctx, fields, refusal)
        if self.draft and self.ends_draft:
            await form_keeping.delete_draft(ctx, self.draft.name)
        return ctx.redirect(path)

    async def _load(self, ctx: PageContext) -> dict[str, str]:
        drafted = await form_keeping.load_draft(ctx, self.draft.name) if self.draft else {}
        unsent = self._own(await form_keeping.load_unsent(ctx, self.name))
        return dict.fromkeys((*self.fields, *(self.draft.fields if self.draft else ())), "") | dict(drafted) | unsent

    def _own(self, fields: Fields) -> dict[str, str]:
        """Those of the fields that this form has."""
        return {name: value for name, value in fields.items() if name in self.fields or name.startswith(self.prefixes)}

    def _read(self, form: Form) -> dict[str, str]:
        own = {name: form.text(name) for name in (*self.fields, *(name for name in form.fields if name.startswith(self.prefixes)))}
        return own | {name: form.fields.get(name, "") for name in self.unstripped}

    async def render(self, ctx: PageContext, fields: Fields, problems: Sequence[FormProblem]) -> Response:
        """The page with these fields and problems."""
        try:
            values = await self.show(ctx, fields)
        except RedirectToPage as other:
            return ctx.redirect(other.path)
        # What the page shows may differ from what was entered, such as a date that is suggested.
        return ctx.render(self.template, 422 if problems else 200, problems=problems, **{"fields": fields, "form": self.name, **values})

    async def render_refused(self, ctx: PageContext, fields: Fields, refusal: Refusal) -> Response:
        """The page with these fields and what a service refused."""
        problems = ctx.form_problems(refusal, self.input_by_field)
        if self.whole_form_input:
            problems = [FormProblem(self.whole_form_input, problem.text) for problem in problems]
        return await self.render(ctx, fields, problems)


def form_page(path: str, form: FormPage, access: Access = Access.SECRETARY, *, acting: bool = False, while_helped: bool = True) -> Page:
    """The page at this path that shows the form and takes it."""
    return Page(
        path,
        form.get,
        form.post,
        form.name,
        access,
        takes_file="file" in form.fields,
        largest_file=form.largest_file,
        max_body=form.max_body,
        never_kept=("file", *form.unstripped),
        acting=acting,
        while_helped=while_helped,
    )


def require(problems: Sequence[FormProblem]) -> None:
    """Raise InvalidFormError if there are any problems."""
    if problems:
        raise InvalidFormError(problems)


def version_of(fields: Fields, name: str = "version") -> int:
    """The version that the form showed; 0, which nothing has, for what is none."""
    return shown_number(fields.get(name, ""))


def choices(ctx: PageContext, prefix: str, values: Sequence[str]) -> list[dict[str, str]]:
    """The values as options of a field: `<prefix>.<value>` is an option's text, `<prefix>.<value>_hint` its explanation, if any."""

    def hint(value: str) -> str:
        key = f"{prefix}.{value}_hint"
        return str(ctx.say(key)) if ctx.catalogue.has(key) else ""

    return [{"value": value, "text": str(ctx.say(f"{prefix}.{value}")), "hint": hint(value)} for value in values]
