"""Somebody with a browser that has no JavaScript: keeps cookies, follows redirects, sends the form of the page they look at."""

import re
from types import TracebackType
from typing import Self

import httpx2

_HIDDEN = re.compile(r"<input\b(?=[^>]*type=\"hidden\")[^>]*>")
_PART = re.compile(r"\b(name|value)=\"([^\"]*)\"")


class Visitor:
    """At the pages of one co-op, `<host>:<port>`."""

    def __init__(self, address: str) -> None:
        self._client = httpx2.AsyncClient(base_url=f"http://{address}", follow_redirects=True, timeout=10)
        self._hidden: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._client.aclose()

    async def get(self, path: str) -> str:
        return self._seen(await self._client.get(path))

    async def send(self, path: str, **fields: str) -> str:
        """The form of the page last seen, with what its hidden fields hold and these."""
        return self._seen(await self._client.post(path, data={**self._hidden, **fields}))

    def _seen(self, answer: httpx2.Response) -> str:
        assert answer.status_code == 200, f"{answer.request.url}: {answer.status_code}"
        parts = [dict(_PART.findall(found)) for found in _HIDDEN.findall(answer.text)]
        self._hidden = {one["name"]: one.get("value", "") for one in parts if "name" in one}
        return answer.text
