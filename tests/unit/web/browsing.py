"""A browser without scripts: follows links, fills forms, keeps cookies."""

import re

from starlette.testclient import TestClient

from services.web.app import build
from tests.unit.web.small_town import CODE, Town

HIDDEN = re.compile(r'type="hidden" name="([\w-]+)" value="([^"]*)"')


class Browser:
    """Looks at the town's pages as one person."""

    def __init__(self, town: Town, *, https: bool = False) -> None:
        self.town = town
        base = "https://elm-row.example" if https else "http://localhost"
        self.http = TestClient(build(town.front(https=https), https=https), base_url=base, follow_redirects=False)
        self.last = ""

    def see(self, path: str) -> str:
        response = self.http.get(path)
        assert response.status_code == 200, (path, response.status_code, response.headers.get("location"))
        self.last = response.text
        return self.last

    def send(self, action: str, **fields: str) -> tuple[int, str]:
        """Send the form of the page last seen that posts to `action`, with the hidden fields it carries."""
        return self.send_fields(action, fields)

    def send_fields(self, action: str, fields: dict[str, str], files: dict[str, tuple[str, bytes]] | None = None) -> tuple[int, str]:
        """The same, for names that are no Python names, and for a form that brings a file."""
        form = re.search(rf'<form method="post" action="{re.escape(action)}".*?</form>', self.last, re.DOTALL)
        assert form, (action, self.last)
        filled = dict(HIDDEN.findall(form[0])) | fields
        response = self.http.post(action, data=filled, files=files, headers={"origin": str(self.http.base_url).rstrip("/")})
        if response.status_code == 303:
            return 303, response.headers["location"]
        self.last = response.text
        return response.status_code, response.text

    def sign_in(self) -> "Browser":
        self.see("/sign-in")
        assert self.send("/sign-in/code", code=CODE) == (303, "/")
        return self
