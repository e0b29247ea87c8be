"""How much the same people come to a person: what many say matters most about support.

- The continuity of care index (Bice and Boxerman, Medical Care 15(4), 1977) is (n1² + n2² + ... - N) / (N (N - 1)), where each worker came
  ni times and all together N times: 1 if it was always the same one, 0 if nobody came twice. Below two visits there is none.
- The usual provider's share (Breslau and Reeb, Medical Care 13(6), 1975) is that of who came most often.
"""

from collections.abc import Collection
from datetime import timedelta
from fractions import Fraction

WEEKS = 12
PERIOD = timedelta(weeks=WEEKS)


def continuity_index(counts: Collection[int]) -> Fraction | None:
    """`counts` are how often each worker came; None for fewer than two visits in all."""
    total = sum(counts)
    if total < 2:
        return None
    return Fraction(sum(count * count for count in counts) - total, total * (total - 1))


def usual_share(counts: Collection[int]) -> Fraction | None:
    """None without visits."""
    return Fraction(max(counts), sum(counts)) if sum(counts) else None
