"""The pages' own stores, in memory."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

from libs.database.paging import Page
from services.web.http.sessions import HelpedPage, IdentitySession, Session
from services.web.storage.news import NewsItem
from services.web.storage.notices import Notice, NoticeState
from tests.unit.web.fake_ids import ANNOUNCED_MOTION, CAPPED_MOTION, EMERGENCY, OPEN_MOTION
from tests.unit.web.fake_people import ADA, JO, MO, NOW


@dataclass
class InMemorySessions:
    """A session store in memory."""

    sessions: dict[str, Session] = field(default_factory=dict)
    helped_pages: list[HelpedPage] = field(default_factory=list)

    async def create(self, identity: IdentitySession) -> Session:
        session = Session(hashlib.sha256(f"{identity.session_id}{len(self.sessions)}".encode()).hexdigest(), identity)
        self.sessions[session.cookie] = session
        return session

    async def find(self, cookie: str) -> Session | None:
        session = self.sessions.get(cookie)
        return session if session and session.identity.expires_at > NOW else None

    async def set_hats(self, session: Session, hats: Sequence[str]) -> None:
        self.sessions[session.cookie] = replace(session, identity=replace(session.identity, hats=tuple(hats)))

    async def set_acting_for(self, session: Session, subject: str) -> Session:
        self.sessions[session.cookie] = replace(session, acting_for=subject)
        return self.sessions[session.cookie]

    async def record_helped_page(self, session: Session, path: str) -> None:
        self.helped_pages.append(HelpedPage(session.identity.session_id, path, NOW))

    async def list_helped_pages(
        self,
        person_id: str,  # noqa: ARG002 - all of it is Ada's
        session_ids: Sequence[str],
    ) -> Sequence[HelpedPage]:
        return [page for page in self.helped_pages if page.session_id in session_ids]

    async def end(self, session: Session) -> None:
        self.sessions.pop(session.cookie, None)


@dataclass
class InMemoryKeptForms:
    """A store of kept forms in memory, by owner and name."""

    forms: dict[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)

    async def save(self, owner: str, name: str, fields: Mapping[str, str]) -> None:
        self.forms[owner, name] = dict(fields)

    async def load(self, owner: str, name: str) -> Mapping[str, str]:
        return self.forms.get((owner, name), {})

    async def delete(self, owner: str, name: str) -> None:
        self.forms.pop((owner, name), None)


@dataclass
class InMemoryFirstSteps:
    """First steps that are ticked off, in memory; by default all are done."""

    ticked: set[str] = field(default_factory=lambda: {"all"})

    async def list_ticked(self) -> frozenset[str]:
        return frozenset(self.ticked)

    async def tick(self, person_id: str, step: str) -> None:  # noqa: ARG002 - in memory nobody asks who it was
        self.ticked.add(step)


@dataclass
class InMemoryNews:
    """A news feed in memory, newest first."""

    happened: list[NewsItem] = field(default_factory=list)

    async def list_for(
        self,
        person_id: str,  # noqa: ARG002 - all of it is Ada's
        limit: int,
        page_token: str = "",
        hats: Sequence[str] = (),  # noqa: ARG002 - and she wears all hats
    ) -> Page[NewsItem]:
        start = int(page_token or 0)
        rest = self.happened[start + limit :]
        return Page(self.happened[start : start + limit], str(start + limit) if rest else "")


def make_news() -> list[NewsItem]:
    """Some recent news items for Ada."""
    items = [
        ("vote_recorded", OPEN_MOTION, "paper"),
        ("motion_opened", OPEN_MOTION, ""),
        ("motion_closed", CAPPED_MOTION, ""),
        ("code_issued", "", "card"),
        ("emergency_opened", EMERGENCY, MO),
        ("motion_opened", ANNOUNCED_MOTION, ""),
    ]
    return [NewsItem(kind, about, word, NOW - timedelta(hours=at)) for at, (kind, about, word) in enumerate(items)]


@dataclass
class InMemoryNotices:
    """The delivery state of notices in memory."""

    notices: list[Notice] = field(default_factory=list)
    finished: list[tuple[Sequence[UUID], NoticeState, str]] = field(default_factory=list)

    async def count_by_state(self) -> Mapping[str, int]:
        return Counter(notice.state.value for notice in self.notices)

    async def list_all(self, limit: int, page_token: str = "") -> Page[Notice]:  # noqa: ARG002 - there is one page
        return Page(self.notices[:limit], "")

    async def list_in_state(self, state: NoticeState, limit: int) -> list[Notice]:
        return [notice for notice in self.notices if notice.state is state][:limit]

    async def finish(self, ids: Sequence[UUID], before: NoticeState, secretary: str) -> int:
        self.finished.append((ids, before, secretary))
        return len(ids)


def make_notices() -> list[Notice]:
    """A notice in every state, in turn for Jo and Ada."""
    return [
        Notice(
            UUID(int=number), UUID(JO if number % 2 else ADA), "vote_changed", str(number), OPEN_MOTION, "governance", NOW, NOW,
            NOW + timedelta(days=3), state, "MAIL_ADDRESS" if state is NoticeState.REFUSED else "", large_print=bool(number % 2),
        )
        for number, state in enumerate(NoticeState)
    ]  # fmt: skip
