"""What is kept of this person's forms: drafts of several pages, and what they sent after their session had ended (`http/kept_forms.py`)."""

from collections.abc import Mapping, Sequence

from services.web.http import kept_forms
from services.web.page_context import PageContext


async def load_draft(ctx: PageContext, name: str) -> Mapping[str, str]:
    """The fields that this person has filled in so far."""
    return await ctx.state.kept_forms.load(_owner(ctx), f"draft {name}") if ctx.session else {}


async def save_draft(ctx: PageContext, name: str, fields: Mapping[str, str]) -> None:
    """Save the fields until the form is sent."""
    if ctx.session:
        await ctx.state.kept_forms.save(_owner(ctx), f"draft {name}", fields)


async def delete_draft(ctx: PageContext, name: str) -> None:
    """Delete the saved fields."""
    if ctx.session:
        await ctx.state.kept_forms.delete(_owner(ctx), f"draft {name}")


async def load_unsent(ctx: PageContext, form: str) -> Mapping[str, str]:
    """What this person sent with this form after their session had ended; empty when there is nothing. The page then says so."""
    if not ctx.session or ctx.request.method != "GET":
        return {}
    fields = await ctx.state.kept_forms.load(_owner(ctx), _unsent_name(ctx, form))
    ctx.is_restored = ctx.is_restored or bool(fields)
    return fields


async def delete_unsent(ctx: PageContext, form: str) -> None:
    """Forget what came too late, once the form was sent again."""
    if ctx.session:
        await ctx.state.kept_forms.delete(_owner(ctx), _unsent_name(ctx, form))


async def keep_unsent(ctx: PageContext, owner: str, form: str, fields: Mapping[str, str]) -> None:
    """Keep what came too late, for the owner that the form names."""
    await ctx.state.kept_forms.save(owner, _unsent_name(ctx, form), fields)


def other_owners(ctx: PageContext) -> Sequence[str]:
    """The marks of this person's forms from before they began, or stopped, to act for somebody."""
    if ctx.session is None:
        return []
    if ctx.session.acting_for:
        return [ctx.state.form_owners.mark(ctx.person_id)]
    return [ctx.state.form_owners.mark(f"{ctx.person_id} {choice.person_id}") for choice in ctx.act_for]


def _owner(ctx: PageContext) -> str:
    return ctx.state.form_owners.mark(ctx.form_person)


def _unsent_name(ctx: PageContext, form: str) -> str:
    return kept_forms.unsent_name(form, ctx.request.path_params)
