"""A test browser without scripts: opens pages, submits forms, keeps cookies. It checks the visible text of every page that it is sent."""

import asyncio
from functools import cache
from threading import Thread
from typing import Any

import httpx2
from starlette import routing
from starlette.types import ASGIApp

from services.web.app import create_app
from tests.support.hidden_fields import hidden_fields
from tests.unit.web.fake_services import CODE, FakeServices
from tests.unit.web.visible_text import mistakes

# Every test makes the app anew, with a state of its own; what its paths look like stays the same.
routing.compile_path = cache(routing.compile_path)


class InOneLoop(httpx2.BaseTransport):
    """Asks the app in one loop: other test clients start one for every request, in a thread of its own, at the price of the page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = httpx2.ASGITransport(app)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return _own_loop().run_until_complete(self._ask(request))
        return asyncio.run_coroutine_threadsafe(self._ask(request), _running_loop()).result()

    async def _ask(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._app.handle_async_request(request)
        content = b"".join([part async for part in response.aiter_raw()])
        return httpx2.Response(response.status_code, headers=response.headers, stream=httpx2.ByteStream(content))


@cache
def _own_loop() -> asyncio.AbstractEventLoop:
    """For tests that run in no loop themselves: a thread less to wait for."""
    return asyncio.new_event_loop()


@cache
def _running_loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    Thread(target=loop.run_forever, name="pages", daemon=True).start()
    return loop


class CheckingClient(httpx2.Client):
    """A client that shows no page on which somebody would read markup, an entity, a catalogue key, a word of Python or a reason code."""

    def request(self, *arguments: Any, **options: Any) -> Any:  # what the client calls them
        response = super().request(*arguments, **options)
        if response.headers.get("content-type", "").startswith("text/html"):
            wrong = mistakes(response.text)
            assert not wrong, (str(response.url), wrong)
        return response


class ScriptlessBrowser:
    """Uses the pages, with fake services behind them, as one person."""

    def __init__(self, fakes: FakeServices, *, https: bool = False) -> None:
        self.fakes = fakes
        app = create_app(fakes.app_state(https=https), https=https)
        self.http = CheckingClient(transport=InOneLoop(app), base_url=fakes.public_url)
        self.page = ""

    def open(self, path: str) -> str:
        response = self.http.get(path)
        assert response.status_code == 200, (path, response.status_code, response.headers.get("location"))
        self.page = response.text
        return self.page

    def submit(self, action: str, **fields: str) -> tuple[int, str]:
        """Submits the form of the last page that posts to `action`, with its hidden fields."""
        return self.submit_fields(action, fields)

    def submit_fields(self, action: str, fields: dict[str, str], files: dict[str, tuple[str, bytes]] | None = None) -> tuple[int, str]:
        """The same for field names that are not Python names, and for forms with a file."""
        filled = hidden_fields(self.page, action) | fields
        response = self.http.post(action, data=filled, files=files, headers={"origin": str(self.http.base_url).rstrip("/")})
        if response.status_code == 303:
            return 303, response.headers["location"]
        self.page = response.text
        return response.status_code, response.text

    def sign_in(self) -> "ScriptlessBrowser":
        self.open("/sign-in")
        assert self.submit("/sign-in/code", code=CODE) == (303, "/")
        return self
