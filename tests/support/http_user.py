"""A scripted browser user without JavaScript: keeps cookies, follows redirects and submits forms."""

from types import TracebackType
from typing import Self

import httpx2

from tests.support.hidden_fields import hidden_fields


class HttpUser:
    """Uses the pages of one co-op at `<host>:<port>`."""

    def __init__(self, address: str) -> None:
        self._client = httpx2.AsyncClient(base_url=f"http://{address}", follow_redirects=True, timeout=60)
        self._hidden: dict[str, str] = {}
        self.page = ""
        """The last one."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._client.aclose()

    async def get(self, path: str) -> str:
        return self._remember_form(await self._client.get(path))

    async def download(self, path: str) -> bytes:
        response = await self._client.get(path)
        assert response.status_code == 200, f"{path}: {response.status_code}"
        return response.content

    async def submit(self, path: str, **fields: str) -> str:
        """Submits the form of the last page, with its hidden fields and these fields."""
        return self._remember_form(await self._client.post(path, data={**self._hidden, **fields}))

    async def submit_form(self, path: str, **fields: str) -> str:
        """Submits the form of the last page that posts to this path: pages with several forms have a token for each."""
        return self._remember_form(await self._client.post(path, data={**hidden_fields(self.page, path), **fields}))

    def _remember_form(self, response: httpx2.Response) -> str:
        assert response.status_code == 200, f"{response.request.url}: {response.status_code}"
        self.page = response.text
        self._hidden = hidden_fields(self.page)
        return self.page
