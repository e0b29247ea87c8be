"""Job that tells those who hold the watch, and knows whether anybody does."""

from collections.abc import Sequence

from libs.database.engine import UnitOfWork
from libs.host.caught_up import follow
from libs.host.component import Job, Runtime
from libs.refusals import Unavailable
from services.scheduling.commands.tell_watch import tell_watch
from services.scheduling.storage import watch_alerts, watch_choices, watch_duties, watch_rules


class WatchJob:
    """Nobody is told by hats of yesterday: while identity or NATS is away, it waits, and the pages say afterwards that nobody watched."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._is_held = True
        self.job = Job("tell_watch", self._run, due=watch_alerts.next_due, woken_by=(watch_duties.WATCH,))

    def reasons(self) -> Sequence[str]:
        """Why the service is not well: somebody counts on the watch, and nobody holds it."""
        return [] if self._is_held else ["WATCH_NOT_HELD"]

    async def _run(self, work: UnitOfWork) -> int:
        is_wanted = await watch_choices.is_any_watched(work) or (await watch_rules.get(work)).lone_always
        self._is_held = not is_wanted or bool(await watch_duties.list_holders(work))
        if await watch_alerts.is_any_to_look_after(work):
            await self._follow_identity(work)
        return await tell_watch(work)

    async def _follow_identity(self, work: UnitOfWork) -> None:
        """Raises Unavailable SOURCE_AWAY, but where an event that cannot be taken in stops all later ones: that may last for days, in which
        notices can be delivered, and somebody who wears the hat no more is better than nobody.
        """
        try:
            await follow(work, self._runtime, "identity")
        except Unavailable:
            if not self._runtime.consumers["identity"].progress.stopped_by:
                raise
