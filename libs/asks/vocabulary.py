"""The closed words of an ask. There is no way to write anything else into it, so nothing that names somebody can leave in it."""

import re
from collections.abc import Mapping
from types import MappingProxyType

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PARTS: Mapping[str, tuple[int, int]] = MappingProxyType({
    "morning": (6 * 60, 12 * 60),
    "afternoon": (12 * 60, 17 * 60),
    "evening": (17 * 60, 22 * 60),
    "night": (22 * 60, 30 * 60),
})  # fmt: skip
"""Parts of a day in minutes from its midnight, in the zone of the co-op that reads them. A night ends on the next morning."""
BLOCKS = tuple(f"{day}_{part}" for day in DAYS for part in PARTS)
"""Tuesday morning is `tue_morning`."""

LANGUAGES = frozenset(
    (  # noqa: SIM905 - as a list of 184 it would fill pages
        # ISO 639-1, each code of it.
        "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es et eu fa "
        "ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr "
        "ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl "
        "ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur "
        "uz ve vi vo wa wo xh yi yo za zh zu "
        # British Sign Language.
        "bsl"
    ).split()
)

SKILL = re.compile(r"[a-z][a-z0-9_]{0,39}")
"""The form of a credential's key in a rulebook. Which there are, each co-op's members decide; who asks can name only those of their own."""
