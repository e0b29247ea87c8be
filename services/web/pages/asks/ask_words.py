"""The closed words of asks as pages say them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from libs.asks.area import Area
from libs.asks.vocabulary import BLOCKS, DAYS, PARTS
from services.web.page_context import PageContext
from services.web.pages.co_ops.peer_view import PeerView, list_peers, peer_view
from services.web.pages.qualification_view import KindsOfRulebook
from services.web.pages.support.profile_form import language_words

_MICRO = 1_000_000


@dataclass(frozen=True)
class BlocksOfDay:
    """The parts of one day to tick."""

    name: str
    boxes: Sequence[Mapping[str, object]]


def block_in_words(ctx: PageContext, block: str) -> str:
    """Tuesday morning; as it is, for one that only a newer version knows."""
    if block not in BLOCKS:
        return block
    day, part = block.split("_")
    return str(ctx.say(f"ask_part.{part}", day=ctx.say(f"data.value.day.{day}")))


def blocks_in_words(ctx: PageContext, blocks: Iterable[str]) -> str:
    """In the order of the week."""
    order = {block: place for place, block in enumerate(BLOCKS)}
    return ", ".join(block_in_words(ctx, block) for block in sorted(blocks, key=lambda block: (order.get(block, len(order)), block)))


def days_to_tick(ctx: PageContext, prefix: str, ticked: Collection[str]) -> list[BlocksOfDay]:
    """A list of boxes for each day."""
    return [
        BlocksOfDay(
            str(ctx.say(f"data.value.day.{day}")),
            [
                {"name": f"{prefix}{day}_{part}", "text": ctx.say(f"ask_of_day.{part}"), "ticked": f"{day}_{part}" in ticked}
                for part in PARTS
            ],
        )
        for day in DAYS
    ]


def languages_in_words(ctx: PageContext, languages: Iterable[str]) -> str:
    return ", ".join(language_words(ctx, code) for code in languages)


def skills_in_words(kinds: KindsOfRulebook, skills: Iterable[str]) -> str:
    return ", ".join(kinds.name(skill) for skill in skills)


def square_in_words(ctx: PageContext, area: Area) -> str:
    """Where the middle of the square lies, in degrees."""
    latitude, longitude = (value / _MICRO for value in area.middle)
    north = ctx.say("ask_where.north" if latitude >= 0 else "ask_where.south", degrees=f"{abs(latitude):.2f}")
    east = ctx.say("ask_where.east" if longitude >= 0 else "ask_where.west", degrees=f"{abs(longitude):.2f}")
    return str(ctx.say("ask_where.both", first=north, second=east))


async def peers_by_id(ctx: PageContext) -> dict[str, PeerView]:
    """All co-ops that we know."""
    return {view.id: view for view in (peer_view(ctx, peer) for peer in await list_peers(ctx))}


def co_op_name(peers: Mapping[str, PeerView], co_op: str) -> str:
    """Its name; its id, when it is no peer any more."""
    return peers[co_op].name if co_op in peers else co_op


def contact_in_words(ctx: PageContext, peers: Mapping[str, PeerView], co_op: str) -> str:
    """The name of the co-op, and its contact from the agreement where it has one."""
    contact = peers[co_op].contact if co_op in peers else ""
    name = co_op_name(peers, co_op)
    return str(ctx.say("asks.contact", name=name, contact=contact)) if contact else name
