"""The source archive that every user may download: exactly this software's source and nothing else."""

import io
import tarfile
from pathlib import Path

from starlette.testclient import TestClient

from services.web.app import create_app
from services.web.http.source_archive import build_archive, list_source_files
from tests.unit.web.fake_services import FakeServices


def test_anybody_gets_the_source_that_runs_here() -> None:
    http = TestClient(create_app(FakeServices().app_state(), https=False), base_url="http://localhost")
    answer = http.get("/source/kith.tar.gz")
    with tarfile.open(fileobj=io.BytesIO(answer.content)) as archive:
        names = archive.getnames()
        page = archive.extractfile("kith-0.1.0/services/web/pages/source_code.py")
        assert page is not None
        assert b"AGPL-3.0 section 13" in page.read()
    assert {
        "kith-0.1.0/LICENSE",
        "kith-0.1.0/services/web/static/kith.css",
        "kith-0.1.0/services/web/catalogues/en.po",
        "kith-0.1.0/deploy/systemd/kith.service",
    } <= set(names)


def test_no_key_data_or_hidden_file_is_packed(tmp_path: Path) -> None:
    for path in (
        "services/page.py", "services/.env", "services/keys/token.pem", "services/__pycache__/page.pyc", "libs/keys/forms.py",
        "demo-data/keys/forms.key", ".git/config", "kith.toml", "scripts/cli/up.py",
    ):  # fmt: skip
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("x")
    (tmp_path / "services" / "outside.py").symlink_to("/etc/passwd")

    assert [str(path.relative_to(tmp_path)) for path in list_source_files(tmp_path)] == ["services/page.py", "scripts/cli/up.py"]


def test_the_archive_says_nothing_about_the_account_it_was_made_under(tmp_path: Path) -> None:
    (tmp_path / "services").mkdir()
    (tmp_path / "services" / "page.py").write_text("x")
    with tarfile.open(fileobj=io.BytesIO(build_archive(tmp_path, "kith-1"))) as archive:
        assert [(one.name, one.uname, one.uid) for one in archive] == [("kith-1/services/page.py", "", 0)]
