"""Many strangers at once: members are answered first, cards before passwords, and nobody who is slow holds anybody up."""

import asyncio
from collections.abc import AsyncIterator, Iterable

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Message

from services.web.http.members_first import Line, Lines, MembersFirst

PASSWORDS = "/sign-in/password"
SESSION = "kith.elm-row"
MEMBER, MADE_UP = {SESSION: "true"}, {SESSION: "made up"}


class Site:
    """Pages that answer once they are released, behind the middleware."""

    def __init__(self, *, seconds: float = 60.0, waiting: int = 400, rest: float = 0.0, turn: float = 60.0) -> None:
        self.release = asyncio.Event()
        self.working: list[str] = []

        async def work(request: Request) -> Response:
            self.working.append(request.url.path)
            await self.release.wait()
            return PlainTextResponse(f"{len(await request.body())}")

        async def stream(_: Request) -> Response:
            return StreamingResponse(self._chunks())

        routes = [Route("/stream", stream), Route("/{path:path}", work, methods=["GET", "POST"])]
        passwords, unproven, other = (Line(at_once, seconds=seconds, waiting=waiting, rest=rest) for at_once in (1, 1, 2))
        lines = Lines(Line(2, seconds=turn), unproven, {("POST", PASSWORDS): passwords}, other)
        self.app = MembersFirst(Starlette(routes=routes), SESSION, {"true"}, lines)

    async def _chunks(self) -> AsyncIterator[str]:
        yield "first"
        await self.release.wait()

    def client(self, **cookies: str) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=self.app), base_url="http://localhost", cookies=cookies)


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_member_is_answered_while_strangers_wait_in_line() -> None:
    site = Site()
    strangers, member = site.client(), site.client(**MEMBER)
    waiting = [asyncio.create_task(strangers.get("/sign-in")) for _ in range(10)]
    await settle()
    assert len(site.working) == 2
    page = asyncio.create_task(member.get("/news"))
    await settle()
    assert site.working == ["/sign-in", "/sign-in", "/news"]
    site.release.set()
    assert [response.status_code for response in await asyncio.gather(page, *waiting)] == [200] * 11


async def test_members_take_turns_and_who_goes_away_leaves_the_turn_to_others() -> None:
    site = Site()
    member = site.client(**MEMBER)
    pages = [asyncio.create_task(member.get(f"/page/{number}")) for number in range(6)]
    await settle()
    assert site.working == ["/page/0", "/page/1"]
    pages[2].cancel()
    pages[0].cancel()
    await settle()
    assert site.working == ["/page/0", "/page/1", "/page/3"]
    site.release.set()
    assert {response.status_code for response in await asyncio.gather(pages[1], *pages[3:])} == {200}
    assert site.working == [f"/page/{number}" for number in (0, 1, 3, 4, 5)]
    stranger = asyncio.create_task(site.client().get("/sign-in"))
    await settle()
    assert stranger.done(), "nobody who went away counts as a member who is worked for"


async def test_members_wait_for_no_page_that_does_not_end() -> None:
    site = Site(turn=0.05)
    member = site.client(**MEMBER)
    hanging = [asyncio.create_task(member.get("/hangs")) for _ in range(2)]
    await settle()
    page = asyncio.create_task(member.get("/news"))
    async with asyncio.timeout(60):
        while "/news" not in site.working:
            await asyncio.sleep(0.01)
    site.release.set()
    assert {response.status_code for response in await asyncio.gather(page, *hanging)} == {200}
    # A turn that was not had is not left, and one that was had is.
    in_turns = Site(turn=0.05)
    for hang in (True, False):
        in_turns.release.clear()
        in_turns.working.clear()
        member = in_turns.client(**MEMBER)
        pages = [asyncio.create_task(member.get("/you")) for _ in range(5)]
        await settle()
        assert in_turns.working == ["/you"] * 2
        if hang:
            async with asyncio.timeout(60):
                while len(in_turns.working) < 5:
                    await asyncio.sleep(0.01)
        in_turns.release.set()
        assert {response.status_code for response in await asyncio.gather(*pages)} == {200}


async def test_who_sends_a_file_takes_no_turn() -> None:
    site = Site()
    more = asyncio.Event()
    parts: list[Message] = [{"type": "http.request", "body": b"x" * 40_000, "more_body": True}] * 2

    async def receive() -> Message:
        if not parts:
            await more.wait()
            return {"type": "http.disconnect"}
        return parts.pop()

    async def send(_: Message) -> None:
        """Nobody listens."""

    scope = {"type": "http", "method": "POST", "path": "/photo", "query_string": b"", "http_version": "1.1"}
    site.release.set()
    sending = asyncio.create_task(site.app(scope | {"headers": [(b"cookie", f"{SESSION}=true".encode())]}, receive, send))
    await settle()
    site.release.clear()
    pages = [asyncio.create_task(site.client(**MEMBER).get("/news")) for _ in range(3)]
    await settle()
    assert site.working == ["/photo", "/news", "/news"]
    more.set()
    site.release.set()
    await asyncio.gather(sending, *pages, return_exceptions=True)


async def test_no_stranger_begins_while_a_member_is_answered() -> None:
    site = Site()
    strangers, member = site.client(), site.client(**MEMBER)
    page = asyncio.create_task(member.get("/news"))
    await settle()
    waiting = asyncio.create_task(strangers.get("/sign-in"))
    await settle()
    assert site.working == ["/news"]
    site.release.set()
    assert (await page).status_code == (await waiting).status_code == 200


async def test_a_stranger_is_answered_though_members_never_stop() -> None:
    site = Site()
    strangers, member = site.client(), site.client(**MEMBER)
    page = asyncio.create_task(member.get("/news"))
    await settle()
    stranger = asyncio.create_task(strangers.get("/sign-in"))
    async with asyncio.timeout(60):
        while site.working != ["/news", "/sign-in"]:
            await asyncio.sleep(0.01)
    assert not page.done()
    site.release.set()
    await asyncio.gather(page, stranger)


async def test_who_goes_away_while_waiting_for_members_leaves_the_place() -> None:
    site = Site()
    strangers, member = site.client(), site.client(**MEMBER)
    page = asyncio.create_task(member.get("/news"))
    await settle()
    gone = [asyncio.create_task(strangers.get("/sign-in")) for _ in range(2)]
    await settle()
    for request in gone:
        request.cancel()
    await asyncio.gather(*gone, return_exceptions=True)
    site.release.set()
    await page
    assert (await strangers.get("/sign-in")).status_code == 200


async def test_a_made_up_session_cookie_buys_no_place_among_members_and_takes_none_from_strangers() -> None:
    site = Site()
    strangers, pretenders, member = site.client(), site.client(**MADE_UP), site.client(**MEMBER)
    pretending = [asyncio.create_task(pretenders.get("/news")) for _ in range(20)]
    await settle()
    assert site.working == ["/news"], "one at once of those whose cookie is not known to be true"
    others = [asyncio.create_task(strangers.get("/sign-in")), asyncio.create_task(member.get("/you"))]
    await settle()
    assert sorted(site.working) == ["/news", "/sign-in", "/you"]
    site.release.set()
    assert {response.status_code for response in await asyncio.gather(*pretending, *others)} == {200}


async def test_a_place_rests_after_a_stranger_and_is_there_again() -> None:
    line = Line(1, rest=1.0)
    assert await line.enter()
    following = asyncio.create_task(line.enter())
    line.leave(1000.0)
    await settle()
    assert not following.done()
    async with asyncio.timeout(60):
        assert await following, "a second is the longest rest"
    without_rest = Line(1)
    assert await without_rest.enter()
    without_rest.leave(1000.0)
    assert await without_rest.enter()


async def test_strangers_among_themselves_do_not_wait_for_places_to_rest() -> None:
    for member_came in (False, True):
        site = Site(rest=1e9)
        strangers, member = site.client(), site.client(**MEMBER)
        site.release.set()
        if member_came:
            await member.get("/news")
        await asyncio.gather(*(strangers.get("/sign-in") for _ in range(2)))
        following = asyncio.create_task(strangers.get("/sign-in"))
        await settle()
        assert following.done() is not member_came
        assert (await following).status_code == 200


async def test_who_signs_in_with_a_card_does_not_stand_behind_those_who_try_passwords() -> None:
    site = Site()
    strangers = site.client()
    passwords = [asyncio.create_task(strangers.post(PASSWORDS, content=b"abc")) for _ in range(20)]
    await settle()
    card = asyncio.create_task(strangers.post("/sign-in/code", content=b"abcd"))
    await settle()
    assert site.working == [PASSWORDS, "/sign-in/code"]
    site.release.set()
    assert (await card).text == "4"
    assert {response.text for response in await asyncio.gather(*passwords)} == {"3"}


async def test_who_has_waited_too_long_or_comes_when_the_line_is_full_is_told_to_come_again() -> None:
    for site in (Site(seconds=0.05), Site(waiting=0)):
        strangers = site.client()
        working = [asyncio.create_task(strangers.get("/sign-in")) for _ in range(2)]
        await settle()
        refused = await strangers.get("/sign-in")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        site.release.set()
        await asyncio.gather(*working)
        assert (await strangers.get("/sign-in")).status_code == 200


async def test_a_body_that_comes_slowly_holds_no_place() -> None:
    site = Site()
    more = asyncio.Event()

    async def receive() -> Message:
        await more.wait()
        return {"type": "http.disconnect"}

    async def send(_: Message) -> None:
        """Nobody listens."""

    of_member = [(b"cookie", f"{SESSION}=true".encode())]
    scope = {"type": "http", "method": "POST", "path": "/sign-in/code", "headers": [], "query_string": b"", "http_version": "1.1"}
    slow = [asyncio.create_task(site.app(scope | {"headers": who}, receive, send)) for who in ([], of_member) for _ in range(5)]
    await settle()
    pages = [asyncio.create_task(client.get("/sign-in")) for client in (site.client(**MEMBER), site.client())]
    async with asyncio.timeout(60):
        while site.working != ["/sign-in"] * 2:
            await asyncio.sleep(0.01)
    site.release.set()
    assert {response.status_code for response in await asyncio.gather(*pages)} == {200}
    more.set()
    await asyncio.gather(*slow, return_exceptions=True)


async def test_a_response_that_is_taken_slowly_holds_no_place() -> None:
    site = Site()
    sent: list[Message] = []

    async def ask() -> None:
        requests: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive() -> Message:
            if requests:
                return requests.pop()
            await site.release.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "GET", "path": "/stream", "headers": [], "query_string": b"", "http_version": "1.1"}
        await site.app(scope, receive, send)

    slow = [asyncio.create_task(ask()) for _ in range(5)]
    await settle()
    assert [message["type"] for message in sent].count("http.response.start") == 5
    site.release.set()
    await asyncio.gather(*slow)


def test_a_body_is_read_ahead_up_to_the_largest_form_and_the_rest_is_left_to_the_page() -> None:
    async def ask(parts: Iterable[bytes]) -> str:
        site = Site()
        site.release.set()

        async def content() -> AsyncIterator[bytes]:
            for part in parts:
                yield part

        return (await site.client().post("/sign-in/code", content=content())).text

    assert asyncio.run(ask([b"x" * 16_384] * 12)) == str(16_384 * 12)
