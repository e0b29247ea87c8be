"""Without news, federation asks its databases next to nothing: votes, peers and certificates are looked at when a commit says so."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.support.co_op_network import NetworkPool

BACKGROUND = {"job:advance_votes": 2 * 3, "job:sender": 3, "job:border": 6}
"""Who looks at votes, at the peers to call, and at certificates and callers, and how often three co-ops may within eight seconds.

Each co-op looks twice a minute; of eight seconds that is one look or none, and calls between peers identify the caller.
"""
MAX_STRETCHES = 8
"""Of eight seconds, until the news has gone round on a busy machine. Looks that come by themselves would be in every one of them."""


async def test_while_nothing_happens_nobody_looks_for_it(network_pool: NetworkPool) -> None:
    async with network_pool.borrow(3) as network:
        ended = await network.vote()
        await ended.cast("alder", "for", "against")
        await ended.close()
        await ended.assert_agreed()
        still_open = await network.vote()
        await still_open.cast("brook", "for", "against")
        await still_open.wait_until_witnessed()
        # The last news goes round, and votes that have ended are checked once more: how soon that is over depends on the machine.
        await asyncio.sleep(6)
        stretches = 0
        while True:
            with _counting_transactions() as transactions:
                await asyncio.sleep(8)
            if all(transactions[name] <= most for name, most in BACKGROUND.items()):
                break
            stretches += 1
            assert stretches < MAX_STRETCHES, transactions


@contextmanager
def _counting_transactions() -> Iterator[Counter[str]]:
    """By the background work that opened them: its name is in the first statement of every transaction."""
    transactions: Counter[str] = Counter()

    def count(_connection: object, _cursor: object, _statement: str, parameters: object, *_: object) -> None:
        transactions.update(name for name in BACKGROUND if isinstance(parameters, tuple) and name in parameters)

    event.listen(Engine, "before_cursor_execute", count)
    try:
        yield transactions
    finally:
        event.remove(Engine, "before_cursor_execute", count)
