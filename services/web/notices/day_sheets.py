"""The lines of a day sheet in a mail or a letter: when, what kind of thing, where to tick; a name only of who said that it may stand there.

The words of tasks, addresses and keys are never in it: a mail lies open on its way, and on the phone that shows it (ADR 71).
"""

from collections.abc import Callable
from datetime import UTC
from zoneinfo import ZoneInfo

from kith.identity.v1 import notices_pb2 as identity
from kith.scheduling.v1 import day_sheets_pb2 as pb
from kith.scheduling.v1 import visit_tasks_pb2 as tasks
from kith.scheduling.v1.enums import VisitTaskKind
from libs.refusals import NotFound
from libs.rpc.enums import known_word
from services.clients import ServiceClients
from services.web.localisation import dates
from services.web.localisation.catalogue import Catalogue
from services.web.notices.kinds import DAY_SHEET, DAY_SHEET_AGAIN
from services.web.storage.notices import Notice

_KINDS = frozenset({DAY_SHEET, DAY_SHEET_AGAIN})


class DaySheetLines:
    """Reads sheets as web itself, at the moment in which they are sent or printed: so the latest plan is on them."""

    def __init__(self, services: ServiceClients, service_token: Callable[[], str], zone: ZoneInfo) -> None:
        self._services, self._service_token, self._zone = services, service_token, zone

    async def lines(self, notice: Notice, catalogue: Catalogue) -> tuple[str, ...]:
        """A paragraph for each visit, by their start; nothing for notices of other kinds. Raises what the services refuse."""
        if notice.kind not in _KINDS:
            return ()
        request = pb.GetDaySheetRequest(person_id=str(notice.person), day=notice.subject)
        sheet: pb.GetDaySheetResponse = await self._services.call(self._services.day_sheets.GetDaySheet, request, self._service_token())
        called = {person: await self._called(person) for person in {who for visit in sheet.visits for who in visit.named_ids}}
        if not sheet.visits:
            return (str(catalogue.say("day_sheet.none")),)
        return tuple(self._paragraph(visit, called, catalogue) for visit in sheet.visits)

    def _paragraph(self, visit: pb.SheetVisit, called: dict[str, str], catalogue: Catalogue) -> str:
        times = " - ".join(dates.format_hour(moment.ToDatetime(tzinfo=UTC), self._zone) for moment in (visit.starts_at, visit.ends_at))
        names = ", ".join(called[who] for who in visit.named_ids if called[who])
        side = "giving" if visit.giving else "getting"
        says = catalogue.say(f"day_sheet.{side}_named", name=names) if names else catalogue.say(f"day_sheet.{side}")
        kinds = [known_word(tasks.VisitTaskKind, VisitTaskKind, kind, None) for kind in visit.kinds]
        boxes = [f"[  ] {catalogue.say(f'visit_task.{kind.value}')}" for kind in kinds if kind]
        return "\n".join([f"{times}: {says}", *boxes, str(catalogue.say("day_sheet.by_pen"))])

    async def _called(self, person: str) -> str:
        try:
            request = identity.GetNoticeAddressRequest(person_id=person)
            address = await self._services.call(self._services.notices.GetNoticeAddress, request, self._service_token())
        except NotFound:
            return ""
        return str(address.called)
