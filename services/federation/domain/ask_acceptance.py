"""What of a peer's asks and replies we take. A letter that is refused stays in its place of the stream, and has no effect.

| letter            | taken when                                                      | otherwise                                    |
|-------------------|-----------------------------------------------------------------|----------------------------------------------|
| `ask`             | the agreement covers asks                                       | ASKS_NOT_AGREED                              |
|                   | it is not over, and ends within 93 days                         | ASK_OVER, ASK_TOO_LONG                       |
|                   | few enough came in a day; it is new                             | TOO_MANY_ASKS_TODAY, ASK_KNOWN               |
| `ask_ended`       | the peer asked, and has not withdrawn it                        | ASK_UNKNOWN                                  |
| `ask_count`       | we asked this peer, it is open, and there was no count before   | ASK_UNKNOWN                                  |
| `ask_reply`       | we asked this peer, it is open; at most five; it is new         | ASK_UNKNOWN, TOO_MANY_REPLIES, ASK_REPLY_KNOWN |
| `ask_reply_ended` | this peer sent the reply, and has not taken it back             | ASK_REPLY_UNKNOWN                            |
| `ask_agreed`      | we sent this reply to this peer; neither taken back nor agreed  | ASK_REPLY_UNKNOWN                            |

Any with another form, a word outside the closed lists, or a field too many: BAD_FORM.
"""

from libs.asks.documents import MAX_REPLIES, Ask
from libs.refusals import FailedPrecondition

LONGEST_SECONDS = 93 * 86_400
"""The longest that a rulebook allows, and a day for clocks and waiting letters."""


def require_acceptable(ask: Ask, now: int, of_today: int, most: int, *, is_agreed: bool) -> None:
    """`of_today` are those of this peer within a day. Raises FailedPrecondition."""
    if not is_agreed:
        raise FailedPrecondition("ASKS_NOT_AGREED")
    if ask.until <= now:
        raise FailedPrecondition("ASK_OVER")
    if ask.until > now + LONGEST_SECONDS:
        raise FailedPrecondition("ASK_TOO_LONG")
    if of_today >= most:
        raise FailedPrecondition("TOO_MANY_ASKS_TODAY")


def require_room_for_reply(replies: int) -> None:
    """Raises FailedPrecondition TOO_MANY_REPLIES."""
    if replies >= MAX_REPLIES:
        raise FailedPrecondition("TOO_MANY_REPLIES")
