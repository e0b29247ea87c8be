"""How many sign-in links go out by mail, so that nobody is flooded and nobody is locked out.

| within an hour                                    | at most | beyond that                                     |
|---------------------------------------------------|---------|-------------------------------------------------|
| to one e-mail address                             | 3       | nothing is sent: the links of before still work |
| to it, asked from a browser that signed in before | 3 more  | as above                                        |
| asked from one client (a network address)         | 30      | the client is told to wait                      |
| sent by this co-op in all                         | 300     | only browsers that signed in before are sent any |

What is refused is counted for the client alone, so that others cannot use up the links of an address that is not theirs for longer than
the mails that did reach its owner.
"""

from dataclasses import dataclass
from datetime import timedelta

WINDOW = timedelta(hours=1)
_ACCOUNT, _OWN_BROWSER, _CLIENT, _CO_OP = 3, 6, 30, 300


@dataclass(frozen=True)
class LinkRequests:
    """Within the window: how often this client asked, how many links went to the address, and how many in all."""

    by_client: int
    to_account: int
    in_all: int


def client_must_wait(requests: LinkRequests) -> bool:
    return requests.by_client >= _CLIENT


def may_send(requests: LinkRequests, *, known_browser: bool) -> bool:
    """Whether one more link goes out to the address."""
    if known_browser:
        return requests.to_account < _OWN_BROWSER
    return requests.to_account < _ACCOUNT and requests.in_all < _CO_OP
